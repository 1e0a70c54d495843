// SPDX-License-Identifier: Apache-2.0
#ifndef KRG_TOUCH_ROGUE_H
#define KRG_TOUCH_ROGUE_H

#include <stddef.h>

// What a program can do to the agent of its node that libkrg never does. All return -1 with errno.

// Makes the memory of its segment so long.
int truncate_memory(size_t bytes);

// Has whoever reads its faults wait for one.
int let_faults_block(void);

// Has a thread touch memory that the agent does not know, whose faults the agent is told of.
int stray(void);

// Connects to the agent so many times, and says nothing. Returns how often it could.
int flood(int count);

// Ends those connections.
void drain(void);

#endif
