// SPDX-License-Identifier: Apache-2.0
//
// criu-probe FILE: a program with what the programs of users have (three threads, a child, a pipe, a
// TCP socket that listens and a connection to it, a FIFO, a file it appends to), for the self-test
// of CRIU. It appends one byte to FILE every 10 ms, and each goes through all of them: from the child
// through the pipe, the connection and the FIFO, which is FILE.fifo. It wants a loopback address.
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

// The caller's end comes first; what listens stays open.
static void connect_pair(int ends[2]) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0
        || listen(listener, 1) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        fail("criu-probe: listen");
    }
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (ends[0] < 0 || connect(ends[0], (struct sockaddr *)&address, length) != 0
        || (ends[1] = accept(listener, NULL, NULL)) < 0) {
        fail("criu-probe: connect");
    }
}

static int open_fifo(const char *file) {
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s.fifo", file);
    int fifo = -1;
    if (length >= (int)sizeof name || mkfifo(name, 0600) != 0 || (fifo = open(name, O_RDWR)) < 0) {
        fail("criu-probe: fifo");
    }
    return fifo;
}

static void start(struct relay *relayed) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, relay, relayed) != 0) {
        fail("criu-probe: thread");
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
    int connection[2];
    connect_pair(connection);
    int fifo = open_fifo(arguments[1]);
    int file = open(arguments[1], O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (child < 0 || file < 0) {
        fail("criu-probe");
    }
    start(&(struct relay){ends[0], connection[0]});
    start(&(struct relay){connection[1], fifo});
    relay(&(struct relay){fifo, file});
    return 0;
}
