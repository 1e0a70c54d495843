// SPDX-License-Identifier: Apache-2.0
//
// Counts, and at each number appends to a file outside krg which incarnation of it does, as the kernel tells it by
// the name of its cgroup. It saves itself, for the engine `cooperative`: another incarnation goes on behind the
// number that was saved. Workload `Witness` reads the file.

#define _GNU_SOURCE
#include <libkrg.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, PATH_BYTES = 4096, PAUSE_MICROSECONDS = 4000, PAGE_BYTES = 4096, PAGES_OF_MIB = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of the number, and of the mark that is made of it
static unsigned long number;

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "krg-witness: %s: %s\n", what, strerror(errno));
    exit(1);
}

// ---------------------------------------------------------------- saving

static bool path_of(char *path, const char *name) {
    const char *directory = getenv("KRG_STATE_DIR");
    return directory != NULL && snprintf(path, PATH_BYTES, "%s/%s", directory, name) < PATH_BYTES;
}

// So many bytes that saving takes a while, no two pages alike; the number stands before them.
static bool write_state(const char *path, size_t mebibytes) {
    unsigned char page[PAGE_BYTES] = {0};
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return false;
    bool good = fprintf(file, "%lu\n", number) > 0;
    for (size_t i = 0; i < mebibytes * PAGES_OF_MIB && good; i++) {
        memcpy(page, &number, sizeof number);
        memcpy(page + sizeof number, &i, sizeof i);
        good = fwrite(page, sizeof page, 1, file) == 1;
    }
    return fclose(file) == 0 && good;
}

static int save(void *mebibytes) {
    char path[PATH_BYTES], fresh[PATH_BYTES];
    pthread_mutex_lock(&lock);
    errno = EIO;
    bool good = path_of(path, "number") && path_of(fresh, "number.new")
                && write_state(fresh, *(size_t *)mebibytes) && rename(fresh, path) == 0;
    int error = errno;
    if (!good)
        pthread_mutex_unlock(&lock); // a refusal: nobody is called back after it
    return good ? 0 : error;
}

static void go_on(void *unused) {
    (void)unused;
    pthread_mutex_unlock(&lock);
}

static void load(void) {
    char path[PATH_BYTES];
    if (!path_of(path, "number"))
        fail("KRG_STATE_DIR");
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return; // the first incarnation
    if (file == NULL || fscanf(file, "%lu", &number) != 1)
        fail(path);
    fclose(file);
}

// ---------------------------------------------------------------- counting

// The cgroup of a cell ends in PROCESS.EPOCH, or has that before what is in the cell.
static unsigned long epoch(void) {
    unsigned long found = 0;
    char *line = NULL;
    size_t size = 0;
    FILE *groups = fopen("/proc/self/cgroup", "re");
    while (groups != NULL && found == 0 && getline(&line, &size, groups) > 0) {
        char *cell = strstr(line, "/krg/");
        if (cell != NULL)
            sscanf(cell, "/krg/%*[^/]/%*[^/]/%*[^./].%lu", &found);
    }
    free(line);
    if (found == 0)
        fail("/proc/self/cgroup");
    fclose(groups);
    return found;
}

static void count_one(const char *path) {
    char mark[64];
    pthread_mutex_lock(&lock);
    number++;
    int length = snprintf(mark, sizeof mark, "%lu %lu\n", number, epoch());
    int log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log < 0 || write(log, mark, (size_t)length) != length)
        fail(path);
    close(log);
    pthread_mutex_unlock(&lock);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fputs("usage: krg-witness FILE MEBIBYTES\n", stderr);
        return EXIT_USAGE;
    }
    size_t mebibytes = strtoul(arguments[2], NULL, 10);
    load();
    if (krg_checkpoint_on(save, NULL, go_on, &mebibytes) < 0)
        fail("cannot be asked to save itself");
    for (;;) {
        count_one(arguments[1]);
        usleep(PAUSE_MICROSECONDS);
    }
}
