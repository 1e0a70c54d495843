// SPDX-License-Identifier: Apache-2.0
//
// Heat spreading over a square plate, computed by all cores with OpenMP: a real program for krg to
// host, checkpoint and bring back.
//
// Everything it prints depends on SIZE, STEPS and SEED alone, not on the number of threads, on
// time or on the machine's load. An interrupted and restored run must print what an undisturbed
// one prints.

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: heat [SIZE [STEPS [SEED]]] [--report N] [--out FILE]\n"
    "\n"
    "Computes how heat spreads over a square plate whose edges are held at fixed\n"
    "temperatures, and prints a checksum of the last state.\n"
    "\n"
    "  SIZE          points along an edge, 3 to 32768 (default 1024)\n"
    "  STEPS         time steps, at least 1 (default 200000: some minutes)\n"
    "  SEED          picks the temperatures at the start (default 1)\n"
    "  --report N    print a line every N steps (default: a hundredth of STEPS)\n"
    "  --out FILE    also write these lines to FILE, which stays open\n"
    "  -h, --help    print this\n"
    "\n"
    "OMP_NUM_THREADS sets the number of threads; it does not change the result.\n";

enum { EXIT_USAGE = 2 };

// The share of a difference that flows to a neighbour in one step; above 0.25 the scheme diverges.
static const double FLOW = 0.2;

struct options {
    uint64_t size;
    uint64_t steps;
    uint64_t seed;
    uint64_t report;
    const char *out;
};

// Two states of the plate, row by row: the present one and the one being computed. The last two
// arrays hold one value a row, so that sums are made in the order of rows whatever the threads do.
struct plate {
    size_t size;
    double *now;
    double *next;
    double *row_sum;
    uint64_t *row_hash;
};

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("heat: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(code);
}

static uint64_t parse_number(const char *name, const char *text, uint64_t least, uint64_t most)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        die(EXIT_USAGE, "%s must be a whole number, not '%s'", name, text);
    errno = 0;
    uint64_t value = strtoull(text, NULL, 10);
    if (errno == ERANGE || value < least || value > most)
        die(EXIT_USAGE, "%s must be from %" PRIu64 " to %" PRIu64 ", not %s", name, least, most,
            text);
    return value;
}

static const char *parse_value(int count, char **arguments, int *at)
{
    if (*at + 1 == count)
        die(EXIT_USAGE, "%s needs a value", arguments[*at]);
    return arguments[++*at];
}

static void parse_position(struct options *options, int position, const char *text)
{
    switch (position) {
    case 0: options->size = parse_number("SIZE", text, 3, 32768); break;
    case 1: options->steps = parse_number("STEPS", text, 1, INT64_MAX); break;
    case 2: options->seed = parse_number("SEED", text, 0, UINT64_MAX); break;
    default: die(EXIT_USAGE, "unexpected argument '%s'; see heat --help", text);
    }
}

static struct options parse(int count, char **arguments)
{
    struct options options = {.size = 1024, .steps = 200000, .seed = 1};
    int position = 0;
    for (int i = 1; i < count; i++) {
        const char *argument = arguments[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            fputs(USAGE, stdout);
            exit(0);
        }
        if (strcmp(argument, "--report") == 0)
            options.report =
                parse_number("--report", parse_value(count, arguments, &i), 1, INT64_MAX);
        else if (strcmp(argument, "--out") == 0)
            options.out = parse_value(count, arguments, &i);
        else if (argument[0] == '-')
            die(EXIT_USAGE, "unknown option '%s'; see heat --help", argument);
        else
            parse_position(&options, position++, argument);
    }
    if (options.report == 0)
        options.report = options.steps < 100 ? 1 : options.steps / 100;
    return options;
}

static void *allocate(size_t count, size_t bytes_each)
{
    void *memory = calloc(count, bytes_each);
    if (memory == NULL)
        die(EXIT_FAILURE, "not enough memory for %zu values of %zu bytes", count, bytes_each);
    return memory;
}

// A well mixed number for each position (SplitMix64, Steele, Lea and Flood, 2014).
static uint64_t mix(uint64_t seed, uint64_t position)
{
    uint64_t z = seed + (position + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// From 0 to below 100 degrees.
static double temperature(uint64_t seed, uint64_t position)
{
    return (double)(mix(seed, position) >> 11) * 0x1p-53 * 100.0;
}

// Random temperatures inside; each edge has one of its own, which it keeps.
static struct plate make_plate(size_t size, uint64_t seed)
{
    struct plate plate = {
        .size = size,
        .now = allocate(size * size, sizeof(double)),
        .next = allocate(size * size, sizeof(double)),
        .row_sum = allocate(size, sizeof(double)),
        .row_hash = allocate(size, sizeof(uint64_t)),
    };
    uint64_t edges = (uint64_t)size * size;
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < size; row++) {
        for (size_t column = 0; column < size; column++) {
            size_t at = row * size + column;
            uint64_t source = row == 0             ? edges
                              : row == size - 1    ? edges + 1
                              : column == 0        ? edges + 2
                              : column == size - 1 ? edges + 3
                                                   : at;
            plate.now[at] = plate.next[at] = temperature(seed, source);
        }
    }
    return plate;
}

static void free_plate(struct plate *plate)
{
    free(plate->now);
    free(plate->next);
    free(plate->row_sum);
    free(plate->row_hash);
}

static void step(struct plate *plate)
{
    size_t size = plate->size;
    const double *restrict now = plate->now;
    double *restrict next = plate->next;
#pragma omp parallel for schedule(static)
    for (size_t row = 1; row < size - 1; row++) {
        for (size_t at = row * size + 1; at < (row + 1) * size - 1; at++)
            next[at] = now[at] + FLOW * (now[at - size] + now[at + size] + now[at - 1]
                                         + now[at + 1] - 4.0 * now[at]);
    }
    plate->now = next;
    plate->next = (double *)now;
}

struct summary {
    double mean;
    uint64_t checksum;
};

static struct summary sum_up(const struct plate *plate)
{
    size_t size = plate->size;
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < size; row++) {
        double sum = 0;
        uint64_t hash = 0;
        for (size_t at = row * size; at < (row + 1) * size; at++) {
            uint64_t bits;
            memcpy(&bits, &plate->now[at], sizeof bits);
            hash = mix(hash ^ bits, 0);
            sum += plate->now[at];
        }
        plate->row_sum[row] = sum;
        plate->row_hash[row] = hash;
    }
    struct summary summary = {0};
    for (size_t row = 0; row < size; row++) {
        summary.mean += plate->row_sum[row] / ((double)size * (double)size);
        summary.checksum = mix(summary.checksum ^ plate->row_hash[row], 0);
    }
    return summary;
}

// Prints a line and sees to it that it has left this process.
static void print(FILE *to, const char *name, const char *line)
{
    if (fputs(line, to) == EOF || fflush(to) != 0)
        die(EXIT_FAILURE, "cannot write to %s: %s", name, strerror(errno));
}

static void report(const struct options *options, uint64_t done, struct summary summary, FILE *out)
{
    char line[128];
    snprintf(line, sizeof line,
             "step %" PRIu64 "/%" PRIu64 "  mean %.6f  checksum %016" PRIx64 "\n",
             done, options->steps, summary.mean, summary.checksum);
    print(stdout, "standard output", line);
    if (out != NULL)
        print(out, options->out, line);
}

static FILE *open_out(const char *name)
{
    if (name == NULL)
        return NULL;
    FILE *out = fopen(name, "w");
    if (out == NULL)
        die(EXIT_FAILURE, "cannot write to %s: %s", name, strerror(errno));
    return out;
}

int main(int count, char **arguments)
{
    struct options options = parse(count, arguments);
    FILE *out = open_out(options.out);
    struct plate plate = make_plate(options.size, options.seed);
    for (uint64_t done = 1; done <= options.steps; done++) {
        step(&plate);
        if (done % options.report == 0 && done < options.steps)
            report(&options, done, sum_up(&plate), out);
    }
    struct summary last = sum_up(&plate);
    report(&options, options.steps, last, out);
    printf("checksum %016" PRIx64 "\n", last.checksum);
    print(stdout, "standard output", "");
    free_plate(&plate);
    if (out != NULL && fclose(out) != 0)
        die(EXIT_FAILURE, "cannot write to %s: %s", options.out, strerror(errno));
    return EXIT_SUCCESS;
}
