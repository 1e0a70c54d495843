// SPDX-License-Identifier: Apache-2.0
//
// Counts primes, and saves itself: an example of a program for the engine `cooperative`, of which nothing is
// saved but what it writes into the directory KRG_STATE_DIR when it is asked to.
//
// What it prints on standard output depends on LIMIT and the reports alone, however often it was stopped and
// started again. Two things make that so: nothing is counted or printed between the callback that saves and the
// one after it, and what was printed is handed over before.

#include <libkrg.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char USAGE[] =
    "usage: primes LIMIT [--report N] [--hold N FILE]\n"
    "\n"
    "Counts the primes below LIMIT. To be run as\n"
    "\n"
    "    krg-admin run --engine cooperative --checkpoint-every 5s -- primes 20000000\n"
    "\n"
    "  --report N    print a line every N numbers (default: a tenth of LIMIT)\n"
    "  --hold N FILE from the number N on wait until FILE exists\n"
    "  -h, --help    print this\n"
    "\n"
    "Where it begins is said on standard error. Without krg it just runs.\n";

enum { EXIT_USAGE = 2, STEP = 1000, PATH_BYTES = 4096 };

struct options {
    uint64_t limit;
    uint64_t report;
    uint64_t hold;
    const char *hold_file;
};

// All that it needs to go on.
struct progress {
    uint64_t next;     // the number to look at
    uint64_t count;    // primes below it
    uint64_t checksum; // of these primes
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of the progress and what is printed
static struct progress progress = {.next = 2};

// ---------------------------------------------------------------- saving

static bool path_of(char *path, const char *name) {
    const char *directory = getenv("KRG_STATE_DIR");
    return directory != NULL && snprintf(path, PATH_BYTES, "%s/%s", directory, name) < PATH_BYTES;
}

static int write_progress(const char *path) {
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return errno;
    int written = fprintf(file, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", progress.next, progress.count,
                          progress.checksum);
    int error = written < 0 ? errno : 0;
    return fclose(file) == 0 ? error : errno;
}

// Whoever saves itself does so under a name of its own first: one that is refused leaves the last one whole.
static int save(void *unused) {
    char path[PATH_BYTES], fresh[PATH_BYTES];
    (void)unused;
    pthread_mutex_lock(&lock);
    fflush(stdout);
    int error = path_of(path, "progress") && path_of(fresh, "progress.new") ? write_progress(fresh) : ENOENT;
    if (error == 0 && rename(fresh, path) != 0)
        error = errno;
    if (error != 0)
        pthread_mutex_unlock(&lock); // a refusal: nobody is called back after it
    return error;
}

static void go_on(void *unused) {
    (void)unused;
    pthread_mutex_unlock(&lock);
}

// False if there is nothing to go on with.
static bool load(void) {
    char path[PATH_BYTES];
    FILE *file = path_of(path, "progress") ? fopen(path, "re") : NULL;
    if (file == NULL)
        return false;
    bool good = fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64, &progress.next, &progress.count,
                       &progress.checksum)
                == 3;
    fclose(file);
    if (!good) {
        fprintf(stderr, "primes: cannot understand %s\n", path);
        exit(1);
    }
    return true;
}

// ---------------------------------------------------------------- counting

static bool is_prime(uint64_t number) {
    if (number % 2 == 0)
        return number == 2;
    for (uint64_t divisor = 3; divisor * divisor <= number; divisor += 2)
        if (number % divisor == 0)
            return false;
    return true;
}

static void count_one(void) {
    if (is_prime(progress.next)) {
        progress.count++;
        progress.checksum = (progress.checksum ^ progress.next) * 1099511628211u;
    }
    progress.next++;
}

// As many numbers as nobody minds waiting for.
static void count_some(const struct options *options, uint64_t end) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < STEP && progress.next < end; i++) {
        if (progress.next % options->report == 0)
            printf("%" PRIu64 " primes below %" PRIu64 "\n", progress.count, progress.next);
        count_one();
    }
    pthread_mutex_unlock(&lock);
}

static void count_to(const struct options *options, uint64_t end) {
    while (progress.next < end)
        count_some(options, end);
}

static void hold(const char *file) {
    fprintf(stderr, "holds at %" PRIu64 "\n", progress.next);
    while (access(file, F_OK) != 0)
        usleep(10 * 1000);
}

static void count_all(const struct options *options) {
    if (options->hold_file != NULL && options->hold < options->limit) {
        count_to(options, options->hold);
        hold(options->hold_file);
    }
    count_to(options, options->limit);
    printf("%" PRIu64 " primes below %" PRIu64 ", checksum %016" PRIx64 "\n", progress.count,
           options->limit, progress.checksum);
}

// ---------------------------------------------------------------- command line

static _Noreturn void usage(FILE *to, int status) {
    fputs(USAGE, to);
    exit(status);
}

static uint64_t number(const char *text) {
    char *end;
    errno = 0;
    uint64_t value = text == NULL ? 0 : strtoull(text, &end, 10);
    if (value == 0 || errno != 0 || *end != '\0' || *text == '-')
        usage(stderr, EXIT_USAGE);
    return value;
}

static struct options parse(char **arguments) {
    if (*arguments != NULL && (strcmp(*arguments, "-h") == 0 || strcmp(*arguments, "--help") == 0))
        usage(stdout, 0);
    struct options options = {.limit = number(*arguments)};
    options.report = options.limit < 10 ? 1 : options.limit / 10;
    for (char **it = arguments + 1; *it != NULL; it++) {
        if (strcmp(*it, "--report") == 0) {
            options.report = number(*++it);
        } else if (strcmp(*it, "--hold") == 0) {
            options.hold = number(*++it);
            options.hold_file = *++it;
            if (options.hold_file == NULL)
                usage(stderr, EXIT_USAGE);
        } else {
            usage(stderr, EXIT_USAGE);
        }
    }
    return options;
}

int main(int count, char **arguments) {
    (void)count;
    struct options options = parse(arguments + 1);
    const char *how = load() ? "goes on" : "begins";
    fprintf(stderr, "%s at %" PRIu64 "\n", how, progress.next);
    if (getenv("KRG_STATE_DIR") != NULL && krg_checkpoint_on(save, NULL, go_on, NULL) < 0) {
        perror("primes: cannot be asked to save itself");
        return 1;
    }
    count_all(&options);
    return 0;
}
