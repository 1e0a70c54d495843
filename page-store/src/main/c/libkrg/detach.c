// SPDX-License-Identifier: Apache-2.0
//
// Shared memory is taken away from the program while it is saved, and given back where it goes on: what ties a
// process to its agent, a userfaultfd, memory of the agent and connections, cannot be saved. One thread of
// the library does as the agent says:
//
//     agent                        this thread
//     PAUSE      ──────────────▶   all others stand still
//                ◀──────────────   PAUSED
//     DETACH     ──────────────▶   mappings become guards, descriptors are closed
//                ◀──────────────   DETACHED, and the connection ends
//       ... saved; perhaps brought back on another node ...
//                ◀──────────────   opens and maps again what there was, at the same addresses
//                ◀──────────────   ATTEND; all others go on
//
// It asks the agent at the socket for that, whichever that is then, as soon as no file says that programs
// are being saved (await_door). A program that wants a say (say.c) is called back before all others stand still,
// and when they go on.
//
// When the agent ends by itself, mappings are emptied, and taken up again in the same way at the next one (take_up).
#define _GNU_SOURCE
#include "pause.h"
#include "private.h"
#include "say.h"
#include "sync.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ASK_AGAIN_NANOS 20000000
#define STACK_BYTES (1024 * 1024) // callbacks run on it
#define FIND_AGAIN_MILLIS 50
#define MOST_PAUSES 6 // of 5 s each, that a thread which cannot be paused makes fail

enum { PAUSE = 1, DETACH = 2, RESUME = 3, SAVED = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of all that follows
static struct krg_segment *handles;
static bool is_attended; // the thread runs
static int control = -1; // its connection
static int watched = -1; // epoll: the connection, and those of mapped handles
static int failed_pauses; // in a row, while handles are lost

// ---------------------------------------------------------------- handles

void add_handle(struct krg_segment *segment) {
    pthread_mutex_lock(&lock);
    segment->next = handles;
    handles = segment;
    pthread_mutex_unlock(&lock);
}

void remove_handle(struct krg_segment *segment) {
    pthread_mutex_lock(&lock);
    for (struct krg_segment **it = &handles; *it != NULL; it = &(*it)->next) {
        if (*it == segment) {
            *it = segment->next;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

static int watch(int fd, void *what, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = what};
    if (watched < 0)
        watched = epoll_create1(EPOLL_CLOEXEC);
    return epoll_ctl(watched, EPOLL_CTL_ADD, fd, &event);
}

static void unwatch(int fd) {
    (void)epoll_ctl(watched, EPOLL_CTL_DEL, fd, NULL);
}

int watch_handle(struct krg_segment *segment) {
    return watch(segment->socket, segment, 0); // EPOLLHUP is always told
}

void unmap_watched(struct krg_segment *segment) {
    pthread_mutex_lock(&lock);
    unwatch(segment->socket);
    unfence(segment);
    syscall(SYS_munmap, segment->address, segment->length);
    segment->address = NULL;
    pthread_mutex_unlock(&lock);
}

// With its agent this node loses its part in the segment: others go on without the pages that are
// here. The mapping is emptied, so that whoever touches it stands still instead of using what is old;
// the memory stays what it is for other processes.
static void lose_locked(struct krg_segment *segment) {
    if (segment->socket < 0 || segment->lost || segment->inherited)
        return;
    unwatch(segment->socket);
    segment->lost = true;
    if (segment->address != NULL)
        empty_mapping(segment);
}

static void lose(const struct krg_segment *hung_up) {
    pthread_mutex_lock(&lock);
    for (struct krg_segment *it = handles; it != NULL; it = it->next)
        if (it == hung_up)
            lose_locked(it);
    pthread_mutex_unlock(&lock);
}

// ---------------------------------------------------------------- away and back

static bool is_any_lost(void) {
    for (struct krg_segment *it = handles; it != NULL; it = it->next)
        if (it->lost)
            return true;
    return false;
}

static bool has_lost(void) {
    pthread_mutex_lock(&lock);
    bool result = is_any_lost();
    pthread_mutex_unlock(&lock);
    return result;
}

static void *fixed_map(struct krg_segment *segment, int protection, int flags, int fd, off_t offset) {
    return (void *)syscall(SYS_mmap, segment->address, segment->length, protection,
                           flags | MAP_FIXED, fd, offset);
}

// -1 if a mapping stays.
static int take_away(struct krg_segment *segment) {
    if (segment->address != NULL && !segment->inherited
        && fixed_map(segment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
               == MAP_FAILED)
        return -1;
    unwatch(segment->socket);
    disconnect_threads(segment);
    close_handle(segment);
    return 0;
}

// Whoever touches it from now on gets SIGBUS: there is nothing behind the end of a file.
static void map_end(struct krg_segment *segment) {
    int empty = syscall(SYS_memfd_create, "krg-lost", MFD_CLOEXEC);
    if (empty < 0
        || fixed_map(segment, segment->protection, MAP_SHARED, empty, 0) == MAP_FAILED)
        abort();
    syscall(SYS_madvise, segment->address, segment->length, MADV_DONTFORK);
    close_quietly(empty);
}

// Who stands still in a fault goes on when its userfaultfd is closed, and finds the end.
static void map_nothing(struct krg_segment *segment, int error) {
    char text[160];
    int size = snprintf(text, sizeof text, "krg: segment %lu is not there for process %d any more: %s\n",
                        segment->id, getpid(), strerrordesc_np(error));
    (void)!write(STDERR_FILENO, text, (size_t)size);
    segment->over = true;
    segment->lost = false;
    if (segment->address != NULL)
        map_end(segment);
    close_handle(segment);
}

static int give_back(struct krg_segment *segment) {
    if (connect_handle(segment, NULL, segment->id) < 0)
        return -1;
    void *address = segment->address;
    if (address == NULL)
        return 0;
    if (segment->length > segment->size - (size_t)segment->offset)
        return fail(EINVAL);
    if (fixed_map(segment, PROT_NONE, MAP_SHARED, segment->memory, segment->offset) != address
        || register_mapping(segment, address) < 0) {
        segment->address = address;
        return -1;
    }
    return 0;
}

static bool may_come_later(int error) {
    return error == EHOSTDOWN || error == ETIMEDOUT || error == EIO || error == EAGAIN;
}

static int open_control(void) {
    struct request request = {.version = VERSION, .kind = ATTEND};
    control = connect_agent();
    if (control < 0)
        return -1;
    if (ask_plainly(control, &request, sizeof request, -1) == 0
        && watch(control, NULL, EPOLLIN) == 0)
        return 0;
    close_quietly(control);
    control = -1;
    return -1;
}

static void give_all_back(void) {
    struct timespec a_moment = {.tv_nsec = ASK_AGAIN_NANOS};
    for (struct krg_segment *it = handles; it != NULL; it = it->next) {
        if (it->over && it->address != NULL && !it->inherited)
            map_end(it);
        while (it->socket < 0 && !it->inherited && !it->over && give_back(it) < 0) {
            int error = errno;
            close_handle(it);
            if (!may_come_later(error)) {
                map_nothing(it, error);
                break;
            }
            nanosleep(&a_moment, NULL);
        }
    }
    // Also when there is no agent the program goes on only after it was saved (await_door).
    while (control < 0 && open_control() < 0 && handles != NULL)
        nanosleep(&a_moment, NULL);
}

static void go_on(void) {
    resume_threads();
    after_saving();
}

static void detach(void) {
    struct request done = {.version = VERSION, .kind = DETACHED};
    bool is_whole = true;
    for (struct krg_segment *it = handles; it != NULL; it = it->next)
        is_whole = is_whole && take_away(it) == 0;
    if (is_whole)
        leave_out();
    if (is_whole)
        (void)send_packet(control, &done, sizeof done, -1);
    close_quietly(watched);
    close_quietly(control);
    control = watched = -1;
    give_all_back();
    go_on();
}

// ---------------------------------------------------------------- the thread

static bool pause_all(void) {
    struct request answer = {.version = VERSION, .kind = PAUSED};
    pid_t in_the_way = 0;
    int error = before_saving(&in_the_way);
    if (error == 0) {
        error = pause_threads(&in_the_way);
        if (error == 0 && is_any_lost()) {
            resume_threads();
            error = EHOSTDOWN;
        }
        if (error != 0)
            after_saving();
    }
    answer.address = (uint64_t)error;
    answer.length = error == 0 ? (uint64_t)callbacks_run() : (uint64_t)in_the_way;
    (void)send_packet(control, &answer, sizeof answer, -1);
    return error == 0;
}

// -1 if no agent answers.
static int find_again(void) {
    pthread_mutex_lock(&lock);
    int result = control < 0 ? open_control() : 0;
    pthread_mutex_unlock(&lock);
    return result;
}

// The locks of a process went to others with its agent, so it may not go on with what they protect. Nor can
// a process whose thread stands still within a system call: while its mapping is made anew it could read zeros.
static void give_lost_up(int error) {
    for (struct krg_segment *it = handles; it != NULL; it = it->next)
        if (it->lost)
            map_nothing(it, error);
}

// Opens and maps at this agent what was lost with the one before.
static void take_up(void) {
    pid_t in_the_way = 0;
    int error = pause_threads(&in_the_way);
    if (error != 0 && ++failed_pauses < MOST_PAUSES)
        return;
    failed_pauses = 0;
    if (error == 0 && !lost_objects()) {
        for (struct krg_segment *it = handles; it != NULL; it = it->next)
            if (it->lost && take_away(it) < 0)
                map_nothing(it, errno);
        give_all_back();
    } else {
        pthread_mutex_lock(&lock);
        give_lost_up(error == 0 ? EOWNERDEAD : error);
        pthread_mutex_unlock(&lock);
    }
    if (error == 0)
        resume_threads();
}

// Others may be paused when the agent ends.
static void *attend_agent(void *given) {
    bool paused = false;
    (void)given;
    for (;;) {
        struct epoll_event event;
        struct answer order;
        int passed[MOST_PASSED];
        bool is_lost = has_lost() || (control < 0 && has_say());
        if (watched < 0)
            watched = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_wait(watched, &event, 1, is_lost ? FIND_AGAIN_MILLIS : -1) < 1) {
            if (is_lost && find_again() == 0 && has_lost())
                take_up();
            continue;
        }
        if (event.data.ptr != NULL) {
            lose(event.data.ptr);
            continue;
        }
        ssize_t size = receive_packet(control, &order, sizeof order, passed);
        uint64_t what = size == sizeof order ? order.size : 0;
        if (what == PAUSE && !paused) {
            paused = pause_all();
        } else if (what == DETACH && paused) {
            detach();
            paused = false;
        } else if (what == RESUME && paused) {
            go_on();
            paused = false;
        } else if (what == SAVED) {
            saved((int)order.segment);
        } else if (size <= 0) {
            if (paused)
                go_on();
            paused = false;
            saved(EHOSTDOWN);
            pthread_mutex_lock(&lock);
            unwatch(control);
            close_quietly(control);
            control = -1;
            end_agent();
            for (struct krg_segment *it = handles; it != NULL; it = it->next)
                lose_locked(it);
            pthread_mutex_unlock(&lock);
        }
    }
    return NULL;
}

// It is none of the application's: no signal is handled in it but those that a callback causes itself.
static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};

int start_thread(void *(*body)(void *), size_t stack_bytes) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return fail(error);
    sigfillset(&all);
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
        sigdelset(&all, FAULTS[i]);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, body, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error == 0 ? 0 : fail(error);
}

int attend(void) {
    int result = 0;
    pthread_mutex_lock(&lock);
    if (control < 0)
        result = prepare_pauses() < 0 ? -1 : open_control();
    if (result == 0 && !is_attended) {
        result = start_fence() < 0 ? -1 : start_thread(attend_agent, STACK_BYTES);
        is_attended = result == 0;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int ask_to_be_saved(void) {
    struct request request = {.version = VERSION, .kind = CHECKPOINT};
    pthread_mutex_lock(&lock);
    int result = control < 0 ? fail(EHOSTDOWN) : send_packet(control, &request, sizeof request, -1);
    pthread_mutex_unlock(&lock);
    return result;
}

// ---------------------------------------------------------------- fork

static void before_fork(void) {
    begin_call();
    pthread_mutex_lock(&lock);
    hold_say();
    hold_threads();
}

static void in_parent(void) {
    release_threads();
    release_say();
    pthread_mutex_unlock(&lock);
    end_call();
}

// What there is belongs to the parent. krg_segment_after_fork makes a handle the child's own.
static void in_child(void) {
    pthread_mutex_init(&lock, NULL);
    forget_pauses();
    forget_say();
    forget_fence();
    forget_undos();
    forget_all_threads();
    for (struct krg_segment *it = handles; it != NULL; it = it->next) {
        pthread_mutex_init(&it->lock, NULL);
        it->lease = NULL; // it was not inherited, and something else may be there
        close_handle(it);
        it->inherited = true;
        it->lost = false;
    }
    close_quietly(control);
    close_quietly(watched);
    control = watched = -1;
    is_attended = false;
    end_call();
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, in_parent, in_child);
}
