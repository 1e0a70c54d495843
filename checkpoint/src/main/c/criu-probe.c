// SPDX-License-Identifier: Apache-2.0
//
// criu-probe FILE: a program with what the programs of users have (two threads, a child, a pipe, a
// file it appends to), for the self-test of CRIU. It appends one byte to FILE every 10 ms.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct relay {
    int from;
    int to;
};

static void *relay(void *argument) {
    struct relay *relay = argument;
    char byte;
    while (read(relay->from, &byte, 1) == 1 && write(relay->to, &byte, 1) == 1) {
    }
    exit(1);
}

static _Noreturn void tick(int to) {
    for (;;) {
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
        if (write(to, ".", 1) != 1) {
            _exit(0); // the parent is gone
        }
    }
}

int main(int count, char **arguments) {
    int ends[2];
    if (count != 2 || pipe(ends) != 0) {
        fprintf(stderr, "usage: criu-probe FILE\n");
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        tick(ends[1]);
    }
    close(ends[1]);
    struct relay one = {ends[0], open(arguments[1], O_WRONLY | O_APPEND | O_CREAT, 0644)};
    pthread_t thread;
    if (child < 0 || one.to < 0 || pthread_create(&thread, NULL, relay, &one) != 0) {
        perror("criu-probe");
        return 1;
    }
    pthread_join(thread, NULL);
    return 0;
}
