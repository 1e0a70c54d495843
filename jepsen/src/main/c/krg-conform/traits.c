// SPDX-License-Identifier: Apache-2.0
// What a process is besides its memory and its files: names, rights, priorities, duties.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *wait_for_ever(void *thread) {
    *(_Atomic pid_t *)thread = gettid();
    while (1) {
        pause();
    }
    return NULL;
}

static pid_t another_thread(void) {
    static _Atomic pid_t number;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_for_ever, (void *)&number) == 0, "no thread");
    while (number == 0) {
        usleep(1000);
    }
    return number;
}

static void expect_text(const char *path, const char *text) {
    char found[256] = {0};
    int fd = MUST(open(path, O_RDONLY));
    MUST(read(fd, found, sizeof found - 1));
    close(fd);
    CHECK(strcmp(found, text) == 0, "%s is \"%s\", not \"%s\"", path, found, text);
}

static void write_text(const char *path, const char *text) {
    int fd = MUST(open(path, O_WRONLY));
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
    close(fd);
}

static void names(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", another_thread());
    write_text(path, "other");
    MUST(prctl(PR_SET_NAME, "renamed"));
    await_go();
    char name[16];
    MUST(prctl(PR_GET_NAME, name));
    CHECK(strcmp(name, "renamed") == 0, "it is called %s", name);
    expect_text(path, "other\n");
}

static volatile sig_atomic_t told;

static void tell(int number) {
    (void)number;
    told = 1;
}

static _Noreturn void outlive(pid_t parent, int report) {
    signal(SIGUSR1, tell);
    MUST(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    MUST(write(report, "r", 1));
    while (getppid() == parent) {
        usleep(1000);
    }
    for (int i = 0; i < 1000 && !told; i++) {
        usleep(1000);
    }
    MUST(write(report, told ? "t" : "n", 1));
    _exit(0);
}

// A child's child that wants to hear of its parent's end, and comes to whoever takes orphans.
static void duties(void) {
    int report[2];
    char byte = 0;
    MUST(pipe(report));
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) {
            outlive(getppid(), report[1]);
        }
        pause();
    }
    MUST(read(report[0], &byte, 1));
    await_go();
    int reaper = 0;
    MUST(prctl(PR_GET_CHILD_SUBREAPER, &reaper));
    CHECK(reaper == 1, "it takes no orphans any more");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    MUST(read(report[0], &byte, 1));
    CHECK(byte == 't', "the child did not hear of its parent's end");
    CHECK(waitpid(-1, NULL, 0) > 0, "the orphan came to somebody else");
}

static void orphans(void) {
    int report[2];
    pid_t ids[2];
    MUST(pipe(report));
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t child = MUST(fork());
    if (child == 0) {
        setpgid(0, 0);
        pid_t orphan = fork();
        if (orphan == 0) {
            while (1) {
                pause();
            }
        }
        ids[0] = getpid();
        ids[1] = orphan;
        MUST(write(report[1], ids, sizeof ids));
        _exit(0);
    }
    CHECK(read(report[0], ids, sizeof ids) == sizeof ids, "no child");
    waitpid(child, NULL, 0);
    await_go();
    CHECK(getpgid(ids[1]) == ids[0], "the orphan is of group %d, not %d", getpgid(ids[1]), ids[0]);
    MUST(kill(-ids[0], SIGTERM));
    int status;
    CHECK(waitpid(ids[1], &status, 0) == ids[1], "the orphan is not ours");
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %x", status);
}

static void capabilities(struct __user_cap_data_struct *found) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    MUST(syscall(SYS_capget, &header, found));
}

static void rights(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct before[2], now[2];
    capabilities(before);
    before[0].effective &= ~(1u << CAP_CHOWN);
    before[0].permitted &= ~(1u << CAP_SYS_CHROOT);
    before[0].effective &= ~(1u << CAP_SYS_CHROOT);
    before[0].inheritable |= before[0].permitted & 1u << CAP_KILL;
    MUST(syscall(SYS_capset, &header, before));
    int bounded = prctl(PR_CAPBSET_DROP, CAP_SYS_PACCT) == 0;
    int ambient = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) == 0;
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_DUMPABLE, 0));
    await_go();
    capabilities(now);
    CHECK(memcmp(now, before, sizeof now) == 0, "capabilities %x of %x, not %x of %x",
          now[0].effective, now[0].permitted, before[0].effective, before[0].permitted);
    CHECK(!bounded || prctl(PR_CAPBSET_READ, CAP_SYS_PACCT) == 0, "a bound is gone");
    CHECK(!ambient || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) == 1,
          "an ambient capability is gone");
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "it may get new privileges");
    CHECK(prctl(PR_GET_DUMPABLE) == 0, "it is dumpable");
}

static void seccomp_filter(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof code / sizeof *code, .filter = code};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
    await_go();
    CHECK(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER, "it has no filter");
    CHECK(syscall(SYS_getpriority, PRIO_PROCESS, 0) == -1 && errno == 77, "the filter lets through");
}

static void scheduling(void) {
    pid_t thread = another_thread();
    MUST(setpriority(PRIO_PROCESS, 0, 3));
    MUST(setpriority(PRIO_PROCESS, (id_t)thread, 11));
    MUST(sched_setscheduler(thread, SCHED_IDLE, &(struct sched_param){0}));
    MUST(sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0}));
    await_go();
    CHECK(sched_getscheduler(0) == SCHED_BATCH, "policy %d", sched_getscheduler(0));
    CHECK(sched_getscheduler(thread) == SCHED_IDLE, "policy %d of the thread",
          sched_getscheduler(thread));
    CHECK(getpriority(PRIO_PROCESS, 0) == 3, "nice %d", getpriority(PRIO_PROCESS, 0));
    CHECK(getpriority(PRIO_PROCESS, (id_t)thread) == 11, "nice %d of the thread",
          getpriority(PRIO_PROCESS, (id_t)thread));
}

static void oom(void) {
    write_text("/proc/self/oom_score_adj", "456\n");
    await_go();
    expect_text("/proc/self/oom_score_adj", "456\n");
}

const struct program TRAITS[] = {
    {"names", "names of the program and a thread", names},
    {"duties", "a signal at the parent's end, orphans of its own", duties},
    {"orphans", "an orphan in a group whose leader has ended", orphans},
    {"rights", "capabilities, no new privileges, not dumpable", rights},
    {"seccomp", "a filter of system calls", seccomp_filter},
    {"scheduling", "policies and niceness of threads", scheduling},
    {"oom-score", "how soon it goes when memory is short", oom},
    {0},
};
