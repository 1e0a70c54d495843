// SPDX-License-Identifier: Apache-2.0
//
// starts-children HELD RESTED: starts children by vfork(2) that end after HELD milliseconds, RESTED
// milliseconds apart, and counts them.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count != 3) {
        return 2;
    }
    useconds_t held = (useconds_t)atoi(arguments[1]) * 1000;
    useconds_t rested = (useconds_t)atoi(arguments[2]) * 1000;
    for (int i = 1;; i++) {
        printf("%d\n", i);
        fflush(stdout);
        pid_t child = vfork();
        if (child == 0) {
            usleep(held);
            _exit(0);
        }
        waitpid(child, NULL, 0);
        usleep(rested);
    }
}
