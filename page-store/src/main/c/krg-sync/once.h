// SPDX-License-Identifier: Apache-2.0
#ifndef KRG_SYNC_ONCE_H
#define KRG_SYNC_ONCE_H

#include "../libkrg.h"

#include <stdint.h>

/* What is run once, and by what it is seen that it ran. */
struct run {
    struct krg_segment *segment;
    uint64_t once;
    volatile uint64_t *begun;
    volatile uint64_t *ended;
    uint64_t semaphore;
};

/* Adds 1 to `begun`, takes 1 from the semaphore, adds 1 to `ended`; once. */
int run_once(struct run *run);

/* Runs what calls krg_once with its own number, and tells what that said. */
int run_in_itself(struct run *run);

/* Has a thread begin it, and cancels that thread in the middle. */
int cancel_once(struct run *run);

#endif
