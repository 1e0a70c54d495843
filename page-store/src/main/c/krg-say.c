// SPDX-License-Identifier: Apache-2.0
//
// A program that wants a say in its checkpoints: an example of the calls in libkrg.h, and for tests. It has a
// table that it can build anew, which is left out of what is saved, and does as it is told on its
// standard input, one command a line; each is answered with one line.
//
//     on              has itself called back: ok
//     refuse NUMBER   what the callback before a checkpoint returns from now on: ok
//     counts          how often it was called: before AFTER-RESTART ON-CONTINUE
//     table BYTES     makes the table and leaves it out: ok
//     keep            lets the table be saved again: ok
//     leave           leaves it out again: ok
//     look            `good BUILT`, how often the table was built; it is built anew if it has to be
//     peek            `full` or `zeros`: what the table is without building it
//     disable         enters a critical section: ok
//     enable          leaves it: ok
//     hold SECONDS    ok: another thread is in a critical section, for so long
//     held            in which incarnation it entered the section, and left it
//     now             takes a checkpoint: 0, or 1 for who comes back from it
//     epoch           the number of this incarnation
//
// A call that fails is answered with `error ERRNO`.
#define _GNU_SOURCE
#include "libkrg.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all that follows
static uint64_t *table;
static size_t words;
static bool is_built;
static int built;
static int refusal;
static int called_before, called_after_restart, called_on_continue;

static void build(void) {
    uint64_t value = 88172645463325252;
    for (size_t i = 0; i < words; i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
        table[i] = value;
    }
    is_built = true;
    built++;
}

// Nobody uses the table until the program goes on.
static int before(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    called_before++;
    int given = refusal;
    if (given != 0)
        pthread_mutex_unlock(&lock);
    return given;
}

static void after_restart(void *unused) {
    (void)unused;
    called_after_restart++;
    is_built = false;
    pthread_mutex_unlock(&lock);
}

static void on_continue(void *unused) {
    (void)unused;
    called_on_continue++;
    is_built = false;
    pthread_mutex_unlock(&lock);
}

static void answer(int result) {
    if (result < 0)
        printf("error %s\n", strerrorname_np(errno));
    else
        puts("ok");
}

static void make_table(size_t bytes) {
    words = bytes / sizeof *table;
    table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED) {
        answer(-1);
        return;
    }
    build();
    answer(krg_checkpoint_exclude(table, bytes));
}

static void look(void) {
    if (!is_built)
        build();
    uint64_t all = 0;
    for (size_t i = 0; i < words; i++)
        all += table[i] != 0;
    printf("%s %d\n", all == words ? "good" : "bad", built);
}

static pthread_t holder;
static pthread_barrier_t entered;
static int64_t entered_in, left_in;

static void *hold_on(void *seconds) {
    krg_checkpoint_disable();
    entered_in = krg_epoch();
    pthread_barrier_wait(&entered);
    sleep((unsigned)(uintptr_t)seconds);
    left_in = krg_epoch();
    krg_checkpoint_enable();
    return NULL;
}

static void hold(unsigned long seconds) {
    pthread_barrier_init(&entered, NULL, 2);
    if ((errno = pthread_create(&holder, NULL, hold_on, (void *)(uintptr_t)seconds)) != 0) {
        answer(-1);
        return;
    }
    pthread_barrier_wait(&entered);
    puts("ok");
}

static void print_held(void) {
    pthread_join(holder, NULL);
    printf("%ld %ld\n", (long)entered_in, (long)left_in);
}

static void print_counts(void) {
    printf("%d %d %d\n", called_before, called_after_restart, called_on_continue);
}

static void act(const char *command, unsigned long number) {
    if (strcmp(command, "on") == 0) {
        answer(krg_checkpoint_on(before, after_restart, on_continue, NULL));
    } else if (strcmp(command, "refuse") == 0) {
        refusal = (int)number;
        puts("ok");
    } else if (strcmp(command, "counts") == 0) {
        print_counts();
    } else if (strcmp(command, "table") == 0) {
        make_table(number);
    } else if (strcmp(command, "keep") == 0) {
        answer(krg_checkpoint_include(table, words * sizeof *table));
    } else if (strcmp(command, "leave") == 0) {
        answer(krg_checkpoint_exclude(table, words * sizeof *table));
    } else if (strcmp(command, "look") == 0) {
        look();
    } else if (strcmp(command, "peek") == 0) {
        puts(table[0] == 0 && table[words - 1] == 0 ? "zeros" : "full");
    } else if (strcmp(command, "disable") == 0) {
        answer(krg_checkpoint_disable());
    } else if (strcmp(command, "enable") == 0) {
        answer(krg_checkpoint_enable());
    } else if (strcmp(command, "hold") == 0) {
        hold(number);
    } else if (strcmp(command, "held") == 0) {
        print_held();
    } else if (strcmp(command, "epoch") == 0) {
        printf("%ld\n", (long)krg_epoch());
    } else {
        puts("what?");
    }
}

int main(void) {
    char line[128], command[32];
    while (fgets(line, sizeof line, stdin) != NULL) {
        unsigned long number = 0;
        if (sscanf(line, "%31s %lu", command, &number) < 1)
            continue;
        if (strcmp(command, "now") == 0) {
            // Not with the lock: the callbacks take it.
            int result = krg_checkpoint_now();
            if (result < 0)
                answer(result);
            else
                printf("%d\n", result);
        } else {
            pthread_mutex_lock(&lock);
            act(command, number);
            pthread_mutex_unlock(&lock);
        }
        fflush(stdout);
    }
    return 0;
}
