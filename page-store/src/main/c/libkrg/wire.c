// SPDX-License-Identifier: Apache-2.0
//
// Packets between a program and the agent of its node.
#define _GNU_SOURCE
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/krg/pages.sock"
#define ANSWER_LIMIT_SECONDS 30

// While the agent saves processes, a file of this name stands beside its socket.
#define STILL ".still"
enum { STILL_TRIES = 6000, STILL_PAUSE_NANOS = 5000000 };

int fail(int error) {
    errno = error;
    return -1;
}

void close_quietly(int fd) {
    int error = errno;
    if (fd >= 0)
        syscall(SYS_close, fd); // not what libkrgshm makes of close
    errno = error;
}

// A connection would keep the process from being saved. The time during which it is frozen, or an image
// in a file, does not count: it is tries that are limited, should the agent have ended.
static void await_door(const char *path) {
    char still[sizeof((struct sockaddr_un *)NULL)->sun_path + sizeof STILL];
    struct timespec pause = {.tv_nsec = STILL_PAUSE_NANOS};
    snprintf(still, sizeof still, "%s" STILL, path);
    for (int tries = 0; tries < STILL_TRIES && access(still, F_OK) == 0; tries++)
        nanosleep(&pause, NULL);
}

int connect_agent(void) {
    const char *path = getenv("KRG_PAGES_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = ANSWER_LIMIT_SECONDS};
    if (path == NULL || path[0] == '\0')
        path = DEFAULT_SOCKET;
    if (strlen(path) >= sizeof address.sun_path)
        return fail(ENAMETOOLONG);
    strcpy(address.sun_path, path);
    await_door(path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0
        && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0
        && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (errno == ENOENT || errno == ECONNREFUSED)
        errno = EHOSTDOWN;
    if (errno == EAGAIN)
        errno = ETIMEDOUT;
    close_quietly(fd);
    return -1;
}

int send_packet(int fd, const void *bytes, size_t size, int passed) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {0};
    struct iovec content = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    if (passed >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed, sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
        errno = EHOSTDOWN;
    if (sent < 0 && errno == EAGAIN)
        errno = ETIMEDOUT;
    return sent < 0 ? -1 : 0;
}

void close_passed(const int passed[MOST_PASSED]) {
    for (int i = 0; i < MOST_PASSED; i++)
        close_quietly(passed[i]);
}

ssize_t receive_packet(int fd, void *bytes, size_t size, int passed[MOST_PASSED]) {
    union {
        char bytes[CMSG_SPACE(MOST_PASSED * sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct iovec content = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1,
                             .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t got;
    for (int i = 0; i < MOST_PASSED; i++)
        passed[i] = -1;
    do
        got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        errno = ETIMEDOUT;
    if (got == 0 || (got < 0 && errno == ECONNRESET))
        return fail(EHOSTDOWN);
    struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(passed, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    return got;
}

int ask_plainly(int fd, const void *bytes, size_t size, int passed) {
    struct answer answer;
    int got[MOST_PASSED];
    if (send_packet(fd, bytes, size, passed) < 0
        || receive_packet(fd, &answer, sizeof answer, got) < 0)
        return -1;
    close_passed(got);
    return answer.error == 0 ? 0 : fail(answer.error);
}
