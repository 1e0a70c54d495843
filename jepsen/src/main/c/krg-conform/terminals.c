// SPDX-License-Identifier: Apache-2.0
// What programs are typed at.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t resized;

static void on_resize(int number) {
    (void)number;
    resized = 1;
}

// In the foreground; told of the size, and sees by another name what its parent has.
static _Noreturn void in_the_foreground(pid_t session) {
    signal(SIGWINCH, on_resize);
    while (!resized) {
        usleep(1000);
    }
    int terminal = open("/dev/tty", O_RDWR);
    _exit(terminal < 0 || tcgetsid(terminal) != session || tcgetpgrp(terminal) != getpid());
}

static void terminal(void) {
    struct termios settings, now;
    struct winsize size = {.ws_row = 33, .ws_col = 99};
    MUST(tcgetattr(0, &settings));
    settings.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
    settings.c_iflag &= ~(tcflag_t)IXON;
    settings.c_cc[VMIN] = 3;
    MUST(tcsetattr(0, TCSANOW, &settings));
    MUST(ioctl(0, TIOCSWINSZ, &size));
    pid_t child = MUST(fork());
    if (child == 0) {
        setpgid(0, 0);
        in_the_foreground(getppid());
    }
    setpgid(child, child);
    signal(SIGTTOU, SIG_IGN);
    MUST(tcsetpgrp(0, child));
    await_go();
    MUST(tcgetattr(0, &now));
    CHECK(memcmp(&now, &settings, sizeof now) == 0, "other settings");
    memset(&size, 0, sizeof size);
    MUST(ioctl(0, TIOCGWINSZ, &size));
    CHECK(size.ws_row == 33 && size.ws_col == 99, "%d rows of %d", size.ws_row, size.ws_col);
    CHECK(tcgetsid(0) == getpid(), "of session %d", tcgetsid(0));
    CHECK(tcgetpgrp(0) == child, "%d is in the foreground", tcgetpgrp(0));
    size.ws_row = 40;
    MUST(ioctl(0, TIOCSWINSZ, &size));
    int status;
    MUST(waitpid(child, &status, 0));
    CHECK(status == 0, "the child in the foreground ends with %d", status);
}

// Reads a line; that it can be read again is what its parent sees.
static _Noreturn void behind(const char *name) {
    char line[64];
    MUST(setsid());
    int slave = MUST(open(name, O_RDWR));
    MUST(write(slave, "unread", 6));
    await_go();
    ssize_t length = read(slave, line, sizeof line);
    _exit(length != 6 || memcmp(line, "typed\n", 6) != 0 || tcgetsid(slave) != getpid());
}

static void pair(void) {
    int master = MUST(posix_openpt(O_RDWR | O_NOCTTY));
    MUST(unlockpt(master));
    int slave = MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
    struct termios settings;
    MUST(tcgetattr(slave, &settings));
    settings.c_lflag &= ~(tcflag_t)ECHO;
    MUST(tcsetattr(slave, TCSANOW, &settings));
    MUST(write(master, "typed\n", 6));
    pid_t child = MUST(fork());
    if (child == 0) {
        behind(ptsname(master));
    }
    int status;
    struct pollfd ready = {.fd = master, .events = POLLIN};
    MUST(poll(&ready, 1, 10000));
    await_go();
    char shown[64];
    CHECK(read(master, shown, sizeof shown) == 6 && memcmp(shown, "unread", 6) == 0,
          "what was shown is lost");
    MUST(waitpid(child, &status, 0));
    CHECK(status == 0, "the child behind it ends with %d", status);
}

const struct program TERMINALS[] = {
    {"terminal", "a terminal of krg's: settings, size, session, foreground", terminal},
    {"pty", "a pair of its own, with unread bytes on both sides", pair},
    {NULL, NULL, NULL},
};
