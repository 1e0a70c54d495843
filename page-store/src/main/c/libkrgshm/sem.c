// SPDX-License-Identifier: Apache-2.0
//
// System V semaphores, semget(2), semop(2), semctl(2). A set is a segment named after the key, with a
// page for each semaphore that nobody touches; its semaphores are the cluster's objects of that segment.
// Times and pids, which no node keeps, are 0.
#define _GNU_SOURCE
#include "share.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#define PAGE_BYTES 4096
#define MOST_SEMAPHORES 32000
#define MOST_VALUE 32767
#define MOST_STEPS 500

union argument {
    int value;
    struct semid_ds *about;
    unsigned short *values;
};

struct set {
    struct set *next;
    struct krg_segment *segment;
    int id;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct set *sets;

INTERPOSED int semget(key_t key, int count, int flags) {
    char segment[SEGMENT_NAME];
    struct krg_segment_info info;
    if (key == IPC_PRIVATE || !is_shared_key(key, "sem", segment))
        return NEXT(semget)(key, count, flags);
    if (count < 0 || count > MOST_SEMAPHORES) {
        errno = EINVAL;
        return -1;
    }
    int make = (flags & IPC_CREAT) == 0 ? 0 : MAKE | ((flags & IPC_EXCL) == 0 ? 0 : MAKE_NEW);
    inside++;
    int found = -1;
    // Without semaphores none is made.
    if (count == 0 && make != 0 && krg_segment_find(segment, &info) < 0)
        errno = errno == ENOENT ? EINVAL : errno;
    else
        found = find_or_create(segment, (size_t)count * PAGE_BYTES, make, flags & 0777, &info);
    inside--;
    if (found < 0)
        return -1;
    if ((size_t)count * PAGE_BYTES > info.size) {
        errno = EINVAL;
        return -1;
    }
    return id_of(&info);
}

// A process keeps its handle of a set: what it undoes at its end belongs to it.
static struct krg_segment *open_set(int id) {
    pthread_mutex_lock(&lock);
    struct set *set = sets;
    while (set != NULL && set->id != id)
        set = set->next;
    if (set == NULL && (set = malloc(sizeof *set)) != NULL) {
        *set = (struct set){.id = id, .segment = krg_segment_open_id(segment_of(id))};
        if (set->segment == NULL) {
            free(set);
            set = NULL;
            if (errno == ENOENT)
                errno = EINVAL;
        } else {
            set->next = sets;
            sets = set;
        }
    }
    struct krg_segment *segment = set == NULL ? NULL : set->segment;
    pthread_mutex_unlock(&lock);
    return segment;
}

static int result(int error) {
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

static int operate(int id, const struct sembuf *steps, size_t count, const struct timespec *limit) {
    struct krg_sem_op ops[MOST_STEPS];
    struct krg_segment *set = open_set(id);
    if (set == NULL)
        return -1;
    if (count == 0 || count > MOST_STEPS)
        return result(count == 0 ? EINVAL : E2BIG);
    for (size_t i = 0; i < count; i++) {
        if (steps[i].sem_num >= krg_segment_size(set) / PAGE_BYTES)
            return result(EFBIG);
        ops[i] = (struct krg_sem_op){
            .semaphore = steps[i].sem_num,
            .amount = steps[i].sem_op,
            .flags = ((steps[i].sem_flg & IPC_NOWAIT) != 0 ? KRG_SEM_NOWAIT : 0)
                     | ((steps[i].sem_flg & SEM_UNDO) != 0 ? KRG_SEM_UNDO : 0)};
    }
    return result(krg_sem_op(set, ops, count, limit));
}

INTERPOSED int semtimedop(int id, struct sembuf *steps, size_t count,
                          const struct timespec *limit) {
    if (!is_shared_id(id))
        return NEXT(semtimedop)(id, steps, count, limit);
    inside++;
    int done = operate(id, steps, count, limit);
    inside--;
    return done;
}

INTERPOSED int semop(int id, struct sembuf *steps, size_t count) {
    return is_shared_id(id) ? semtimedop(id, steps, count, NULL) : NEXT(semop)(id, steps, count);
}

static int tell(struct krg_segment *set, int id, struct semid_ds *about) {
    struct krg_segment_info info;
    if (krg_segment_find_id(segment_of(id), &info) < 0)
        return -1;
    memset(about, 0, sizeof *about);
    about->sem_perm.uid = about->sem_perm.cuid = info.uid;
    about->sem_perm.gid = about->sem_perm.cgid = info.gid;
    about->sem_perm.mode = info.mode;
    about->sem_ctime = info.created;
    about->sem_nsems = krg_segment_size(set) / PAGE_BYTES;
    return 0;
}

static int set_all(struct krg_segment *set, const unsigned short *values) {
    for (size_t i = 0; i < krg_segment_size(set) / PAGE_BYTES; i++)
        if (values[i] > MOST_VALUE)
            return result(ERANGE);
    for (size_t i = 0; i < krg_segment_size(set) / PAGE_BYTES; i++) {
        int error = krg_sem_set(set, i, values[i]);
        if (error != 0)
            return result(error);
    }
    return 0;
}

static int get_all(struct krg_segment *set, unsigned short *values) {
    for (size_t i = 0; i < krg_segment_size(set) / PAGE_BYTES; i++) {
        int value;
        int error = krg_sem_get(set, i, &value, NULL, NULL);
        if (error != 0)
            return result(error);
        values[i] = (unsigned short)value;
    }
    return 0;
}

static int get(struct krg_segment *set, int number, int command) {
    int value;
    unsigned more, zero;
    int error = krg_sem_get(set, (uint64_t)number, &value, &more, &zero);
    if (error != 0)
        return result(error);
    return command == GETVAL ? value : (int)(command == GETNCNT ? more : zero);
}

static int control(int id, int number, int command, union argument argument) {
    struct krg_segment *set = open_set(id);
    if (set == NULL)
        return -1;
    bool is_one = command == SETVAL || command == GETVAL || command == GETNCNT
                  || command == GETZCNT || command == GETPID;
    if (is_one && (number < 0 || (size_t)number >= krg_segment_size(set) / PAGE_BYTES))
        return result(EINVAL);
    switch (command) {
    case IPC_RMID:
        return krg_segment_destroy(segment_of(id));
    case IPC_STAT:
        return tell(set, id, argument.about);
    case SETVAL:
        return result(krg_sem_set(set, (uint64_t)number, argument.value));
    case SETALL:
        return set_all(set, argument.values);
    case GETALL:
        return get_all(set, argument.values);
    case GETVAL:
    case GETNCNT:
    case GETZCNT:
        return get(set, number, command);
    case GETPID:
        return 0;
    default:
        return result(EINVAL);
    }
}

INTERPOSED int semctl(int id, int number, int command, ...) {
    va_list more;
    va_start(more, command);
    union argument argument = va_arg(more, union argument);
    va_end(more);
    if (!is_shared_id(id))
        return NEXT(semctl)(id, number, command, argument);
    inside++;
    int done = control(id, number, command, argument);
    if (done < 0 && errno == ENOENT)
        errno = EINVAL;
    inside--;
    return done;
}

// The handles are the parent's: a child that kept them open would outlive it for the agent.
static void before_fork(void) {
    pthread_mutex_lock(&lock);
}

static void in_parent(void) {
    pthread_mutex_unlock(&lock);
}

static void in_child(void) {
    pthread_mutex_init(&lock, NULL);
    inside++;
    while (sets != NULL) {
        struct set *set = sets;
        sets = set->next;
        krg_segment_close(set->segment);
        free(set);
    }
    inside--;
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, in_parent, in_child);
}
