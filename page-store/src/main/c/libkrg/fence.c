// SPDX-License-Identifier: Apache-2.0
//
// When the lease of the node ends, the cluster may give its pages to others without the node hearing of it: it is
// cut off, or its agent stands still. So the agent says how long the node holds its lease in a page of memory
// that each program maps, and a thread of the program looks at it. When the time has passed the thread empties
// what is mapped: whoever touches it stands still, in a fault that the agent resolves when the node has its lease
// again. If the node was declared lost, the agent lets go of the program instead (detach.c).
//
// It is a thread of the program itself, since nobody else can empty its mappings, nor is stopped, or goes on,
// exactly when it does. It waits for nothing but time, and for a lock that nobody holds for long.
#define _GNU_SOURCE
#include "private.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24 // also what mlock(2) keeps
#endif

#define STACK_BYTES (1024 * 1024) // the thread-local variables of the program are in it
#define TICK_NANOS 100000000      // how late it may come where a mapping was made meanwhile
#define OVER_TICK_NANOS 10000000  // how long a page is mapped that an agent maps which had stood still

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of the list
static struct krg_segment *all;
static _Atomic pid_t tid; // of the thread

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void empty_mapping(const struct krg_segment *segment) {
    syscall(SYS_madvise, segment->address, segment->length, MADV_DONTNEED_LOCKED);
}

// How long until it is to look again.
static uint64_t empty_what_is_over(void) {
    uint64_t wait = TICK_NANOS;
    pthread_mutex_lock(&lock);
    for (struct krg_segment *it = all; it != NULL; it = it->fenced) {
        uint64_t until = atomic_load_explicit(it->lease, memory_order_acquire);
        uint64_t time = now();
        if (time < until) {
            wait = until - time < wait ? until - time : wait;
        } else {
            empty_mapping(it);
            wait = OVER_TICK_NANOS;
        }
    }
    pthread_mutex_unlock(&lock);
    return wait;
}

static void *watch(void *given) {
    (void)given;
    atomic_store(&tid, (pid_t)syscall(SYS_gettid));
    for (;;) {
        struct timespec wait = {.tv_nsec = (long)empty_what_is_over()};
        clock_nanosleep(CLOCK_BOOTTIME, 0, &wait, NULL);
    }
    return NULL;
}

int start_fence(void) {
    if (atomic_load(&tid) != 0)
        return 0;
    if (start_thread(watch, STACK_BYTES) < 0)
        return -1;
    while (atomic_load(&tid) == 0)
        sched_yield();
    return 0;
}

pid_t fence_thread(void) {
    return atomic_load(&tid);
}

int map_lease(struct krg_segment *segment, int fd) {
    void *page = (void *)syscall(SYS_mmap, NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return -1;
    syscall(SYS_madvise, page, PAGE_BYTES, MADV_DONTFORK);
    mlock(page, PAGE_BYTES); // without the right to, the page is still read ten times a second
    segment->lease = page;
    return 0;
}

void unmap_lease(struct krg_segment *segment) {
    if (segment->lease != NULL)
        syscall(SYS_munmap, (void *)segment->lease, PAGE_BYTES);
    segment->lease = NULL;
}

// No handler of the application runs with the lock held: it could touch a page and wait for the lease.
static void lock_undisturbed(sigset_t *before) {
    sigset_t signals;
    sigfillset(&signals);
    pthread_sigmask(SIG_SETMASK, &signals, before);
    pthread_mutex_lock(&lock);
}

static void unlock(const sigset_t *before) {
    pthread_mutex_unlock(&lock);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

void fence(struct krg_segment *segment) {
    sigset_t before;
    lock_undisturbed(&before);
    segment->fenced = all;
    all = segment;
    unlock(&before);
}

void unfence(struct krg_segment *segment) {
    sigset_t before;
    lock_undisturbed(&before);
    for (struct krg_segment **it = &all; *it != NULL; it = &(*it)->fenced) {
        if (*it == segment) {
            *it = segment->fenced;
            break;
        }
    }
    unlock(&before);
}

void forget_fence(void) {
    pthread_mutex_init(&lock, NULL);
    all = NULL;
    atomic_store(&tid, 0);
}
