// SPDX-License-Identifier: Apache-2.0
//
// What is run once, in the ways in which that comes to its end or does not.
#define _GNU_SOURCE
#include "once.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static void count(void *given) {
    struct run *run = given;
    struct krg_sem_op take = {.semaphore = run->semaphore, .amount = -1};
    *run->begun += 1;
    if (krg_sem_op(run->segment, &take, 1, NULL) == 0)
        *run->ended += 1;
}

int run_once(struct run *run) {
    return krg_once(run->segment, run->once, count, run);
}

struct nested {
    struct run *run;
    int error;
};

static void nest(void *given) {
    struct nested *nested = given;
    nested->error = krg_once(nested->run->segment, nested->run->once, nest, nested);
}

int run_in_itself(struct run *run) {
    struct nested nested = {.run = run};
    int error = krg_once(run->segment, run->once, nest, &nested);
    return error == 0 ? nested.error : error;
}

static int has_begun[2];

static void stand_still(void *given) {
    struct run *run = given;
    *run->begun += 1;
    (void)!write(has_begun[1], "+", 1);
    for (;;)
        pause();
}

static void *run_until_cancelled(void *given) {
    struct run *run = given;
    krg_once(run->segment, run->once, stand_still, run);
    return NULL;
}

int cancel_once(struct run *run) {
    pthread_t thread;
    void *result;
    char byte;
    if (pipe(has_begun) < 0)
        return errno;
    int error = pthread_create(&thread, NULL, run_until_cancelled, run);
    if (error == 0 && read(has_begun[0], &byte, 1) == 1) {
        pthread_cancel(thread);
        pthread_join(thread, &result);
        error = result == PTHREAD_CANCELED ? 0 : EIO;
    }
    close(has_begun[0]);
    close(has_begun[1]);
    return error;
}
