// SPDX-License-Identifier: Apache-2.0
//
// All threads of the program stand still for a moment, as in a garbage collector: each handles a signal, and
// its handler waits. Who is in a call of the library finishes it first; who waits for a page gets it first, or
// waits for it again afterwards.
//
// While they stand still locks of libc may be held: whoever paused them allocates nothing.
#define _GNU_SOURCE
#include "pause.h"
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_NANOS 5000000000
#define LOOK_AGAIN_NANOS 200000

enum { MOST_THREADS = 4096 };

// Odd while threads are to stand still, another odd number each time.
static _Atomic uint32_t pause_number;

// Threads that stand still, each with the pause it does so in: one of an earlier pause that is slow to go on
// does not count.
static _Atomic uint64_t standing[MOST_THREADS];
static _Atomic uint32_t standing_count;

// Calls of the library that threads are in. Of one thread: seen by its signal handler.
static _Atomic int threads_in_calls;
static __thread volatile int depth __attribute__((tls_model("initial-exec")));
static __thread volatile unsigned told __attribute__((tls_model("initial-exec")));

// Whether the thread could be cancelled before the call: in the middle of one it cannot.
static __thread int cancel_state __attribute__((tls_model("initial-exec")));

static pid_t this_tid(void) {
    return syscall(SYS_gettid);
}

static void stand_still(int number) {
    (void)number;
    told++;
    uint32_t now = atomic_load(&pause_number);
    if (now % 2 == 0 || depth > 0)
        return;
    int error = errno;
    uint32_t slot = atomic_fetch_add(&standing_count, 1);
    if (slot < MOST_THREADS)
        atomic_store(&standing[slot], (uint64_t)now << 32 | (uint32_t)this_tid());
    while (atomic_load(&pause_number) == now)
        syscall(SYS_futex, &pause_number, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
    errno = error;
}

void begin_call(void) {
    if (depth++ > 0)
        return;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    atomic_fetch_add(&threads_in_calls, 1);
}

void end_call(void) {
    int error = errno;
    if (--depth == 0) {
        atomic_fetch_sub(&threads_in_calls, 1);
        if (atomic_load(&pause_number) % 2 == 1)
            syscall(SYS_tgkill, getpid(), this_tid(), PAUSE_SIGNAL);
        pthread_setcancelstate(cancel_state, NULL);
    }
    errno = error;
}

bool is_pausing(void) {
    return atomic_load(&pause_number) % 2 == 1;
}

unsigned times_told(void) {
    return told;
}

int prepare_pauses(void) {
    struct sigaction action = {.sa_handler = stand_still, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    return sigaction(PAUSE_SIGNAL, &action, NULL);
}

void forget_pauses(void) {
    atomic_store(&pause_number, 0);
    atomic_store(&threads_in_calls, depth > 0 ? 1 : 0);
}

// ---------------------------------------------------------------- who pauses the others

static bool stands_still(pid_t tid, uint32_t now) {
    uint32_t count = atomic_load(&standing_count);
    for (uint32_t i = 0; i < count && i < MOST_THREADS; i++)
        if (atomic_load(&standing[i]) == ((uint64_t)now << 32 | (uint32_t)tid))
            return true;
    return false;
}

// The first thread of a process may have ended before the others; its number stays.
static bool has_ended(pid_t tid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    close_quietly(fd);
    text[size > 0 ? size : 0] = 0;
    char *name_end = strrchr(text, ')');
    return size <= 0 || (name_end != NULL && (name_end[2] == 'Z' || name_end[2] == 'X'));
}

struct threads {
    pid_t told[MOST_THREADS]; // those that were sent the signal
    int count;
    pid_t in_the_way;
};

static bool was_told(const struct threads *threads, pid_t tid) {
    for (int i = 0; i < threads->count; i++)
        if (threads->told[i] == tid)
            return true;
    return false;
}

static void tell(struct threads *threads, pid_t tid) {
    threads->in_the_way = tid;
    if (!was_told(threads, tid) && threads->count < MOST_THREADS) {
        threads->told[threads->count++] = tid;
        syscall(SYS_tgkill, getpid(), tid, PAUSE_SIGNAL);
    }
}

// Looks at each thread once. -1 if they cannot be listed, 1 if all stand still.
static int look(struct threads *threads, uint32_t now) {
    struct entry { // struct linux_dirent64
        uint64_t inode;
        int64_t offset;
        uint16_t length;
        uint8_t type;
        char name[];
    };
    _Alignas(uint64_t) char list[4096];
    int fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pid_t self = this_tid();
    ssize_t size;
    int all = 1;
    if (fd < 0)
        return -1;
    while ((size = syscall(SYS_getdents64, fd, list, sizeof list)) > 0) {
        for (ssize_t at = 0; at < size;) {
            struct entry *entry = (struct entry *)(list + at);
            pid_t tid = atoi(entry->name); // 0 for . and ..
            at += entry->length;
            if (tid == 0 || tid == self || tid == fence_thread() || stands_still(tid, now))
                continue;
            if (was_told(threads, tid) && has_ended(tid))
                continue;
            tell(threads, tid);
            all = 0;
        }
    }
    close_quietly(fd);
    return size < 0 ? -1 : all;
}

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int pause_threads(pid_t *in_the_way) {
    static struct threads threads; // one thread pauses the others
    struct timespec a_moment = {.tv_nsec = LOOK_AGAIN_NANOS};
    int64_t until = monotonic() + LIMIT_NANOS;
    uint32_t now = atomic_load(&pause_number) + 1;
    int seen = 0;
    threads.count = 0;
    atomic_store(&standing_count, 0);
    atomic_store(&pause_number, now);
    // A thread that was made behind the back of the first look is seen by the second.
    while (seen < 2) {
        int all = look(&threads, now);
        seen = all == 1 ? seen + 1 : 0;
        if (all < 0 || (seen == 0 && monotonic() > until)) {
            int error = all < 0 ? EIO : atomic_load(&threads_in_calls) > 0 ? EBUSY : EAGAIN;
            *in_the_way = threads.in_the_way;
            resume_threads();
            return error;
        }
        if (seen == 0)
            nanosleep(&a_moment, NULL);
    }
    return 0;
}

void resume_threads(void) {
    atomic_fetch_add(&pause_number, 1);
    syscall(SYS_futex, &pause_number, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}
