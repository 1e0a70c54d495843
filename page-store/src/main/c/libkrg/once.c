// SPDX-License-Identifier: Apache-2.0
//
// What is run once.
#define _GNU_SOURCE
#include "private.h"
#include "sync.h"

#include <errno.h>
#include <pthread.h>

int krg_once_begin(struct krg_segment *segment, uint64_t once, bool *chosen) {
    int error = ask_object(segment, ENTER_ONCE, once, 0);
    *chosen = error == CHOSEN;
    return *chosen ? 0 : error;
}

// Who ran it by an agent that has ended since is somebody else to the next one.
int krg_once_end(struct krg_segment *segment, uint64_t once, bool done) {
    int error = ask_object(segment, LEAVE_ONCE, once, done);
    return error == EPERM ? ESTALE : error;
}

struct turn {
    struct krg_segment *segment;
    uint64_t once;
};

static void leave_to_the_next(void *cancelled) {
    const struct turn *turn = cancelled;
    krg_once_end(turn->segment, turn->once, false);
}

int krg_once(struct krg_segment *segment, uint64_t once, void (*function)(void *argument),
             void *argument) {
    struct turn turn = {.segment = segment, .once = once};
    bool chosen;
    int error = krg_once_begin(segment, once, &chosen);
    if (error != 0 || !chosen)
        return error;
    pthread_cleanup_push(leave_to_the_next, &turn);
    function(argument);
    pthread_cleanup_pop(0);
    return krg_once_end(segment, once, true);
}
