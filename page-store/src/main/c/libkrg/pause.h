// SPDX-License-Identifier: Apache-2.0
#ifndef LIBKRG_PAUSE_H
#define LIBKRG_PAUSE_H

// Pausing the program, for the thread of the library that does so.
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

#define PAUSE_SIGNAL (SIGRTMAX - 2)

// Threads can be paused from now on. -1 and errno.
int prepare_pauses(void);

// In a child made by fork, where nobody is paused.
void forget_pauses(void);

// Returns when every other thread of the process stands still, outside of calls of the library. Else they go
// on, and it returns EBUSY: a thread does not come back from a call; EAGAIN: one does not handle the
// signal; EIO: they cannot be listed.
int pause_threads(pid_t *in_the_way);

void resume_threads(void);

// Whether threads are to stand still. Who is in a call is told of the beginning by PAUSE_SIGNAL.
bool is_pausing(void);

// How often this thread has handled PAUSE_SIGNAL.
unsigned times_told(void);

#pragma GCC visibility pop

#endif
