// SPDX-License-Identifier: Apache-2.0
//
// Programs of the conformance suite: each makes something of the kernel's, makes the file GO.ready,
// waits for the file GO, and then checks that what it made is still what it was.
//
// usage: krg-conform NAME GO     NAME as `krg-conform --list` prints them
//
// Exit status: 0 all is as it was, 1 something is not (it is named on standard output), 2 usage.

#include "krg-conform/conform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct family {
    const struct program *programs;
    const char *engine;
} FAMILIES[] = {
    {PROCESSES, "criu"}, {TRAITS, "criu"}, {PIPES, "criu"},
    {NETWORK, "criu"},   {MEMORY, "criu"}, {FILES, "criu"},
    {EVENTS, "criu"},    {TERMINALS, "criu"}, {COOPERATIVE, "cooperative"},
};

static const char *go_file;

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("wrong: ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    fflush(stdout);
    _exit(1);
}

void await_go(void) {
    char ready[4096];
    snprintf(ready, sizeof ready, "%s.ready", go_file);
    int made = open(ready, O_CREAT | O_WRONLY, 0600);
    if (made < 0) {
        fail("%s: %s", ready, strerror(errno));
    }
    close(made);
    while (access(go_file, F_OK) != 0) {
        usleep(20 * 1000);
    }
}

static const struct program *find(const char *name) {
    for (size_t family = 0; family < sizeof FAMILIES / sizeof *FAMILIES; family++) {
        for (const struct program *it = FAMILIES[family].programs; it->name != NULL; it++) {
            if (strcmp(it->name, name) == 0) {
                return it;
            }
        }
    }
    return NULL;
}

static int list(void) {
    for (size_t family = 0; family < sizeof FAMILIES / sizeof *FAMILIES; family++) {
        for (const struct program *it = FAMILIES[family].programs; it->name != NULL; it++) {
            printf("%s\t%s\t%s\n", it->name, FAMILIES[family].engine, it->about);
        }
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--list") == 0) {
        return list();
    }
    const struct program *program = count == 3 ? find(arguments[1]) : NULL;
    if (program == NULL) {
        fprintf(stderr, "usage: krg-conform NAME GO | krg-conform --list\n");
        return 2;
    }
    go_file = arguments[2];
    program->run();
    printf("good\n");
    return 0;
}
