// SPDX-License-Identifier: Apache-2.0
//
// What the threads of a process hold by its agent: when that ends it goes to others, and who held it must not
// go on as if it were still theirs.
#define _GNU_SOURCE
#include "sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

// Agents that have ended under this process.
static _Atomic uint32_t agents_ended;

// What the end of the process would take back from a semaphore.
struct undo {
    struct undo *next;
    uint64_t segment;
    uint64_t semaphore;
    int64_t amount;
    uint32_t agent;
};

static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;
static struct undo *undos;

// A condition's mutex is held again when the call ends; who does not know counts as who holds it.
void count_held(struct krg_thread *thread, enum operation operation, int error) {
    bool is_done = error == 0 || error == EOWNERDEAD;
    if (operation == ENTER_ONCE && error == CHOSEN)
        thread->held++;
    if (is_done && (operation == LOCK || operation == READ_LOCK || operation == WRITE_LOCK))
        thread->held++;
    if (is_done && (operation == UNLOCK || operation == RW_UNLOCK || operation == LEAVE_ONCE) && thread->held > 0)
        thread->held--;
}

static struct undo *undo_of(uint64_t segment, uint64_t semaphore) {
    struct undo *it = undos;
    while (it != NULL && (it->segment != segment || it->semaphore != semaphore))
        it = it->next;
    return it;
}

int prepare_undo(uint64_t segment, const struct krg_sem_op *steps, size_t count) {
    int error = 0;
    pthread_mutex_lock(&undo_lock);
    for (size_t i = 0; i < count && error == 0; i++) {
        if ((steps[i].flags & KRG_SEM_UNDO) == 0
            || undo_of(segment, steps[i].semaphore) != NULL)
            continue;
        struct undo *made = malloc(sizeof *made);
        if (made == NULL) {
            error = ENOMEM;
        } else {
            *made = (struct undo){.next = undos, .segment = segment,
                                  .semaphore = steps[i].semaphore};
            undos = made;
        }
    }
    pthread_mutex_unlock(&undo_lock);
    return error;
}

void count_undo(const struct krg_thread *thread, const struct krg_sem_op *steps, size_t count) {
    pthread_mutex_lock(&undo_lock);
    for (size_t i = 0; i < count; i++) {
        struct undo *undo = undo_of(thread->segment->id, steps[i].semaphore);
        if ((steps[i].flags & KRG_SEM_UNDO) != 0 && undo != NULL) {
            undo->amount = (undo->agent == thread->agent ? undo->amount : 0) + steps[i].amount;
            undo->agent = thread->agent;
        }
    }
    pthread_mutex_unlock(&undo_lock);
}

void forget_undo(uint64_t segment, uint64_t semaphore) {
    pthread_mutex_lock(&undo_lock);
    struct undo *undo = undo_of(segment, semaphore);
    if (undo != NULL)
        undo->amount = 0;
    pthread_mutex_unlock(&undo_lock);
}

// What the list was may be half changed: another thread of the parent could be at it.
void forget_undos(void) {
    pthread_mutex_init(&undo_lock, NULL);
    undos = NULL;
}

uint32_t present_agent(void) {
    return atomic_load(&agents_ended);
}

void end_agent(void) {
    atomic_fetch_add(&agents_ended, 1);
}

bool lost_objects(void) {
    uint32_t now = present_agent();
    for (const struct krg_thread *it = all_threads; it != NULL; it = it->next)
        if (it->held > 0 && it->agent != now)
            return true;
    for (const struct undo *it = undos; it != NULL; it = it->next)
        if (it->amount != 0 && it->agent != now)
            return true;
    return false;
}
