// SPDX-License-Identifier: Apache-2.0
#ifndef KRG_SYNC_TIMING_H
#define KRG_SYNC_TIMING_H

#include "../libkrg.h"

#include <stdint.h>

/* An object, how often it is used, and by how many threads at once. */
struct timed {
    uint64_t object, times, parties;
};

/*
 * Prints how long each use took, in nanoseconds. EINVAL nothing of that name, or no segment and no floor; what the call
 * says that failed.
 */
int take_times(struct krg_segment *segment, const char *what, struct timed timed);

/* Times are those of the objects in a file from now on, which is made if it is not there. */
int open_floor(const char *path, uint64_t parties);

#endif
