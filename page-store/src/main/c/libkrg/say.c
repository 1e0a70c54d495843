// SPDX-License-Identifier: Apache-2.0
//
// Programs that want a say in their checkpoints: callbacks, critical sections, memory that is left out,
// "now", and the number of the incarnation.
//
// All callbacks run in the thread of the library, while the threads of the program run: a callback
// may take locks of the program, and what `before` has locked the one after it unlocks, as in handlers of
// pthread_atfork. Only then do all threads stand still.
#define _GNU_SOURCE
#include "say.h"
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CALLBACKS = 64, MOST_RANGES = 1024, NOW_LIMIT_SECONDS = 600 };

struct callback {
    int (*before)(void *);
    void (*after_restart)(void *);
    void (*on_continue)(void *);
    void *argument;
};

struct range {
    char *start;
    char *end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of the callbacks; never held while one runs
static struct callback callbacks[MOST_CALLBACKS];
static int callback_count;
static struct callback running[MOST_CALLBACKS]; // those of this checkpoint, the thread's own
static int running_count;
static int64_t epoch_before;
static __thread bool is_called_back __attribute__((tls_model("initial-exec")));

static struct range ranges[MOST_RANGES];
static _Atomic int range_count; // changed by threads that are not paused meanwhile

// Sections that threads are in, and whether a checkpoint is under way. Each side sets its own before
// it looks at the other's: at least one of them sees the other.
static _Atomic int sections;
static _Atomic uint32_t is_saving;
static __thread int own_sections __attribute__((tls_model("initial-exec")));

enum { NOTHING_ASKED = -1, ASKED = -2, RESTARTED = -3 }; // else 0 or an errno
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER; // of the thread that asks
static _Atomic int outcome = NOTHING_ASKED;
static _Atomic bool has_used;

static void wait_on(_Atomic uint32_t *word, uint32_t value, const struct timespec *limit) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, limit, NULL, 0);
}

static void wake(void *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

bool has_say(void) {
    return atomic_load(&has_used);
}

static int begin_say(void) {
    begin_call();
    int result = attend();
    if (result == 0)
        atomic_store(&has_used, true);
    end_call();
    return result;
}

// ---------------------------------------------------------------- incarnations

int64_t krg_epoch(void) {
    char text[32];
    const char *path = getenv("KRG_EPOCH_FILE");
    if (path == NULL) {
        errno = ENOENT;
        return -1;
    }
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close_quietly(fd);
    if (size <= 0)
        return -1;
    text[size] = '\0';
    return atoll(text);
}

// ---------------------------------------------------------------- callbacks

int krg_checkpoint_on(int (*before)(void *), void (*after_restart)(void *),
                      void (*on_continue)(void *), void *argument) {
    struct callback callback = {before, after_restart, on_continue, argument};
    int result = 0;
    if (begin_say() < 0)
        return -1;
    begin_call();
    pthread_mutex_lock(&lock);
    if (callback_count == MOST_CALLBACKS)
        result = fail(ENOSPC);
    else
        callbacks[callback_count++] = callback;
    pthread_mutex_unlock(&lock);
    end_call();
    return result;
}

static void call_after(int from, bool restarted) {
    is_called_back = true;
    for (int i = from; i < running_count; i++) {
        struct callback *it = &running[i];
        void (*call)(void *) = restarted ? it->after_restart : it->on_continue;
        if (call != NULL)
            call(it->argument);
    }
    is_called_back = false;
}

static int call_before(const struct callback *it) {
    is_called_back = true;
    int refusal = it->before == NULL ? 0 : it->before(it->argument);
    is_called_back = false;
    return refusal;
}

static bool is_possible(void) {
    atomic_store(&is_saving, 1);
    if (atomic_load(&sections) == 0)
        return true;
    atomic_store(&is_saving, 0);
    wake(&is_saving);
    return false;
}

int before_saving(pid_t *number) {
    if (!is_possible())
        return CRITICAL;
    // A callback may wait for a thread that is about to enter a section.
    atomic_store(&is_saving, 0);
    wake(&is_saving);
    pthread_mutex_lock(&lock);
    memcpy(running, callbacks, sizeof running);
    running_count = callback_count;
    pthread_mutex_unlock(&lock);
    epoch_before = krg_epoch();
    for (int i = running_count - 1; i >= 0; i--) {
        int refusal = call_before(&running[i]);
        if (refusal != 0) {
            call_after(i + 1, false);
            *number = refusal;
            return REFUSED;
        }
    }
    if (is_possible())
        return 0;
    call_after(0, false);
    return CRITICAL;
}

int callbacks_run(void) {
    return running_count;
}

void after_saving(void) {
    bool restarted = krg_epoch() != epoch_before;
    atomic_store(&is_saving, 0);
    wake(&is_saving);
    call_after(0, restarted);
    int asked = ASKED;
    if (restarted && atomic_compare_exchange_strong(&outcome, &asked, RESTARTED))
        wake(&outcome);
}

// ---------------------------------------------------------------- critical sections

int krg_checkpoint_disable(void) {
    if (own_sections == 0) {
        if (begin_say() < 0)
            return -1;
        for (;;) {
            atomic_fetch_add(&sections, 1);
            if (atomic_load(&is_saving) == 0)
                break;
            atomic_fetch_sub(&sections, 1);
            wait_on(&is_saving, 1, NULL);
        }
    }
    own_sections++;
    return 0;
}

int krg_checkpoint_enable(void) {
    if (own_sections == 0)
        return fail(EINVAL);
    if (--own_sections == 0)
        atomic_fetch_sub(&sections, 1);
    return 0;
}

// ---------------------------------------------------------------- memory

// Only private memory without a file behind it is empty when it was given back to the kernel.
static bool is_own_memory(char *start, char *end) {
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    char *reached = start;
    while (maps != NULL && reached < end && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to, inode;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu", &from, &to, rights, &inode) != 4
            || (char *)to <= reached)
            continue;
        if ((char *)from > reached || inode != 0 || rights[1] != 'w' || rights[3] != 'p')
            break;
        reached = (char *)to;
    }
    if (maps != NULL)
        fclose(maps);
    return reached >= end;
}

int krg_checkpoint_exclude(void *address, size_t length) {
    struct range range = {address, (char *)address + length};
    int result = 0;
    if (length == 0 || range.end < range.start)
        return fail(EINVAL);
    if (begin_say() < 0)
        return -1;
    begin_call();
    pthread_mutex_lock(&lock);
    int count = atomic_load(&range_count);
    if (!is_own_memory(range.start, range.end)) {
        result = fail(EINVAL);
    } else if (count == MOST_RANGES) {
        result = fail(ENOSPC);
    } else {
        ranges[count] = range;
        atomic_store(&range_count, count + 1);
    }
    pthread_mutex_unlock(&lock);
    end_call();
    return result;
}

int krg_checkpoint_include(void *address, size_t length) {
    int result = fail(EINVAL);
    begin_call();
    pthread_mutex_lock(&lock);
    int count = atomic_load(&range_count);
    for (int i = 0; i < count && result < 0; i++) {
        if (ranges[i].start == address && ranges[i].end == (char *)address + length) {
            ranges[i] = ranges[count - 1];
            atomic_store(&range_count, count - 1);
            result = 0;
        }
    }
    pthread_mutex_unlock(&lock);
    end_call();
    return result;
}

// Locked memory is not given back, but is zeros as well.
static void empty(struct range range) {
    char *first = (char *)(((uintptr_t)range.start + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    char *last = (char *)((uintptr_t)range.end / PAGE_BYTES * PAGE_BYTES);
    if (first >= last
        || syscall(SYS_madvise, first, (size_t)(last - first), MADV_DONTNEED) < 0)
        first = last = range.end;
    memset(range.start, 0, (size_t)(first - range.start));
    memset(last, 0, (size_t)(range.end - last));
}

void leave_out(void) {
    int count = atomic_load(&range_count);
    for (int i = 0; i < count; i++)
        empty(ranges[i]);
}

// ---------------------------------------------------------------- now

void saved(int error) {
    int asked = ASKED;
    if (atomic_compare_exchange_strong(&outcome, &asked, error))
        wake(&outcome);
}

int krg_checkpoint_now(void) {
    if (own_sections > 0 || is_called_back)
        return fail(EDEADLK);
    if (begin_say() < 0)
        return -1;
    pthread_mutex_lock(&asking);
    atomic_store(&outcome, ASKED);
    begin_call();
    if (ask_to_be_saved() < 0)
        atomic_store(&outcome, errno);
    end_call();
    int result;
    for (int seconds = 0; (result = atomic_load(&outcome)) == ASKED; seconds++) {
        struct timespec a_second = {.tv_sec = 1};
        if (seconds == NOW_LIMIT_SECONDS)
            saved(ETIMEDOUT);
        else
            wait_on((_Atomic uint32_t *)&outcome, (uint32_t)ASKED, &a_second);
    }
    atomic_store(&outcome, NOTHING_ASKED);
    pthread_mutex_unlock(&asking);
    return result == RESTARTED ? 1 : result == 0 ? 0 : fail(result);
}

// ---------------------------------------------------------------- fork

void hold_say(void) {
    pthread_mutex_lock(&lock);
}

void release_say(void) {
    pthread_mutex_unlock(&lock);
}

// A child is told of nothing until it asks to be.
void forget_say(void) {
    pthread_mutex_init(&lock, NULL);
    pthread_mutex_init(&asking, NULL);
    callback_count = running_count = own_sections = 0;
    atomic_store(&range_count, 0);
    atomic_store(&sections, 0);
    atomic_store(&is_saving, 0);
    atomic_store(&outcome, NOTHING_ASKED);
    atomic_store(&has_used, false);
}
