// SPDX-License-Identifier: Apache-2.0
// Pipes, FIFOs, unix sockets, message queues: with what was written and not yet read.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void expect(int fd, const char *text) {
    char found[256] = {0};
    long length = MUST(read(fd, found, sizeof found - 1));
    CHECK(length == (long)strlen(text) && strcmp(found, text) == 0, "read \"%s\", not \"%s\"",
          found, text);
}

static void put(int fd, const char *text) {
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "cannot write: %s",
          strerror(errno));
}

static void pipe_unread(void) {
    int ends[2];
    MUST(pipe(ends));
    put(ends[1], "left in the pipe");
    await_go();
    expect(ends[0], "left in the pipe");
    put(ends[1], "and more");
    expect(ends[0], "and more");
}

static void pipe_full(void) {
    int ends[2];
    MUST(pipe2(ends, O_NONBLOCK));
    MUST(fcntl(ends[1], F_SETPIPE_SZ, 131072));
    static char block[4096];
    long sent = 0;
    for (int i = 0; write(ends[1], memset(block, i & 127, sizeof block), sizeof block) > 0; i++) {
        sent += sizeof block;
    }
    await_go();
    CHECK(fcntl(ends[1], F_GETPIPE_SZ) == 131072, "the pipe holds %d bytes",
          fcntl(ends[1], F_GETPIPE_SZ));
    long got = 0;
    for (int i = 0; read(ends[0], block, sizeof block) == sizeof block; i++) {
        CHECK(block[0] == (i & 127) && block[4095] == (i & 127), "block %d is damaged", i);
        got += sizeof block;
    }
    CHECK(got == sent, "%ld of %ld bytes", got, sent);
}

static void pipe_children(void) {
    int ends[2];
    MUST(pipe(ends));
    if (MUST(fork()) == 0) {
        close(ends[0]);
        for (unsigned i = 0;; i++) {
            if (write(ends[1], &i, sizeof i) != sizeof i) {
                _exit(0);
            }
            usleep(1000);
        }
    }
    close(ends[1]);
    unsigned next = 0, found;
    for (; next < 10; next++) {
        CHECK(read(ends[0], &found, sizeof found) == sizeof found && found == next, "lost one");
    }
    await_go();
    for (; next < 500; next++) {
        CHECK(read(ends[0], &found, sizeof found) == sizeof found, "the child wrote no more");
        CHECK(found == next, "read %u, not %u", found, next);
    }
}

static void fifo(void) {
    char directory[] = "/tmp/krg-conform-XXXXXX";
    CHECK(mkdtemp(directory) != NULL, "no directory: %s", strerror(errno));
    char path[64];
    snprintf(path, sizeof path, "%s/fifo", directory);
    if (mkfifo(path, 0600) != 0) {
        fail("mkfifo: %s", strerror(errno));
    }
    int fd = MUST(open(path, O_RDWR));
    put(fd, "left in the fifo");
    await_go();
    expect(fd, "left in the fifo");
    unlink(path);
    rmdir(directory);
}

static void unix_pair(int type) {
    int ends[2];
    MUST(socketpair(AF_UNIX, type, 0, ends));
    put(ends[0], "one");
    put(ends[1], "other");
    await_go();
    expect(ends[1], "one");
    expect(ends[0], "other");
    put(ends[0], "again");
    expect(ends[1], "again");
}

static void unix_stream(void) {
    unix_pair(SOCK_STREAM);
}

static void unix_datagram(void) {
    unix_pair(SOCK_DGRAM);
}

static void unix_listener(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char directory[] = "/tmp/krg-conform-XXXXXX";
    CHECK(mkdtemp(directory) != NULL, "no directory: %s", strerror(errno));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
    int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listener, 5));
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    int server = MUST(accept(listener, NULL, NULL));
    put(client, "hello");
    await_go();
    expect(server, "hello");
    put(server, "hello to you");
    expect(client, "hello to you");
    unlink(address.sun_path);
    rmdir(directory);
}

static void passed_descriptor(void) {
    int ends[2], file[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    MUST(pipe(file));
    put(file[1], "through a socket");
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {.iov_base = "x", .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file[0], sizeof(int));
    MUST(sendmsg(ends[0], &message, 0));
    await_go();
    char byte;
    data.iov_base = &byte;
    memset(control, 0, sizeof control);
    message.msg_controllen = sizeof control;
    CHECK(recvmsg(ends[1], &message, 0) == 1, "no message: %s", strerror(errno));
    header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_RIGHTS, "no descriptor in it");
    int passed;
    memcpy(&passed, CMSG_DATA(header), sizeof passed);
    expect(passed, "through a socket");
}

static void sysv_queue(void) {
    int queue = MUST(msgget(IPC_PRIVATE, 0600));
    struct {
        long type;
        char text[16];
    } message = {3, "in the queue"};
    MUST(msgsnd(queue, &message, sizeof message.text, 0));
    await_go();
    memset(message.text, 0, sizeof message.text);
    MUST(msgrcv(queue, &message, sizeof message.text, 3, IPC_NOWAIT));
    CHECK(strcmp(message.text, "in the queue") == 0, "received \"%s\"", message.text);
}

const struct program PIPES[] = {
    {"pipe", "a pipe with unread bytes", pipe_unread},
    {"pipe-full", "a larger pipe, full to the brim", pipe_full},
    {"pipe-children", "a child that writes numbers into a pipe", pipe_children},
    {"fifo", "a named FIFO with unread bytes", fifo},
    {"unix-stream", "a pair of stream sockets with unread bytes", unix_stream},
    {"unix-datagram", "a pair of datagram sockets with unread bytes", unix_datagram},
    {"unix-listener", "a listening socket with a name, and a connection", unix_listener},
    {"passed-descriptor", "a descriptor on its way through a socket", passed_descriptor},
    {"sysv-queue", "a System V message queue", sysv_queue},
    {0},
};
