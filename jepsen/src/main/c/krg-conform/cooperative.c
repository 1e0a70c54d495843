// SPDX-License-Identifier: Apache-2.0
// What programs hold that cannot be saved, so that they save themselves: what they hold is made anew, and what
// they know comes back by the directory KRG_STATE_DIR.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <libkrg.h>
#include <limits.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SEED = 271828, FILES_IN_TREE = 12, THREADS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long known = SEED; // what must not get lost: it changes whenever it is saved
static int times_saved;
static int (*keep)(void);

static const char *in_state(const char *name) {
    static char path[PATH_MAX];
    const char *directory = getenv("KRG_STATE_DIR");
    CHECK(directory != NULL, "there is no KRG_STATE_DIR");
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static bool write_number(const char *name, long number, mode_t mode) {
    int fd = open(in_state(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool good = fd >= 0 && dprintf(fd, "%ld", number) > 0;
    if (fd >= 0)
        good = fchmod(fd, mode) == 0 && good;
    close(fd);
    return good;
}

// LONG_MIN if there is none.
static long read_number(const char *name) {
    long number = LONG_MIN;
    FILE *file = fopen(in_state(name), "re");
    if (file != NULL && fscanf(file, "%ld", &number) != 1)
        fail("%s is empty", name);
    if (file != NULL)
        fclose(file);
    return number;
}

static int before(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    known++;
    times_saved++;
    int refusal = keep();
    if (refusal != 0)
        pthread_mutex_unlock(&lock);
    return refusal;
}

static void afterwards(void *unused) {
    (void)unused;
    pthread_mutex_unlock(&lock);
}

// Whatever happened, what is known was saved once more in every incarnation that was ever saved.
static void be_saved(const char *name, int (*how)(void)) {
    long found = read_number(name);
    long epoch = MUST(krg_epoch());
    keep = how;
    if (found != LONG_MIN)
        known = found;
    CHECK(epoch == 1 || found > SEED, "incarnation %ld has nothing of those before", epoch);
    CHECK(epoch > 1 || found == LONG_MIN, "the first incarnation finds something");
    MUST(krg_checkpoint_on(before, NULL, afterwards, NULL));
    await_go();
    pthread_mutex_lock(&lock);
    CHECK(known > SEED, "it was never saved");
    CHECK(times_saved > 0 || epoch > 1, "it was not asked");
    CHECK(found == LONG_MIN || known == found + times_saved, "%ld has become %ld", found, known);
    pthread_mutex_unlock(&lock);
}

// ---------------------------------------------------------------- one file, and a ring of the kernel's

static int keep_file(void) {
    return write_number("known", known, 0600) ? 0 : EIO;
}

static void io_uring(void) {
    struct io_uring_params parameters = {0};
    int ring = MUST(syscall(SYS_io_uring_setup, 4, &parameters));
    be_saved("known", keep_file);
    CHECK(fcntl(ring, F_GETFD) >= 0, "the ring is gone");
}

// ---------------------------------------------------------------- many files, threads, a semaphore

static int semaphore;

static void *wait_for_more(void *unused) {
    eventfd_t one;
    (void)unused;
    while (eventfd_read(semaphore, &one) == 0)
        continue;
    return NULL;
}

static mode_t mode_of(int number) {
    return number % 2 == 0 ? 0600 : 0644;
}

static int keep_tree(void) {
    char name[64];
    MUST(mkdir(in_state("deep"), 0755) == 0 || errno == EEXIST ? 0 : -1);
    MUST(mkdir(in_state("deep/er"), 0755) == 0 || errno == EEXIST ? 0 : -1);
    for (int i = 0; i < FILES_IN_TREE; i++) {
        snprintf(name, sizeof name, "deep/er/a file %d", i);
        if (!write_number(name, known + i, mode_of(i)))
            return EIO;
    }
    return write_number("known", known, 0600) ? 0 : EIO;
}

static void check_tree(long value) {
    char name[64];
    struct stat about;
    for (int i = 0; i < FILES_IN_TREE; i++) {
        snprintf(name, sizeof name, "deep/er/a file %d", i);
        CHECK(read_number(name) == value + i, "%s has another number", name);
        MUST(stat(in_state(name), &about));
        CHECK((about.st_mode & 07777) == mode_of(i), "%s has mode %o", name, about.st_mode & 07777);
    }
}

static void tree(void) {
    pthread_t threads[THREADS];
    semaphore = MUST(eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC));
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, wait_for_more, NULL) == 0, "no thread");
    long found = read_number("known");
    if (found != LONG_MIN)
        check_tree(found);
    be_saved("known", keep_tree);
    check_tree(read_number("known"));
}

const struct program COOPERATIVE[] = {
    {"own-io-uring", "an io_uring, and one file that it saves itself", io_uring},
    {"own-tree", "an eventfd that is a semaphore, threads, and files that it saves itself", tree},
    {0},
};
