// SPDX-License-Identifier: Apache-2.0
//
// How long synchronising takes, by a segment and, as the floor of that, by the threads library in memory that the
// processes of one node share.
#define _GNU_SOURCE
#include "timing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct floor_objects {
    pthread_mutex_t mutex;
    pthread_barrier_t barrier;
    sem_t semaphore;
    _Atomic uint64_t word;
};

static struct floor_objects *on_the_floor;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int lock(struct krg_segment *segment, const struct timed *timed) {
    int error = krg_mutex_lock(segment, timed->object);
    return error == 0 ? krg_mutex_unlock(segment, timed->object) : error;
}

static int add(struct krg_segment *segment, const struct timed *timed) {
    return krg_atomic_add(segment, timed->object, 1, NULL);
}

static int take_and_give(struct krg_segment *segment, const struct timed *timed) {
    struct krg_sem_op take = {.semaphore = timed->object, .amount = -1};
    struct krg_sem_op give = {.semaphore = timed->object, .amount = 1};
    int error = krg_sem_op(segment, &take, 1, NULL);
    return error == 0 ? krg_sem_op(segment, &give, 1, NULL) : error;
}

static int meet(struct krg_segment *segment, const struct timed *timed) {
    int error = krg_barrier_wait(segment, timed->object, timed->parties);
    return error == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : error;
}

static int lock_floor(struct krg_segment *, const struct timed *) {
    int error = pthread_mutex_lock(&on_the_floor->mutex);
    return error == 0 ? pthread_mutex_unlock(&on_the_floor->mutex) : error;
}

static int add_floor(struct krg_segment *, const struct timed *) {
    atomic_fetch_add(&on_the_floor->word, 1);
    return 0;
}

static int take_and_give_floor(struct krg_segment *, const struct timed *) {
    while (sem_wait(&on_the_floor->semaphore) != 0) {
        if (errno != EINTR)
            return errno;
    }
    return sem_post(&on_the_floor->semaphore) == 0 ? 0 : errno;
}

static int meet_floor(struct krg_segment *, const struct timed *) {
    int error = pthread_barrier_wait(&on_the_floor->barrier);
    return error == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : error;
}

static const struct {
    const char *name;
    int (*of_segment)(struct krg_segment *, const struct timed *);
    int (*of_floor)(struct krg_segment *, const struct timed *);
} USES[] = {
    {"lock", lock, lock_floor},
    {"add", add, add_floor},
    {"sem", take_and_give, take_and_give_floor},
    {"barrier", meet, meet_floor},
};

static int print_times(struct krg_segment *segment, const struct timed *timed,
                       int (*use)(struct krg_segment *, const struct timed *)) {
    uint64_t *nanos = malloc(timed->times * sizeof *nanos);
    int error = nanos == NULL ? ENOMEM : 0;
    for (uint64_t i = 0; i < timed->times && error == 0; i++) {
        uint64_t start = now();
        error = use(segment, timed);
        nanos[i] = now() - start;
    }
    for (uint64_t i = 0; error == 0 && i < timed->times; i++)
        printf("%lu%c", nanos[i], i + 1 < timed->times ? ' ' : '\n');
    free(nanos);
    return error;
}

int take_times(struct krg_segment *segment, const char *what, struct timed timed) {
    if (segment == NULL && on_the_floor == NULL)
        return EINVAL;
    for (size_t i = 0; i < sizeof USES / sizeof *USES; i++) {
        if (strcmp(USES[i].name, what) == 0)
            return print_times(segment, &timed,
                               on_the_floor == NULL ? USES[i].of_segment : USES[i].of_floor);
    }
    return EINVAL;
}

static int make(struct floor_objects *objects, uint64_t parties) {
    pthread_mutexattr_t of_mutex;
    pthread_barrierattr_t of_barrier;
    pthread_mutexattr_init(&of_mutex);
    pthread_mutexattr_setpshared(&of_mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&of_mutex, PTHREAD_MUTEX_ROBUST);
    pthread_barrierattr_init(&of_barrier);
    pthread_barrierattr_setpshared(&of_barrier, PTHREAD_PROCESS_SHARED);
    int error = pthread_mutex_init(&objects->mutex, &of_mutex);
    if (error == 0)
        error = pthread_barrier_init(&objects->barrier, &of_barrier, (unsigned)parties);
    return error == 0 && sem_init(&objects->semaphore, 1, 1) != 0 ? errno : error;
}

int open_floor(const char *path, uint64_t parties) {
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int is_new = file >= 0;
    if (!is_new)
        file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0 || (is_new && ftruncate(file, sizeof *on_the_floor) != 0))
        return errno;
    void *memory = mmap(NULL, sizeof *on_the_floor, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int error = memory == MAP_FAILED ? errno : 0;
    close(file);
    if (error != 0)
        return error;
    on_the_floor = memory;
    return is_new ? make(on_the_floor, parties) : 0;
}
