// SPDX-License-Identifier: Apache-2.0
// What programs wait with.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void epoll(void) {
    int ends[2];
    MUST(pipe(ends));
    int event = MUST(eventfd(0, EFD_NONBLOCK));
    int waiter = MUST(epoll_create1(0));
    struct epoll_event pipe_event = {.events = EPOLLIN, .data.u64 = 11};
    struct epoll_event event_event = {.events = EPOLLIN | EPOLLET, .data.u64 = 22};
    MUST(epoll_ctl(waiter, EPOLL_CTL_ADD, ends[0], &pipe_event));
    MUST(epoll_ctl(waiter, EPOLL_CTL_ADD, event, &event_event));
    await_go();
    struct epoll_event found;
    CHECK(epoll_wait(waiter, &found, 1, 0) == 0, "something happened by itself");
    MUST(write(ends[1], "x", 1));
    CHECK(epoll_wait(waiter, &found, 1, 1000) == 1 && found.data.u64 == 11, "no pipe");
    char byte;
    MUST(read(ends[0], &byte, 1));
    MUST(eventfd_write(event, 1));
    CHECK(epoll_wait(waiter, &found, 1, 1000) == 1 && found.data.u64 == 22, "no eventfd");
}

static void eventfds(void) {
    int counter = MUST(eventfd(0, 0));
    int semaphore = MUST(eventfd(0, EFD_SEMAPHORE));
    MUST(eventfd_write(counter, 41));
    MUST(eventfd_write(semaphore, 2));
    await_go();
    eventfd_t value;
    MUST(eventfd_read(counter, &value));
    CHECK(value == 41, "it counts %ld", (long)value);
    MUST(eventfd_read(semaphore, &value));
    CHECK(value == 1, "the semaphore gives %ld", (long)value);
}

static void timerfds(void) {
    int timer = MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    struct itimerspec each = {.it_interval = {0, 50000000}, .it_value = {0, 50000000}};
    MUST(timerfd_settime(timer, 0, &each, NULL));
    int far = MUST(timerfd_create(CLOCK_REALTIME, 0));
    struct itimerspec late = {.it_value = {7200, 0}};
    MUST(timerfd_settime(far, 0, &late, NULL));
    await_go();
    uint64_t times;
    (void)!read(timer, &times, sizeof times);
    struct pollfd wait = {.fd = timer, .events = POLLIN};
    CHECK(poll(&wait, 1, 5000) == 1, "the timer is silent");
    struct itimerspec left;
    MUST(timerfd_gettime(far, &left));
    CHECK(left.it_value.tv_sec > 3600 && left.it_value.tv_sec <= 7200, "%ld s left",
          (long)left.it_value.tv_sec);
}

static void signalfds(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL));
    int fd = MUST(signalfd(-1, &set, SFD_NONBLOCK));
    MUST(kill(getpid(), SIGUSR1));
    await_go();
    struct signalfd_siginfo info;
    CHECK(read(fd, &info, sizeof info) == sizeof info, "no signal waits");
    CHECK(info.ssi_signo == SIGUSR1, "signal %d", (int)info.ssi_signo);
}

static void inotify(void) {
    char directory[] = "/tmp/krg-conform-XXXXXX";
    CHECK(mkdtemp(directory) != NULL, "no directory");
    int fd = MUST(inotify_init1(IN_NONBLOCK));
    MUST(inotify_add_watch(fd, directory, IN_CREATE));
    await_go();
    char path[128];
    snprintf(path, sizeof path, "%s/new", directory);
    close(MUST(open(path, O_CREAT | O_WRONLY, 0600)));
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    CHECK(poll(&wait, 1, 2000) == 1, "nobody saw the new file");
    unlink(path);
    rmdir(directory);
}

static void pidfd(void) {
    pid_t child = MUST(fork());
    if (child == 0) {
        while (1) {
            pause();
        }
    }
    int fd = MUST(syscall(SYS_pidfd_open, child, 0));
    await_go();
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    CHECK(poll(&wait, 1, 0) == 0, "the child has ended");
    MUST(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
    CHECK(poll(&wait, 1, 5000) == 1, "nobody saw the child end");
}

static void sleeping(void) {
    int ends[2];
    MUST(pipe(ends));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        _exit(read(ends[0], &byte, 1) == 1 && byte == 'w' ? 0 : 1);
    }
    usleep(100 * 1000);
    await_go();
    MUST(write(ends[1], "w", 1));
    int status = 0;
    for (int i = 0; i < 100; i++) {
        siginfo_t info = {0};
        if (waitid(P_PID, child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == child) {
            status = info.si_status;
            CHECK(info.si_code == CLD_EXITED && status == 0, "the sleeper ended with %d", status);
            return;
        }
        usleep(50 * 1000);
    }
    fail("the sleeper does not wake up");
}

const struct program EVENTS[] = {
    {"epoll", "epoll over a pipe and an eventfd", epoll},
    {"eventfd", "a counter and a semaphore", eventfds},
    {"timerfd", "timers as descriptors", timerfds},
    {"signalfd", "a pending signal as a descriptor", signalfds},
    {"inotify", "a watch on a directory", inotify},
    {"pidfd", "a descriptor of a child", pidfd},
    {"sleeping", "a child in a system call that waits", sleeping},
    {0},
};
