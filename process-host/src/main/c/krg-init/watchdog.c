// SPDX-License-Identifier: Apache-2.0
//
// The node's lease is 16 bytes that the agent maps for writing: a deadline in nanoseconds of
// CLOCK_BOOTTIME (0: no lease yet), then a count of renewals. When the deadline passes an exclusive
// cell has to stand still, because the cluster may soon start its program elsewhere. Nothing here
// waits for a disk: a thread of its own, a page locked in memory, and files of the kernel.
//
// By itself it only freezes. The agent has it thaw, and says up to when it holds that the epoch of the
// cell is still the present one: an agent that stood still itself acts on what it knew before, when
// the program may run elsewhere since.
#include "krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEASE_BYTES 16
#define TICK_NANOS 100000000      // how late the freeze may come
#define CONFIRM_NANOS 1000000000  // how long a freeze may take before we kill

static const _Atomic uint64_t *deadline;
static int freeze_file, events_file, kill_file;
static atomic_bool has_killed;

// The cell is thawed and frozen, and the lease looked at for it, by one thread at a time.
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static bool lapsed; // the lease was over since it was decided that the program may run

bool watchdog_has_killed(void) {
    return has_killed;
}

bool watchdog_has_lapsed(void) {
    pthread_mutex_lock(&turn);
    bool was_over = lapsed;
    pthread_mutex_unlock(&turn);
    return was_over;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static bool is_over(void) {
    uint64_t until = atomic_load_explicit(deadline, memory_order_acquire);
    return until != 0 && now() > until;
}

static bool is_frozen(void) {
    char text[256];
    ssize_t length = pread(events_file, text, sizeof text - 1, 0);
    if (length < 0) {
        return false;
    }
    text[length] = '\0';
    return strstr(text, "frozen 1") != NULL;
}

// Asked again at every tick: someone may have thawed the cell meanwhile.
static void stop_cell(struct cell *cell, uint64_t *asked) {
    if (!cell->spec.full) {
        has_killed = true;
        program_signal_all(cell, SIGKILL);
        return;
    }
    bool refused = pwrite(freeze_file, "1", 1, 0) != 1;
    if (!refused && is_frozen()) {
        *asked = 0;
        return;
    }
    if (*asked == 0) {
        *asked = now();
    }
    if (refused || now() - *asked > CONFIRM_NANOS) {
        has_killed = true;
        if (pwrite(kill_file, "1", 1, 0) != 1) {
            complain("cannot kill", "the cell");
        }
        // The kernel passes over a process whose main thread has ended while others go on.
        program_signal_all(cell, SIGKILL);
    }
}

static void *watch(void *argument) {
    struct cell *cell = argument;
    uint64_t asked = 0;
    for (;;) {
        pthread_mutex_lock(&turn);
        if (is_over()) {
            lapsed = true;
            stop_cell(cell, &asked);
        } else {
            asked = 0;
        }
        pthread_mutex_unlock(&turn);
        nanosleep(&(struct timespec){.tv_nsec = TICK_NANOS}, NULL);
    }
    return NULL;
}

bool watchdog_admits(const struct cell *cell) {
    if (!cell->spec.exclusive) {
        return true;
    }
    pthread_mutex_lock(&turn);
    lapsed = is_over() || (cell->spec.start_by != 0 && now() > cell->spec.start_by);
    bool admitted = !lapsed;
    pthread_mutex_unlock(&turn);
    return admitted;
}

static bool may_go_on(uint64_t until) {
    if (is_over()) {
        lapsed = true;
    } else if (until != 0) {
        lapsed = now() > until;
    }
    return !lapsed;
}

bool watchdog_thaw(const struct cell *cell, uint64_t until) {
    pthread_mutex_lock(&turn);
    bool good = !cell->spec.exclusive || may_go_on(until);
    if (!good) {
        errno = ETIME;
    } else if (cell->spec.full) {
        good = pwrite(freeze_file, "0", 1, 0) == 1;
    }
    pthread_mutex_unlock(&turn);
    return good;
}

static int open_control(const struct cell *cell, const char *name, int flags) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", cell->spec.app_groups.items[0], name);
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        die("cannot open", path);
    }
    return fd;
}

static void map_lease(const struct cell *cell) {
    int lease = open(cell->spec.lease, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (lease < 0 || fstat(lease, &about) != 0) {
        die("cannot open", cell->spec.lease);
    }
    if (about.st_size < LEASE_BYTES) {
        errno = ENODATA;
        die("not a lease file", cell->spec.lease);
    }
    void *page = mmap(NULL, LEASE_BYTES, PROT_READ, MAP_SHARED | MAP_POPULATE, lease, 0);
    if (page == MAP_FAILED) {
        die("cannot map", cell->spec.lease);
    }
    mlock(page, LEASE_BYTES); // without the right to, the page is still read ten times a second
    deadline = page;
    close(lease);
}

void watchdog_prepare(const struct cell *cell) {
    if (cell->spec.exclusive) {
        map_lease(cell);
    }
    if (cell->spec.full) {
        freeze_file = open_control(cell, "cgroup.freeze", O_WRONLY);
        events_file = open_control(cell, "cgroup.events", O_RDONLY);
        kill_file = open_control(cell, "cgroup.kill", O_WRONLY);
    }
}

void watchdog_start(struct cell *cell) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, watch, cell);
    if (errno != 0) {
        die("cannot start", "the watchdog");
    }
}
