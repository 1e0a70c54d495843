// SPDX-License-Identifier: Apache-2.0
//
// Jacobi's method for the temperature of a square plate whose edges are held at fixed temperatures, on
// memory that the ranks of a parallel job share over the cluster: each rank computes a band of rows,
// and a barrier stands between two sweeps.
//
// Everything it prints depends on SIZE and SWEEPS alone, not on the number of ranks: each point is
// computed from the same four numbers in the same order. A run that was interrupted and brought
// back prints what an undisturbed one prints.

#include <libkrg.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char USAGE[] =
    "usage: jacobi SEGMENT [SIZE [SWEEPS]] [--report N] [--hold N FILE]\n"
    "\n"
    "Computes the temperature of a plate and prints a checksum of it. To be run as\n"
    "\n"
    "    krg-admin segment create plate --size 8M\n"
    "    krg-admin run --ranks 3 --checkpoint-every 2s -- jacobi plate 512 1000\n"
    "\n"
    "  SEGMENT       shared memory of the cluster; - for memory of this process, which\n"
    "                then computes alone what the ranks together would\n"
    "  SIZE          points along an edge, 3 to 16384 (default 512)\n"
    "  SWEEPS        at least 1 (default 1000)\n"
    "  --report N    print a line every N sweeps (default: a tenth of SWEEPS)\n"
    "  --hold N FILE after N sweeps wait until FILE exists\n"
    "  -h, --help    print this\n"
    "\n"
    "The segment needs 2 x SIZE rows of SIZE x 8 bytes, each rounded up to 4096.\n"
    "KRG_RANK and KRG_RANKS, which krg sets, say which band is whose.\n";

enum { EXIT_USAGE = 2, PAGE_BYTES = 4096, BARRIER = 1 };

static const double HOT = 100.0;

struct options {
    const char *segment;
    uint64_t size;
    uint64_t sweeps;
    uint64_t report;
    uint64_t hold;
    const char *hold_file;
};

// Two states, one being read and one being written. A row begins a page: ranks write pages of their
// own.
struct plate {
    size_t size;
    size_t stride; // doubles from a row to the next
    double *states[2];
};

// The rows that this process computes; the last one is not included.
struct band {
    size_t start;
    size_t end;
};

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("jacobi: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(code);
}

static uint64_t number(const char *text, const char *name, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || *text == '-' || value < least || value > most)
        die(EXIT_USAGE, "%s is %" PRIu64 " to %" PRIu64 ", not %s", name, least, most, text);
    return value;
}

static uint64_t from_environment(const char *name, uint64_t otherwise, uint64_t least, uint64_t most)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : number(text, name, least, most);
}

static struct options parse(int count, char **arguments)
{
    struct options options = {.size = 512, .sweeps = 1000};
    int place = 0;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "-h") == 0 || strcmp(arguments[i], "--help") == 0) {
            fputs(USAGE, stdout);
            exit(0);
        } else if (strcmp(arguments[i], "--report") == 0 && i + 1 < count) {
            options.report = number(arguments[++i], "--report", 1, UINT64_MAX);
        } else if (strcmp(arguments[i], "--hold") == 0 && i + 2 < count) {
            options.hold = number(arguments[++i], "--hold", 1, UINT64_MAX);
            options.hold_file = arguments[++i];
        } else if (strncmp(arguments[i], "--", 2) == 0 || place == 3) {
            die(EXIT_USAGE, "%s is not understood; see jacobi --help", arguments[i]);
        } else if (place++ == 0) {
            options.segment = arguments[i];
        } else if (place == 2) {
            options.size = number(arguments[i], "SIZE", 3, 16384);
        } else {
            options.sweeps = number(arguments[i], "SWEEPS", 1, UINT64_MAX);
        }
    }
    if (options.segment == NULL)
        die(EXIT_USAGE, "which segment? see jacobi --help");
    if (options.report == 0)
        options.report = options.sweeps < 10 ? 1 : options.sweeps / 10;
    return options;
}

// ---------------------------------------------------------------- the plate

static struct plate lay_out(size_t size, double *memory)
{
    size_t row_bytes = (size * sizeof(double) + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    struct plate plate = {.size = size, .stride = row_bytes / sizeof(double)};
    plate.states[0] = memory;
    plate.states[1] = memory + size * plate.stride;
    return plate;
}

static size_t bytes_of(size_t size)
{
    struct plate plate = lay_out(size, NULL);
    return 2 * size * plate.stride * sizeof(double);
}

// The upper edge is hot, its temperature falls along the left and right edges; all else is cold.
static void begin(const struct plate *plate, struct band band)
{
    double fall = HOT / (double)(plate->size - 1);
    for (int state = 0; state < 2; state++) {
        for (size_t y = band.start; y < band.end; y++) {
            double *row = plate->states[state] + y * plate->stride;
            double edge = HOT - fall * (double)y;
            for (size_t x = 0; x < plate->size; x++)
                row[x] = y == 0 ? HOT : 0.0;
            row[0] = row[plate->size - 1] = edge;
        }
    }
}

static void sweep(const struct plate *plate, struct band band, const double *now, double *next)
{
    size_t last = plate->size - 1;
    for (size_t y = band.start > 1 ? band.start : 1; y < band.end && y < last; y++) {
        const double *above = now + (y - 1) * plate->stride;
        const double *here = now + y * plate->stride;
        const double *below = now + (y + 1) * plate->stride;
        double *row = next + y * plate->stride;
        for (size_t x = 1; x < last; x++)
            row[x] = 0.25 * (((above[x] + here[x - 1]) + here[x + 1]) + below[x]);
    }
}

// FNV-1a of every bit, row by row.
static uint64_t checksum(const struct plate *plate, const double *state)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t y = 0; y < plate->size; y++) {
        for (size_t x = 0; x < plate->size; x++) {
            uint64_t bits;
            memcpy(&bits, state + y * plate->stride + x, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3;
        }
    }
    return hash;
}

// ---------------------------------------------------------------- the ranks

static double *map(const struct options *options, struct krg_segment **segment)
{
    size_t needed = bytes_of(options->size);
    if (strcmp(options->segment, "-") == 0) {
        double *memory = aligned_alloc(PAGE_BYTES, needed);
        if (memory == NULL)
            die(1, "no memory for %zu bytes", needed);
        return memory;
    }
    *segment = krg_segment_open(options->segment);
    if (*segment == NULL)
        die(1, "cannot open segment %s: %s", options->segment, strerror(errno));
    if (krg_segment_size(*segment) < needed)
        die(1, "segment %s has %zu bytes, and %zu are needed", options->segment,
            krg_segment_size(*segment), needed);
    double *memory = krg_segment_map(*segment, NULL);
    if (memory == NULL)
        die(1, "cannot map segment %s: %s", options->segment, strerror(errno));
    return memory;
}

static void meet(struct krg_segment *segment, unsigned ranks)
{
    int error = segment == NULL ? 0 : krg_barrier_wait(segment, BARRIER, ranks);
    if (error != 0 && error != PTHREAD_BARRIER_SERIAL_THREAD)
        die(1, "the other ranks cannot be met: %s", strerror(error));
}

static void hold(const char *file)
{
    struct timespec a_moment = {.tv_nsec = 20000000};
    puts("holding");
    while (access(file, F_OK) != 0)
        nanosleep(&a_moment, NULL);
}

int main(int count, char **arguments)
{
    struct options options = parse(count, arguments);
    struct krg_segment *segment = NULL;
    struct plate plate = lay_out(options.size, map(&options, &segment));
    uint64_t ranks = segment == NULL ? 1 : from_environment("KRG_RANKS", 1, 1, 65536);
    uint64_t rank = segment == NULL ? 0 : from_environment("KRG_RANK", 0, 0, ranks - 1);
    struct band band = {options.size * rank / ranks, options.size * (rank + 1) / ranks};

    setvbuf(stdout, NULL, _IOLBF, 0);
    begin(&plate, band);
    meet(segment, ranks);
    for (uint64_t done = 0; done < options.sweeps; done++) {
        sweep(&plate, band, plate.states[done % 2], plate.states[1 - done % 2]);
        meet(segment, ranks);
        if ((done + 1) % options.report == 0)
            printf("sweep %" PRIu64 " of %" PRIu64 "\n", done + 1, options.sweeps);
        if (done + 1 == options.hold)
            hold(options.hold_file);
    }
    printf("plate of %" PRIu64 " x %" PRIu64 ", %" PRIu64 " sweeps: checksum %016" PRIx64 "\n",
           options.size, options.size, options.sweeps,
           checksum(&plate, plate.states[options.sweeps % 2]));
    return 0;
}
