// SPDX-License-Identifier: Apache-2.0
// Open files.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect_at(int fd, off_t position, const char *text) {
    char found[256] = {0};
    CHECK(pread(fd, found, strlen(text), position) == (ssize_t)strlen(text) &&
              strcmp(found, text) == 0,
          "there is \"%s\", not \"%s\"", found, text);
}

static void positions(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(write(fd, "0123456789", 10));
    MUST(lseek(fd, 4, SEEK_SET));
    int copy = MUST(dup(fd));
    int other = MUST(open(path, O_RDONLY));
    await_go();
    char byte;
    CHECK(read(fd, &byte, 1) == 1 && byte == '4', "read '%c', not '4'", byte);
    CHECK(read(copy, &byte, 1) == 1 && byte == '5', "a copy has a position of its own");
    CHECK(read(other, &byte, 1) == 1 && byte == '0', "another opening shares the position");
    unlink(path);
}

static void append(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    close(MUST(mkstemp(path)));
    int fd = MUST(open(path, O_WRONLY | O_APPEND));
    MUST(write(fd, "before ", 7));
    await_go();
    CHECK(fcntl(fd, F_GETFL) & O_APPEND, "it does not append any more");
    MUST(write(fd, "after", 5));
    int reader = MUST(open(path, O_RDONLY));
    expect_at(reader, 0, "before after");
    struct stat facts;
    MUST(fstat(reader, &facts));
    CHECK(facts.st_size == 12, "it has %ld bytes", (long)facts.st_size);
    unlink(path);
}

static void deleted(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(unlink(path));
    static char block[1 << 20];
    memset(block, 'd', sizeof block);
    MUST(write(fd, block, sizeof block));
    MUST(write(fd, block, sizeof block));
    await_go();
    struct stat facts;
    MUST(fstat(fd, &facts));
    CHECK(facts.st_size == 2 << 20, "it has %ld bytes", (long)facts.st_size);
    CHECK(facts.st_nlink == 0, "it has %ld names", (long)facts.st_nlink);
    MUST(lseek(fd, 0, SEEK_SET));
    CHECK(read(fd, block, sizeof block) == sizeof block && block[77777] == 'd', "damaged");
}

static void locks(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(write(fd, "0123456789", 10));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
    MUST(fcntl(fd, F_SETLK, &lock));
    await_go();
    pid_t child = MUST(fork());
    if (child == 0) {
        struct flock probe = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
        fcntl(fd, F_GETLK, &probe);
        _exit(probe.l_type == F_WRLCK && probe.l_pid == getppid() ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the lock is gone");
    unlink(path);
}

static void directory(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    CHECK(mkdtemp(path) != NULL, "no directory");
    int fd = MUST(open(path, O_RDONLY | O_DIRECTORY));
    MUST(chdir(path));
    mode_t mask = umask(0137);
    (void)mask;
    await_go();
    char *here = getcwd(NULL, 0);
    CHECK(here != NULL && strcmp(here, path) == 0, "it is in %s, not %s", here, path);
    int made = MUST(openat(fd, "made", O_CREAT | O_WRONLY, 0777));
    struct stat facts;
    MUST(fstat(made, &facts));
    CHECK((facts.st_mode & 0777) == 0640, "its mode is %o", facts.st_mode & 0777);
    unlinkat(fd, "made", 0);
    MUST(chdir("/"));
    rmdir(path);
}

static void many(void) {
    static int all[500];
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(write(fd, "x", 1));
    for (int i = 0; i < 500; i++) {
        all[i] = MUST(open(path, O_RDONLY));
    }
    await_go();
    for (int i = 0; i < 500; i++) {
        expect_at(all[i], 0, "x");
    }
    unlink(path);
}

static void path_only(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(write(fd, "behind", 6));
    int name = MUST(open(path, O_PATH));
    close(fd);
    await_go();
    CHECK(fcntl(name, F_GETFL) & O_PATH, "it is more than a name");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", name);
    expect_at(MUST(open(link, O_RDONLY)), 0, "behind");
    unlink(path);
}

static volatile sig_atomic_t signalled_by;

static void on_io(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    signalled_by = info->si_fd;
}

// A descriptor that sends a signal when something comes.
static void signal_driven(void) {
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    struct sigaction action = {.sa_sigaction = on_io, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGRTMIN + 2, &action, NULL));
    MUST(fcntl(ends[0], F_SETOWN, getpid()));
    MUST(fcntl(ends[0], F_SETSIG, SIGRTMIN + 2));
    MUST(fcntl(ends[0], F_SETFL, O_ASYNC));
    await_go();
    CHECK(fcntl(ends[0], F_GETOWN) == getpid(), "it belongs to %d", fcntl(ends[0], F_GETOWN));
    MUST(write(ends[1], "x", 1));
    for (int i = 0; i < 1000 && signalled_by == 0; i++) {
        usleep(1000);
    }
    CHECK(signalled_by == ends[0], "the signal is of descriptor %d", (int)signalled_by);
}

static void posix_queue(void) {
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 32};
    mqd_t queue = mq_open("/krg-conform", O_CREAT | O_RDWR, 0600, &attributes);
    MUST(queue);
    MUST(mq_send(queue, "in the queue", 13, 5));
    await_go();
    char text[32] = {0};
    unsigned priority = 0;
    MUST(mq_receive(queue, text, sizeof text, &priority));
    CHECK(strcmp(text, "in the queue") == 0 && priority == 5, "received \"%s\"", text);
    mq_unlink("/krg-conform");
}

const struct program FILES[] = {
    {"positions", "positions, shared and not", positions},
    {"append", "a file that is appended to", append},
    {"deleted", "a file without a name, 2 MiB", deleted},
    {"locks", "a lock on a part of a file", locks},
    {"directory", "a working directory, an open one, a mask", directory},
    {"path-only", "a descriptor of a name only", path_only},
    {"signal-driven", "a descriptor that sends signals", signal_driven},
    {"posix-queue", "a POSIX message queue", posix_queue},
    {"many-files", "five hundred descriptors", many},
    {0},
};
