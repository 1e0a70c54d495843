// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into CRIU for the restore of a program that has a terminal of its cell:
//
//   KRG_TTY=PATH          the terminal, opened here as the descriptors 100 and 101, which CRIU is told
//                         to inherit (--inherit-fd closes one for each name that it is given)
//   KRG_TTY_FLAGS=FLAGS   status flags that the program had set on it (O_NONBLOCK), a number
//   KRG_TTY_SESSION=PID   the leader of its session
//
// CRIU makes the children of a leader before it gives the leader the terminal, and only the leader:
// a process has the controlling terminal that its parent had when it was made. So the leader gets it
// here, as soon as it leads.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_FD 100
#define SECOND_FD 101

static void open_at(int fd, const char *path, int flags) {
    int opened = open(path, O_RDWR | O_NOCTTY | flags);
    if (opened >= 0) {
        dup2(opened, fd);
        close(opened);
    }
}

__attribute__((constructor)) static void open_terminal(void) {
    const char *path = getenv("KRG_TTY");
    const char *flags = getenv("KRG_TTY_FLAGS");
    // Once: the scripts that CRIU runs have its environment.
    if (path != NULL && flags != NULL && fcntl(FIRST_FD, F_GETFD) < 0) {
        open_at(FIRST_FD, path, atoi(flags));
        open_at(SECOND_FD, path, atoi(flags));
    }
}

pid_t setsid(void) {
    pid_t session = (pid_t)syscall(SYS_setsid);
    const char *path = getenv("KRG_TTY");
    const char *leader = getenv("KRG_TTY_SESSION");
    if (session > 0 && path != NULL && leader != NULL && session == atoi(leader)) {
        // The first terminal that a leader opens is that of its session.
        close(open(path, O_RDWR));
    }
    return session;
}
