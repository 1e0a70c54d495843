// SPDX-License-Identifier: Apache-2.0
//
// krg-bench-memory BYTES WRITER THREADS PROCESSES GAPS: what is saved and moved by a bench.
//
// Holds BYTES of memory that compress to about a half, shared out among PROCESSES; of WRITER `idle`
// nobody writes, `light` rewrites 1 MB/s, `heavy` as fast as it can. The first process has THREADS
// threads. It appends to the file GAPS a line for each stretch of more than 5 ms in which it
// did not run: its end and its length, in microseconds of CLOCK_REALTIME, as CLOCK_MONOTONIC
// leaves out what is between a dump and a restore. The file GAPS.ready is
// made when all memory has been written.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, GAP_MICROS = 5000, BEAT_MICROS = 1000, STACK = 64 * 1024 };

static void die(const char *what) {
    fprintf(stderr, "krg-bench-memory: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// One half of each page is random, so that no two are alike.
static void fill(char *page, uint64_t *state) {
    for (size_t i = 0; i < PAGE / 2; i += sizeof(uint64_t)) {
        uint64_t word = next(state);
        memcpy(page + i, &word, sizeof word);
    }
}

static char *hold(size_t pages, uint64_t *state) {
    char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        die("mmap");
    }
    for (size_t i = 0; i < pages; i++) {
        fill(memory + i * PAGE, state);
    }
    return memory;
}

struct writing {
    char *memory;
    size_t pages;
    uint64_t state;
    int heavy;
};

static void *write_on(void *argument) {
    struct writing *it = argument;
    for (;;) {
        fill(it->memory + next(&it->state) % it->pages * PAGE, &it->state);
        if (!it->heavy) {
            usleep(PAGE);
        }
    }
    return NULL;
}

static void *rest(void *nothing) {
    for (;;) {
        pause();
    }
    return nothing;
}

static void thread(void *(*work)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_t made;
    errno = pthread_create(&made, &attributes, work, argument);
    if (errno != 0) {
        die("pthread_create");
    }
}

static void beat(const char *gaps) {
    long last = micros();
    for (;;) {
        usleep(BEAT_MICROS);
        long now = micros();
        if (now - last > GAP_MICROS) {
            char line[64];
            int length = snprintf(line, sizeof line, "%ld %ld\n", now, now - last);
            int file = open(gaps, O_WRONLY | O_APPEND | O_CREAT, 0600);
            if (file < 0 || write(file, line, (size_t)length) != length) {
                die(gaps);
            }
            close(file);
        }
        last = now;
    }
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: krg-bench-memory BYTES idle|light|heavy THREADS PROCESSES GAPS\n");
        return 2;
    }
    long processes = atol(arguments[4]);
    size_t pages = (size_t)atoll(arguments[1]) / PAGE / (size_t)processes;
    pages = pages == 0 ? 1 : pages;
    int filled[2];
    if (pipe(filled) != 0) {
        die("pipe");
    }
    for (long i = 1; i < processes; i++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            uint64_t state = (uint64_t)i * 0x9e3779b97f4a7c15u + 1;
            hold(pages, &state);
            if (write(filled[1], "", 1) != 1) {
                die("pipe");
            }
            close(filled[0]);
            close(filled[1]);
            rest(NULL);
        }
    }
    static struct writing writing;
    writing.state = 0x2545f4914f6cdd1du;
    writing.pages = pages;
    writing.heavy = strcmp(arguments[2], "heavy") == 0;
    writing.memory = hold(pages, &writing.state);
    for (long i = 1; i < processes; i++) {
        char one;
        if (read(filled[0], &one, 1) != 1) {
            die("pipe");
        }
    }
    close(filled[0]);
    close(filled[1]);
    long threads = atol(arguments[3]) - 1;
    if (strcmp(arguments[2], "idle") != 0) {
        thread(write_on, &writing);
        threads--;
    }
    for (; threads > 0; threads--) {
        thread(rest, NULL);
    }
    char ready[4096];
    snprintf(ready, sizeof ready, "%s.ready", arguments[5]);
    close(open(ready, O_CREAT | O_WRONLY, 0600));
    beat(arguments[5]);
}
