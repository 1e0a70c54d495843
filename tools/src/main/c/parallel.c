// SPDX-License-Identifier: Apache-2.0
//
// Parallel programs on memory that ranks share over the cluster, or threads of one process: the same code, so
// that the one can be measured beside the other. The checksum depends on SIZE and ROUNDS alone.
#include "parallel/crew.h"

#include <libkrg.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char USAGE[] =
    "usage: parallel WORK SEGMENT [SIZE [ROUNDS]] [--threads N]\n"
    "\n"
    "  WORK         matrix     product of two square matrices\n"
    "               bodies     bodies that attract each other, each pair looked at\n"
    "               histogram  values counted in 4096 classes\n"
    "               plate      Jacobi's method on a square plate\n"
    "  SEGMENT      shared memory of the cluster; - for memory of this process\n"
    "  SIZE         points along an edge, bodies, or values\n"
    "  ROUNDS       how often, or steps\n"
    "  --threads N  threads of this process share the work, 1 to 64; with - only\n"
    "  --bytes      print how large a segment has to be, and do nothing\n"
    "  -h, --help   print this\n"
    "\n"
    "Ranks of a job share the work (KRG_RANK and KRG_RANKS, which krg sets):\n"
    "\n"
    "    krg-admin segment create field --size 8M\n"
    "    krg-admin run --ranks 3 -- parallel matrix field 512\n"
    "\n"
    "The first prints the checksum, and the seconds from when all were ready until all were done.\n";

enum { EXIT_USAGE = 2, BARRIER = 1, MOST_THREADS = 64 };

static const struct work *const ALL[] = {&MATRIX, &BODIES, &HISTOGRAM, &PLATE};

struct options {
    const struct work *work;
    const char *segment;
    uint64_t size;
    uint64_t rounds;
    unsigned threads;
    bool bytes;
};

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("parallel: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(code);
}

static uint64_t number(const char *text, const char *name, uint64_t least, uint64_t most) {
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || *text == '-' || value < least || value > most)
        die(EXIT_USAGE, "%s is %" PRIu64 " to %" PRIu64 ", not %s", name, least, most, text);
    return value;
}

static unsigned from_environment(const char *name, unsigned otherwise, unsigned least,
                                 unsigned most) {
    const char *text = getenv(name);
    return text == NULL ? otherwise : (unsigned)number(text, name, least, most);
}

static const struct work *work_called(const char *name) {
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
        if (strcmp(ALL[i]->name, name) == 0)
            return ALL[i];
    die(EXIT_USAGE, "there is no work %s; see parallel --help", name);
}

static void take_place(struct options *options, int place, const char *text) {
    if (place == 0) {
        options->work = work_called(text);
        options->size = options->work->size;
        options->rounds = options->work->rounds;
    } else if (place == 1) {
        options->segment = text;
    } else if (place == 2) {
        options->size = number(text, "SIZE", 64, options->work->most);
    } else if (place == 3) {
        options->rounds = number(text, "ROUNDS", 1, 1000000);
    } else {
        die(EXIT_USAGE, "%s is not understood; see parallel --help", text);
    }
}

static struct options parse(int count, char **arguments) {
    struct options options = {.threads = 1};
    int place = 0;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "-h") == 0 || strcmp(arguments[i], "--help") == 0) {
            fputs(USAGE, stdout);
            exit(0);
        } else if (strcmp(arguments[i], "--bytes") == 0) {
            options.bytes = true;
        } else if (strcmp(arguments[i], "--threads") == 0 && i + 1 < count) {
            options.threads = (unsigned)number(arguments[++i], "--threads", 1, MOST_THREADS);
        } else if (strncmp(arguments[i], "--", 2) == 0) {
            die(EXIT_USAGE, "%s is not understood; see parallel --help", arguments[i]);
        } else {
            take_place(&options, place++, arguments[i]);
        }
    }
    if (options.segment == NULL)
        die(EXIT_USAGE, "which work, in which segment? see parallel --help");
    if (options.threads > 1 && strcmp(options.segment, "-") != 0)
        die(EXIT_USAGE, "threads share memory of this process: --threads goes with -");
    return options;
}

// ---------------------------------------------------------------- computing

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run(const struct member *member, const struct options *options) {
    const struct work *work = options->work;
    work->prepare(member, options->size);
    member->meet(member);
    double start = seconds();
    work->compute(member, options->size, options->rounds);
    double took = seconds() - start;
    if (member->rank == 0)
        printf("%s of %" PRIu64 ", %" PRIu64 " rounds: checksum %016" PRIx64 ", %.4f s\n",
               work->name, options->size, options->rounds,
               work->checksum(member, options->size, options->rounds), took);
    // Who is done earlier would take the pages along that the first still reads.
    member->meet(member);
}

// ---------------------------------------------------------------- threads of one process

static void meet_threads(const struct member *member) {
    pthread_barrier_wait(member->means);
}

struct thread {
    pthread_t id;
    struct member member;
    const struct options *options;
};

static void *run_thread(void *given) {
    const struct thread *thread = given;
    run(&thread->member, thread->options);
    return NULL;
}

static void run_threads(const struct options *options, size_t bytes) {
    static struct thread threads[MOST_THREADS];
    pthread_barrier_t barrier;
    char *memory = aligned_alloc(PAGE_BYTES, bytes);
    if (memory == NULL)
        die(1, "no memory for %zu bytes", bytes);
    pthread_barrier_init(&barrier, NULL, options->threads);
    for (unsigned i = 0; i < options->threads; i++) {
        threads[i].member = (struct member){i, options->threads, memory, meet_threads, &barrier};
        threads[i].options = options;
        int error = pthread_create(&threads[i].id, NULL, run_thread, &threads[i]);
        if (error != 0)
            die(1, "thread %u does not start: %s", i, strerror(error));
    }
    for (unsigned i = 0; i < options->threads; i++)
        pthread_join(threads[i].id, NULL);
    pthread_barrier_destroy(&barrier);
    free(memory);
}

// ---------------------------------------------------------------- ranks of a job

static void meet_ranks(const struct member *member) {
    int error = krg_barrier_wait(member->means, BARRIER, member->count);
    if (error != 0 && error != PTHREAD_BARRIER_SERIAL_THREAD)
        die(1, "the other ranks cannot be met: %s", strerror(error));
}

static void run_rank(const struct options *options, size_t bytes) {
    struct krg_segment *segment = krg_segment_open(options->segment);
    if (segment == NULL)
        die(1, "cannot open segment %s: %s", options->segment, strerror(errno));
    if (krg_segment_size(segment) < bytes)
        die(1, "segment %s has %zu bytes, and %zu are needed", options->segment,
            krg_segment_size(segment), bytes);
    char *memory = krg_segment_map(segment, NULL);
    if (memory == NULL)
        die(1, "cannot map segment %s: %s", options->segment, strerror(errno));
    unsigned ranks = from_environment("KRG_RANKS", 1, 1, MOST_THREADS);
    struct member member = {from_environment("KRG_RANK", 0, 0, ranks - 1), ranks, memory,
                            meet_ranks, segment};
    run(&member, options);
    krg_segment_close(segment);
}

int main(int count, char **arguments) {
    struct options options = parse(count, arguments);
    size_t bytes = options.work->bytes(options.size);
    if (options.bytes)
        printf("%zu\n", bytes);
    else if (strcmp(options.segment, "-") == 0)
        run_threads(&options, bytes);
    else
        run_rank(&options, bytes);
    return 0;
}
