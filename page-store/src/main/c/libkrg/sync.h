// SPDX-License-Identifier: Apache-2.0
//
// What a thread that synchronises is to its agent, and what it holds.
#ifndef KRG_SYNC_H
#define KRG_SYNC_H

#include "private.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

enum operation {
    GIVE_UP, RESET, LOCK, UNLOCK, MAKE_CONSISTENT, READ_LOCK, WRITE_LOCK, RW_UNLOCK, ARRIVE, AWAIT,
    WAKE_ONE, WAKE_ALL, ADJUST, SET_SEMAPHORE, READ_SEMAPHORE, LOAD, ADD, EXCHANGE, COMPARE_AND_SWAP,
    JOIN, ENTER_ONCE, LEAVE_ONCE
};

// Beside error numbers and PTHREAD_BARRIER_SERIAL_THREAD: it is the caller who runs it.
enum { CHOSEN = -2 };

struct krg_thread {
    struct krg_segment *segment;
    const void *owner; // the same for all segments by which a thread synchronises
    struct krg_thread *next; // of this process
    int socket;
    pid_t process; // a child of it made by fork is somebody else
    uint32_t agent; // which one it is connected to
    int held; // locks, as that agent has it
};

// Those of this process. Read where all others are paused.
extern struct krg_thread *all_threads;

// The number of the agent that a connection made now is to: it changes when one ends.
uint32_t present_agent(void);

// Asks about an object, for as long as it takes; `first` as sync_request has it.
int ask_object(struct krg_segment *segment, enum operation operation, uint64_t object, uint64_t first);

// Counts what a call has done to locks.
void count_held(struct krg_thread *thread, enum operation operation, int error);

// Makes room for what the end of the process would take back of these steps. ENOMEM, and the call is not
// made: afterwards it could not be told.
int prepare_undo(uint64_t segment, const struct krg_sem_op *steps, size_t count);

// Counts it, and forgets it.
void count_undo(const struct krg_thread *thread, const struct krg_sem_op *steps, size_t count);
void forget_undo(uint64_t segment, uint64_t semaphore);

// In a child made by fork, whose end takes back nothing of what its parent did.
void forget_undos(void);

#pragma GCC visibility pop

#endif
