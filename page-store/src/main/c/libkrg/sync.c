// SPDX-License-Identifier: Apache-2.0
//
// Synchronisation. Each thread has a connection of its own, made when it first synchronises and closed when
// it ends: so the agent knows which thread asks, several wait at once without minding each other, and
// the end of a thread is the end of its connection.
#define _GNU_SOURCE
#include "pause.h"
#include "private.h"
#include "sync.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SYNC = 16, MOST_STEPS = 500 };

// The same layout is in Java: SyncPacketCodec.
struct sync_request {
    uint32_t version;
    uint32_t kind;
    uint32_t operation;
    uint32_t count; // of ADJUST, whose steps follow
    uint64_t object; // of JOIN, which comes first: the segment
    uint64_t other; // of AWAIT: the mutex
    uint64_t first; // of locks: flags; of JOIN, with the next: the key; else a value
    uint64_t second; // of COMPARE_AND_SWAP: what is expected
};

_Static_assert(sizeof(struct sync_request) == 48, "as SyncPacketCodec has it");
_Static_assert(sizeof(struct krg_sem_op) == 16, "as SyncPacketCodec has it");

// A child made by fork may have the connection, too: it ends nevertheless. In the child it goes on for
// the parent.
static void end_connection(const struct krg_thread *thread) {
    if (thread->socket >= 0 && thread->process == getpid())
        shutdown(thread->socket, SHUT_RDWR);
    close_quietly(thread->socket);
}

// Guards the list. A segment may be closed when a thread that synchronised by it ends: both look here for what
// is still to be let go of.
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
struct krg_thread *all_threads;

// Of a thread: memory that nobody else has until it ends.
static pthread_key_t owner_key;
static pthread_once_t owner_once = PTHREAD_ONCE_INIT;
static int owner_error;

void disconnect_threads(struct krg_segment *segment) {
    for (struct krg_thread *it = all_threads; it != NULL; it = it->next) {
        if (it->segment == segment) {
            end_connection(it);
            it->socket = -1;
        }
    }
}

// Lets go of those of a segment, or of an owner.
static void forget(const struct krg_segment *segment, const void *owner) {
    struct krg_thread **link = &all_threads;
    while (*link != NULL) {
        struct krg_thread *thread = *link;
        if (thread->segment == segment || thread->owner == owner) {
            *link = thread->next;
            end_connection(thread);
            free(thread);
        } else {
            link = &thread->next;
        }
    }
}

static void end_thread(void *owner) {
    begin_call();
    pthread_mutex_lock(&threads_lock);
    forget(NULL, owner);
    pthread_mutex_unlock(&threads_lock);
    end_call();
    free(owner);
}

void forget_threads(const struct krg_segment *segment) {
    pthread_mutex_lock(&threads_lock);
    forget(segment, NULL);
    pthread_mutex_unlock(&threads_lock);
}

void hold_threads(void) {
    pthread_mutex_lock(&threads_lock);
}

void release_threads(void) {
    pthread_mutex_unlock(&threads_lock);
}

void forget_all_threads(void) {
    pthread_mutex_init(&threads_lock, NULL);
    while (all_threads != NULL)
        forget(all_threads->segment, NULL);
}

static void make_owner_key(void) {
    owner_error = pthread_key_create(&owner_key, end_thread);
}

static int this_owner(void **owner) {
    pthread_once(&owner_once, make_owner_key);
    if (owner_error != 0)
        return owner_error;
    *owner = pthread_getspecific(owner_key);
    if (*owner != NULL)
        return 0;
    *owner = malloc(1);
    int error = *owner == NULL ? ENOMEM : pthread_setspecific(owner_key, *owner);
    if (error != 0)
        free(*owner);
    return error;
}

static int exchange(int fd, const void *request, size_t size, uint64_t *value) {
    struct answer answer;
    int passed[MOST_PASSED];
    if (request != NULL && send_packet(fd, request, size, -1) < 0)
        return errno;
    ssize_t got = receive_packet(fd, &answer, sizeof answer, passed);
    if (got < 0)
        return errno;
    if (got != sizeof answer || answer.version != VERSION)
        return EPROTONOSUPPORT;
    *value = answer.size;
    return answer.error;
}

static int join(int fd, const struct krg_segment *segment) {
    struct sync_request request = {.version = VERSION, .kind = SYNC, .operation = JOIN,
                                   .object = segment->id, .first = segment->key[0],
                                   .second = segment->key[1]};
    struct timeval never = {0};
    uint64_t unused;
    int error = exchange(fd, &request, sizeof request, &unused);
    if (error == ENOENT)
        return EIDRM;
    if (error == 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof never) < 0)
        return errno;
    return error;
}

static int make_thread(struct krg_segment *segment, const void *owner, struct krg_thread **made) {
    struct krg_thread *thread = malloc(sizeof *thread);
    uint32_t agent = present_agent();
    int fd = thread == NULL || attend() < 0 ? -1 : connect_agent();
    int error = thread == NULL ? ENOMEM : fd < 0 ? errno : join(fd, segment);
    if (error != 0) {
        close_quietly(fd);
        free(thread);
        return error;
    }
    *thread = (struct krg_thread){.segment = segment, .owner = owner, .socket = fd,
                                  .process = getpid(), .agent = agent};
    pthread_mutex_lock(&threads_lock);
    thread->next = all_threads;
    all_threads = thread;
    pthread_mutex_unlock(&threads_lock);
    *made = thread;
    return 0;
}

// Makes the connection of a thread anew that was detached meanwhile.
static int connect_thread(struct krg_thread *thread) {
    uint32_t agent = present_agent();
    int fd = connect_agent();
    int error = fd < 0 ? errno : join(fd, thread->segment);
    if (error != 0) {
        close_quietly(fd);
        return error;
    }
    thread->socket = fd;
    thread->agent = agent;
    thread->held = 0;
    return 0;
}

static struct krg_thread *find_thread(const struct krg_segment *segment, const void *owner) {
    pthread_mutex_lock(&threads_lock);
    struct krg_thread *it = all_threads;
    while (it != NULL
           && (it->segment != segment || it->owner != owner || it->process != getpid()))
        it = it->next;
    pthread_mutex_unlock(&threads_lock);
    return it;
}

static int this_thread(struct krg_segment *segment, struct krg_thread **thread) {
    void *owner;
    int error = this_owner(&owner);
    if (error != 0)
        return error;
    *thread = find_thread(segment, owner);
    if (*thread == NULL)
        return make_thread(segment, owner, thread);
    return (*thread)->socket >= 0 ? 0 : connect_thread(*thread);
}

// What is too far off to be counted is as far off as can be.
static int64_t nanos_in(const struct timespec *time) {
    int64_t nanos;
    if (__builtin_mul_overflow((int64_t)time->tv_sec, 1000000000, &nanos)
        || __builtin_add_overflow(nanos, time->tv_nsec, &nanos))
        return time->tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return nanos;
}

static int64_t nanos_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return nanos_in(&now);
}

// On CLOCK_MONOTONIC, so long from now.
static int64_t deadline(int64_t nanos) {
    int64_t now = nanos_of(CLOCK_MONOTONIC);
    return nanos < INT64_MAX - now ? now + nanos : INT64_MAX;
}

// When and why a thread stops waiting.
struct patience {
    int64_t until; // on CLOCK_MONOTONIC, in nanoseconds; negative for ever
    int interruptible; // by a signal that the program handles
    int repeatable; // so it can be given up while the process is paused, and asked for again
};

// What was asked for was given up for a pause. No error number, nor PTHREAD_BARRIER_SERIAL_THREAD.
enum { GIVEN_UP = INT32_MIN };

static const struct patience FOR_EVER = {.until = -1};

static struct patience until(const struct timespec *limit) {
    int64_t end = nanos_in(limit), now = nanos_of(CLOCK_REALTIME);
    return (struct patience){.until = deadline(end > now ? end - now : 0)};
}

// 0 when the answer is there, ETIMEDOUT, EINTR or GIVEN_UP when the thread will not wait any longer.
// `signals` are those that are blocked while it waits.
static int await_answer(int fd, const struct patience *patience, const sigset_t *signals) {
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    for (;;) {
        if (patience->repeatable && is_pausing())
            return GIVEN_UP;
        unsigned told = times_told();
        int64_t left = patience->until < 0 ? 0 : patience->until - nanos_of(CLOCK_MONOTONIC);
        struct timespec rest = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        if (left < 0)
            rest = (struct timespec){0};
        int ready = ppoll(&answer, 1, patience->until < 0 ? NULL : &rest, signals);
        if (ready > 0)
            return 0;
        if (ready == 0)
            return ETIMEDOUT;
        if (patience->interruptible && times_told() == told)
            return EINTR;
    }
}

// The signal that tells of a pause comes while the thread waits, not between its look and that.
static int await_answer_or_pause(int fd, const struct patience *patience) {
    sigset_t told, before;
    sigemptyset(&told);
    sigaddset(&told, PAUSE_SIGNAL);
    pthread_sigmask(SIG_BLOCK, &told, &before);
    int result = await_answer(fd, patience, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

// The answer to what was given up tells whether it was, or had been done before.
static int converse(int fd, const void *request, size_t size, const struct patience *patience,
                    uint64_t *value) {
    struct sync_request give_up = {.version = VERSION, .kind = SYNC, .operation = GIVE_UP};
    if (send_packet(fd, request, size, -1) < 0)
        return errno;
    int impatient = await_answer_or_pause(fd, patience);
    int error = impatient == 0 ? exchange(fd, NULL, 0, value)
                               : exchange(fd, &give_up, sizeof give_up, value);
    return error == ETIMEDOUT && impatient != 0 ? impatient : error;
}

// ---------------------------------------------------------------- asking

static int ask_once(struct krg_segment *segment, const struct sync_request *request,
                    const struct patience *patience, uint64_t *value) {
    struct krg_thread *thread = NULL;
    begin_call();
    int error = this_thread(segment, &thread);
    if (error == 0)
        error = converse(thread->socket, request, sizeof *request, patience, value);
    if (thread != NULL)
        count_held(thread, request->operation, error);
    end_call();
    return error;
}

// While the process is paused nothing of it waits: who did asks again afterwards, as if it came only
// then. Not for a condition: who waits for one has let go of the mutex.
static int ask_patiently(struct krg_segment *segment, struct sync_request request,
                         const struct patience *patience, uint64_t *value) {
    struct patience own = *patience;
    uint64_t unused;
    int error;
    request.version = VERSION;
    request.kind = SYNC;
    own.repeatable = request.operation != AWAIT;
    do
        error = ask_once(segment, &request, &own, value == NULL ? &unused : value);
    while (error == GIVEN_UP);
    return error;
}

int ask_object(struct krg_segment *segment, enum operation operation, uint64_t object,
               uint64_t first) {
    struct sync_request request = {.operation = operation, .object = object, .first = first};
    return ask_patiently(segment, request, &FOR_EVER, NULL);
}

static int is_time(const struct timespec *time) {
    return time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static int ask_until(struct krg_segment *segment, struct sync_request request,
                     const struct timespec *limit) {
    if (!is_time(limit))
        return EINVAL;
    struct patience patience = until(limit);
    return ask_patiently(segment, request, &patience, NULL);
}

int krg_mutex_lock(struct krg_segment *segment, uint64_t mutex) {
    return ask_object(segment, LOCK, mutex, 0);
}

int krg_mutex_trylock(struct krg_segment *segment, uint64_t mutex) {
    return ask_object(segment, LOCK, mutex, KRG_SEM_NOWAIT);
}

int krg_mutex_timedlock(struct krg_segment *segment, uint64_t mutex, const struct timespec *limit) {
    struct sync_request request = {.operation = LOCK, .object = mutex};
    return ask_until(segment, request, limit);
}

int krg_mutex_unlock(struct krg_segment *segment, uint64_t mutex) {
    return ask_object(segment, UNLOCK, mutex, 0);
}

int krg_mutex_consistent(struct krg_segment *segment, uint64_t mutex) {
    return ask_object(segment, MAKE_CONSISTENT, mutex, 0);
}

int krg_rwlock_rdlock(struct krg_segment *segment, uint64_t lock) {
    return ask_object(segment, READ_LOCK, lock, 0);
}

int krg_rwlock_tryrdlock(struct krg_segment *segment, uint64_t lock) {
    return ask_object(segment, READ_LOCK, lock, KRG_SEM_NOWAIT);
}

int krg_rwlock_timedrdlock(struct krg_segment *segment, uint64_t lock,
                           const struct timespec *limit) {
    struct sync_request request = {.operation = READ_LOCK, .object = lock};
    return ask_until(segment, request, limit);
}

int krg_rwlock_wrlock(struct krg_segment *segment, uint64_t lock) {
    return ask_object(segment, WRITE_LOCK, lock, 0);
}

int krg_rwlock_trywrlock(struct krg_segment *segment, uint64_t lock) {
    return ask_object(segment, WRITE_LOCK, lock, KRG_SEM_NOWAIT);
}

int krg_rwlock_timedwrlock(struct krg_segment *segment, uint64_t lock,
                           const struct timespec *limit) {
    struct sync_request request = {.operation = WRITE_LOCK, .object = lock};
    return ask_until(segment, request, limit);
}

int krg_rwlock_unlock(struct krg_segment *segment, uint64_t lock) {
    return ask_object(segment, RW_UNLOCK, lock, 0);
}

int krg_barrier_wait(struct krg_segment *segment, uint64_t barrier, unsigned count) {
    return ask_object(segment, ARRIVE, barrier, count);
}

int krg_cond_wait(struct krg_segment *segment, uint64_t condition, uint64_t mutex) {
    struct sync_request request = {.operation = AWAIT, .object = condition, .other = mutex};
    return ask_patiently(segment, request, &FOR_EVER, NULL);
}

int krg_cond_timedwait(struct krg_segment *segment, uint64_t condition, uint64_t mutex,
                       const struct timespec *limit) {
    struct sync_request request = {.operation = AWAIT, .object = condition, .other = mutex};
    return ask_until(segment, request, limit);
}

int krg_cond_signal(struct krg_segment *segment, uint64_t condition) {
    return ask_object(segment, WAKE_ONE, condition, 0);
}

int krg_cond_broadcast(struct krg_segment *segment, uint64_t condition) {
    return ask_object(segment, WAKE_ALL, condition, 0);
}

struct adjustment {
    struct sync_request request;
    struct krg_sem_op steps[MOST_STEPS];
};

static int adjust_once(struct krg_segment *segment, const struct adjustment *wanted, size_t size,
                       const struct patience *patience) {
    struct krg_thread *thread;
    uint64_t unused;
    begin_call();
    int error = prepare_undo(segment->id, wanted->steps, wanted->request.count);
    if (error == 0)
        error = this_thread(segment, &thread);
    if (error == 0)
        error = converse(thread->socket, wanted, size, patience, &unused);
    if (error == 0)
        count_undo(thread, wanted->steps, wanted->request.count);
    end_call();
    return error;
}

int krg_sem_op(struct krg_segment *segment, const struct krg_sem_op *steps, size_t count,
               const struct timespec *limit) {
    struct adjustment packet;
    struct patience patience = {.until = -1, .interruptible = 1, .repeatable = 1};
    int error;
    if (count < 1 || count > MOST_STEPS || (limit != NULL && (!is_time(limit) || limit->tv_sec < 0)))
        return EINVAL;
    if (limit != NULL)
        patience.until = deadline(nanos_in(limit));
    packet.request = (struct sync_request){.version = VERSION, .kind = SYNC, .operation = ADJUST,
                                           .count = count};
    memcpy(packet.steps, steps, count * sizeof *steps);
    do
        error = adjust_once(segment, &packet, sizeof packet.request + count * sizeof *steps, &patience);
    while (error == GIVEN_UP);
    return error == ETIMEDOUT ? EAGAIN : error;
}

int krg_sem_set(struct krg_segment *segment, uint64_t semaphore, int value) {
    int error = ask_object(segment, SET_SEMAPHORE, semaphore, (uint64_t)(int64_t)value);
    if (error == 0)
        forget_undo(segment->id, semaphore);
    return error;
}

int krg_sem_get(struct krg_segment *segment, uint64_t semaphore, int *value, unsigned *for_more,
                unsigned *for_zero) {
    struct sync_request request = {.operation = READ_SEMAPHORE, .object = semaphore};
    uint64_t packed = 0;
    int error = ask_patiently(segment, request, &FOR_EVER, &packed);
    if (error == 0) {
        if (value != NULL)
            *value = packed & 0xffff;
        if (for_more != NULL)
            *for_more = packed >> 16 & 0xffff;
        if (for_zero != NULL)
            *for_zero = packed >> 32;
    }
    return error;
}

int krg_atomic_load(struct krg_segment *segment, uint64_t word, uint64_t *value) {
    struct sync_request request = {.operation = LOAD, .object = word};
    return ask_patiently(segment, request, &FOR_EVER, value);
}

int krg_atomic_add(struct krg_segment *segment, uint64_t word, uint64_t amount, uint64_t *before) {
    struct sync_request request = {.operation = ADD, .object = word, .first = amount};
    return ask_patiently(segment, request, &FOR_EVER, before);
}

int krg_atomic_exchange(struct krg_segment *segment, uint64_t word, uint64_t value,
                        uint64_t *before) {
    struct sync_request request = {.operation = EXCHANGE, .object = word, .first = value};
    return ask_patiently(segment, request, &FOR_EVER, before);
}

int krg_atomic_compare_exchange(struct krg_segment *segment, uint64_t word, uint64_t *expected,
                                uint64_t value) {
    struct sync_request request = {.operation = COMPARE_AND_SWAP, .object = word, .first = value,
                                   .second = *expected};
    uint64_t before = 0;
    int error = ask_patiently(segment, request, &FOR_EVER, &before);
    if (error == 0 && before != *expected) {
        *expected = before;
        return EBUSY;
    }
    return error;
}

int krg_reset(struct krg_segment *segment, uint64_t object) {
    return ask_object(segment, RESET, object, 0);
}
