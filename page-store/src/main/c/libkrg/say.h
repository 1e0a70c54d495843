// SPDX-License-Identifier: Apache-2.0
#ifndef LIBKRG_SAY_H
#define LIBKRG_SAY_H

// What the thread that is told of checkpoints (detach.c) does for a program that wants a say in them, and
// what say.c needs of that thread.
#include <stdbool.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

// Why a program is not saved, beside what pause_threads says.
enum { CRITICAL = 125 /* ECANCELED */, REFUSED = 1 /* EPERM */ };

// Calls the program back, while all its threads run. 0, or one of the above; then the checkpoint is off, and the
// number that the program gave is in `number`.
int before_saving(pid_t *number);

// How many callbacks have agreed to what is about to be saved.
int callbacks_run(void);

// Forgets the content of what is to be left out. Others stand still: allocates nothing.
void leave_out(void);

// The program goes on, here or, in another incarnation, wherever that is: calls it back.
void after_saving(void);

// What became of the checkpoint that the program has asked for: 0 or an errno.
void saved(int error);

// Whether the agent is to be found again when its connection ends.
bool has_say(void);

// Asks the agent for a checkpoint of this process. -1 and errno.
int ask_to_be_saved(void);

// Around fork.
void hold_say(void);
void release_say(void);
void forget_say(void);

#pragma GCC visibility pop

#endif
