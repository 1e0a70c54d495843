// SPDX-License-Identifier: Apache-2.0
//
// Gives the agent of a node a wall clock of its own, which differs from the machine's by as many
// nanoseconds as the file "clock" in the node's home says at that moment. Preloaded (ld.so(8)); other
// programs, and those that the agent starts, keep the machine's clock. The monotonic clocks are
// untouched, as they are where an operator or NTP sets a machine's clock.
//
// What waits until a moment of the wall clock wakes at that moment of the clock as it was when the
// waiting began: a real clock that is set would wake it. The JVM waits by the monotonic clock alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

// Bit of pthread_cond_t.__data.__wrefs (glibc, nptl/pthread_cond_common.c): waits by the monotonic clock.
#define COND_IS_MONOTONIC 2

static const volatile int64_t no_difference = 0;
static const volatile int64_t *difference = &no_difference;

__attribute__((constructor)) static void take_clock(void) {
    const char *home = getenv("KRG_DEV_NODE");
    if (!home || strcmp(program_invocation_short_name, "java") != 0) return;
    unsetenv("LD_PRELOAD");
    char path[4096];
    snprintf(path, sizeof path, "%s/clock", home);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *shared = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) {
        fprintf(stderr, "own-clock: %s: %s\n", path, strerror(errno));
        _exit(1);
    }
    close(file);
    difference = shared;
}

static struct timespec moved(struct timespec at, int64_t by) {
    int64_t nanos = at.tv_nsec + by % SECOND;
    at.tv_sec += by / SECOND + (nanos >= SECOND) - (nanos < 0);
    at.tv_nsec = nanos + (nanos < 0) * SECOND - (nanos >= SECOND) * SECOND;
    return at;
}

static int is_wall(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

// The version that a program linked today gets; dlsym(3) may return an older one.
static void *next(const char *name, const char *version) {
    void *found = dlvsym(RTLD_NEXT, name, version);
    return found ? found : dlsym(RTLD_NEXT, name);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = next("clock_gettime", "GLIBC_2.17");
    int result = real(clock, now);
    if (result == 0 && is_wall(clock)) *now = moved(*now, *difference);
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec at;
    (void) zone;
    clock_gettime(CLOCK_REALTIME, &at);
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (now) *now = at.tv_sec;
    return at.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real) real = next("pthread_cond_timedwait", "GLIBC_2.3.2");
    if (condition->__data.__wrefs & COND_IS_MONOTONIC) return real(condition, mutex, until);
    struct timespec true_time = moved(*until, -*difference);
    return real(condition, mutex, &true_time);
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           clockid_t clock, const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    if (!real) real = next("pthread_cond_clockwait", "GLIBC_2.34");
    struct timespec true_time = is_wall(clock) ? moved(*until, -*difference) : *until;
    return real(condition, mutex, clock, &true_time);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real) real = next("sem_timedwait", "GLIBC_2.34");
    struct timespec true_time = moved(*until, -*difference);
    return real(semaphore, &true_time);
}
