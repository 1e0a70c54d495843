// SPDX-License-Identifier: Apache-2.0
// Open files.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

const struct program FILES[] = {
    {"positions", "positions, shared and not", positions},
    {"append", "a file that is appended to", append},
    {"deleted", "a file without a name, 2 MiB", deleted},
    {"locks", "a lock on a part of a file", locks},
    {"directory", "a working directory, an open one, a mask", directory},
    {"many-files", "five hundred descriptors", many},
    {0},
};
