// SPDX-License-Identifier: Apache-2.0
//
// Synchronises by a segment as it is told on its standard input, one command a line, and answers each
// with one line: `ok`, `ok VALUE`, or `error NAME`. For tests and measurements. N and the like are numbers
// of objects.
//
//     map NAME                      ok SIZE
//     lock|trylock|unlock|consistent N, timedlock N MILLIS
//     rdlock|wrlock|tryrdlock|trywrlock|rwunlock N, timedrdlock|timedwrlock N MILLIS
//     arrive N COUNT                ok, or `ok last`
//     wait N MUTEX, timedwait N MUTEX MILLIS, signal|broadcast N
//     once N OFFSET SEMAPHORE       runs once what adds 1 to the word at OFFSET of the memory, takes 1 from the
//                                   semaphore, and adds 1 to the word behind: ok and the two words
//     onceself N                    runs once what does so itself with N: what it is told
//     oncecancel N OFFSET           a thread adds 1 to the word, and is cancelled in what it runs once: ok
//     sem MILLIS N:AMOUNT:FLAGS...  MILLIS 0 for no limit; FLAGS as KRG_SEM_
//     semset N VALUE                ok
//     semget N                      ok VALUE FOR_MORE FOR_ZERO
//     load N, add N AMOUNT, exchange N VALUE, cas N EXPECTED VALUE      ok BEFORE
//     reset N                       ok
//     count N COUNT                 what each of COUNT additions of 1 found there; it ends early, by
//                                   ` error NAME`, at one that fails
//     fork N                        a child sets semaphore N to 1 and goes on as long as this process: ok PID
//     branch                        ok PID: a child, which has the segment mapped, does what comes from now on
//     guard N OFFSET COUNT THREADS  each of THREADS adds 1 to the word at OFFSET of the memory COUNT times,
//                                   not atomically, holding the mutex
//     time lock|add|sem|barrier N COUNT PARTIES
//                                   nanoseconds of each of COUNT pairs of lock and unlock, additions, pairs of
//                                   taking 1 from a semaphore and giving it back, or meetings of PARTIES threads
//     floor FILE PARTIES            what `time` measures from now on is that of threads(7) in this file, which
//                                   all processes of a node share: a robust mutex, an atomic word, a semaphore
//                                   and a barrier, one each: ok
#define _GNU_SOURCE
#include "krg-sync/once.h"
#include "krg-sync/timing.h"
#include "libkrg.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct krg_segment *segment;
static char *memory;

static const char *name_of(int error) {
    const char *name = strerrorname_np(error);
    return name == NULL ? "UNKNOWN" : name;
}

static void answer(int error) {
    if (error == PTHREAD_BARRIER_SERIAL_THREAD)
        puts("ok last");
    else if (error == 0)
        puts("ok");
    else
        printf("error %s\n", name_of(error));
}

static void answer_value(int error, uint64_t value) {
    if (error == 0)
        printf("ok %lu\n", value);
    else
        answer(error);
}

static void fork_child(uint64_t semaphore) {
    char byte;
    int ready[2];
    pid_t child = pipe(ready) < 0 ? -1 : fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int error = krg_sem_set(segment, semaphore, 1);
        (void)!write(ready[1], error == 0 ? "+" : "-", 1);
        for (;;)
            pause();
    }
    if (child < 0 || read(ready[0], &byte, 1) != 1 || byte != '+')
        answer(EIO);
    else
        printf("ok %d\n", child);
}

static void branch(void) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        answer(errno);
    } else if (child > 0) {
        while (waitpid(child, NULL, 0) < 0)
            ;
        _exit(0);
    } else if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || krg_segment_after_fork(segment) < 0) {
        answer(errno);
    } else {
        printf("ok %d\n", getpid());
    }
}

static void map(const char *name) {
    segment = krg_segment_open(name);
    memory = segment == NULL ? NULL : krg_segment_map(segment, NULL);
    if (memory == NULL)
        answer(errno);
    else
        printf("ok %zu\n", krg_segment_size(segment));
}

static struct timespec in(uint64_t millis) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    uint64_t nanos = (uint64_t)time.tv_nsec + millis % 1000 * 1000000;
    time.tv_sec += millis / 1000 + nanos / 1000000000;
    time.tv_nsec = nanos % 1000000000;
    return time;
}

static void adjust(char *text) {
    struct krg_sem_op steps[16];
    size_t count = 0;
    uint64_t millis = strtoull(strtok(text, " "), NULL, 10);
    struct timespec limit = {.tv_sec = millis / 1000, .tv_nsec = millis % 1000 * 1000000};
    for (char *step = strtok(NULL, " "); step != NULL && count < 16; step = strtok(NULL, " ")) {
        struct krg_sem_op *next = &steps[count++];
        sscanf(step, "%lu:%d:%u", &next->semaphore, &next->amount, &next->flags);
    }
    answer(krg_sem_op(segment, steps, count, millis == 0 ? NULL : &limit));
}

static void read_semaphore(uint64_t number) {
    int value = 0;
    unsigned for_more = 0, for_zero = 0;
    int error = krg_sem_get(segment, number, &value, &for_more, &for_zero);
    if (error == 0)
        printf("ok %d %u %u\n", value, for_more, for_zero);
    else
        answer(error);
}

static void compare_and_swap(uint64_t number, uint64_t expected, uint64_t value) {
    int error = krg_atomic_compare_exchange(segment, number, &expected, value);
    answer_value(error == EBUSY ? 0 : error, expected);
}

static void count(uint64_t number, uint64_t times) {
    for (uint64_t i = 0; i < times; i++) {
        uint64_t before;
        int error = krg_atomic_add(segment, number, 1, &before);
        if (error != 0) {
            printf(" error %s\n", name_of(error));
            return;
        }
        printf("%lu%c", before, i + 1 < times ? ' ' : '\n');
    }
}

struct guarded {
    uint64_t mutex, offset, times;
};

static void *add_guarded(void *given) {
    const struct guarded *what = given;
    volatile uint64_t *word = (uint64_t *)(memory + what->offset);
    for (uint64_t i = 0; i < what->times; i++) {
        int error = krg_mutex_lock(segment, what->mutex);
        if (error != 0)
            return (void *)(intptr_t)error;
        *word = *word + 1;
        error = krg_mutex_unlock(segment, what->mutex);
        if (error != 0)
            return (void *)(intptr_t)error;
    }
    return NULL;
}

static void guard(struct guarded what, uint64_t threads) {
    pthread_t started[64];
    int error = threads > 64 ? EINVAL : 0;
    uint64_t running = 0;
    while (error == 0 && running < threads) {
        error = pthread_create(&started[running], NULL, add_guarded, &what);
        running += error == 0;
    }
    for (uint64_t i = 0; i < running; i++) {
        void *result;
        pthread_join(started[i], &result);
        error = error == 0 ? (int)(intptr_t)result : error;
    }
    answer(error);
}

static struct run run_of(uint64_t once, uint64_t offset, uint64_t semaphore) {
    volatile uint64_t *words = (uint64_t *)(memory + offset);
    return (struct run){segment, once, words, words + 1, semaphore};
}

static void once(struct run run) {
    int error = run_once(&run);
    if (error == 0)
        printf("ok %lu %lu\n", *run.begun, *run.ended);
    else
        answer(error);
}

static const struct {
    const char *name;
    int (*call)(struct krg_segment *, uint64_t, const struct timespec *);
} TIMED_CALLS[] = {
    {"timedlock", krg_mutex_timedlock},
    {"timedrdlock", krg_rwlock_timedrdlock},
    {"timedwrlock", krg_rwlock_timedwrlock},
};

static int timed_call(const char *name, uint64_t number, uint64_t millis) {
    struct timespec limit = in(millis);
    for (size_t i = 0; i < sizeof TIMED_CALLS / sizeof *TIMED_CALLS; i++) {
        if (strcmp(TIMED_CALLS[i].name, name) == 0) {
            answer(TIMED_CALLS[i].call(segment, number, &limit));
            return 1;
        }
    }
    return 0;
}

static const struct {
    const char *name;
    int (*call)(struct krg_segment *, uint64_t);
} CALLS[] = {
    {"lock", krg_mutex_lock},           {"trylock", krg_mutex_trylock},
    {"unlock", krg_mutex_unlock},       {"consistent", krg_mutex_consistent},
    {"rdlock", krg_rwlock_rdlock},      {"wrlock", krg_rwlock_wrlock},
    {"tryrdlock", krg_rwlock_tryrdlock}, {"trywrlock", krg_rwlock_trywrlock},
    {"rwunlock", krg_rwlock_unlock},    {"signal", krg_cond_signal},
    {"broadcast", krg_cond_broadcast},  {"reset", krg_reset},
};

static int call(const char *name, uint64_t number) {
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        if (strcmp(CALLS[i].name, name) == 0) {
            answer(CALLS[i].call(segment, number));
            return 1;
        }
    }
    return 0;
}

static void perform(char *line) {
    char name[256];
    uint64_t first = 0, second = 0, third = 0, fourth = 0;
    uint64_t value = 0;
    int read = sscanf(line, "%255s %lu %lu %lu %lu", name, &first, &second, &third, &fourth);
    if (sscanf(line, "map %255s", name) == 1)
        map(name);
    else if (strcmp(line, "branch") == 0)
        branch();
    else if (read == 2 && call(name, first))
        return;
    else if (read == 3 && timed_call(name, first, second))
        return;
    else if (read == 4 && strcmp(name, "once") == 0)
        once(run_of(first, second, third));
    else if (read == 2 && strcmp(name, "onceself") == 0) {
        struct run run = run_of(first, 0, 0);
        answer(run_in_itself(&run));
    } else if (read == 3 && strcmp(name, "oncecancel") == 0) {
        struct run run = run_of(first, second, 0);
        answer(cancel_once(&run));
    } else if (read == 3 && strcmp(name, "arrive") == 0)
        answer(krg_barrier_wait(segment, first, second));
    else if (read == 3 && strcmp(name, "wait") == 0)
        answer(krg_cond_wait(segment, first, second));
    else if (read == 4 && strcmp(name, "timedwait") == 0) {
        struct timespec limit = in(third);
        answer(krg_cond_timedwait(segment, first, second, &limit));
    } else if (strncmp(line, "sem ", 4) == 0)
        adjust(line + 4);
    else if (read == 3 && strcmp(name, "semset") == 0)
        answer(krg_sem_set(segment, first, second));
    else if (read == 2 && strcmp(name, "fork") == 0)
        fork_child(first);
    else if (read == 2 && strcmp(name, "semget") == 0)
        read_semaphore(first);
    else if (read == 2 && strcmp(name, "load") == 0) {
        int error = krg_atomic_load(segment, first, &value);
        answer_value(error, value);
    } else if (read == 3 && strcmp(name, "add") == 0) {
        int error = krg_atomic_add(segment, first, second, &value);
        answer_value(error, value);
    } else if (read == 3 && strcmp(name, "exchange") == 0) {
        int error = krg_atomic_exchange(segment, first, second, &value);
        answer_value(error, value);
    } else if (read == 4 && strcmp(name, "cas") == 0)
        compare_and_swap(first, second, third);
    else if (read == 3 && strcmp(name, "count") == 0)
        count(first, second);
    else if (read == 5 && strcmp(name, "guard") == 0)
        guard((struct guarded){first, second, third}, fourth);
    else if (sscanf(line, "floor %255s %lu", name, &first) == 2)
        answer(open_floor(name, first));
    else if (sscanf(line, "time %255s %lu %lu %lu", name, &first, &second, &third) >= 3) {
        int error = take_times(segment, name, (struct timed){first, second, third});
        if (error != 0)
            answer(error);
    }
    else
        puts("error EINVAL");
}

int main(void) {
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        perform(line);
        fflush(stdout);
    }
    return 0;
}
