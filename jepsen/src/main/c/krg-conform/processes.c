// SPDX-License-Identifier: Apache-2.0
// Threads, trees, sessions, groups, signals, timers, limits.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 200 };

static atomic_long counters[THREADS];
static __thread long own;

static void *count(void *argument) {
    long number = (long)argument;
    own = number * 7;
    while (1) {
        if (own != number * 7) {
            fail("thread %ld lost its own variable", number);
        }
        atomic_fetch_add(&counters[number], 1);
        usleep(50 * 1000);
    }
    return NULL;
}

static void threads(void) {
    for (long i = 0; i < THREADS; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, count, (void *)i) == 0, "no thread %ld", i);
    }
    await_go();
    long before[THREADS];
    for (int i = 0; i < THREADS; i++) {
        before[i] = atomic_load(&counters[i]);
    }
    sleep(2);
    for (int i = 0; i < THREADS; i++) {
        CHECK(atomic_load(&counters[i]) > before[i], "thread %d stands still", i);
    }
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int waiting, woken;

static void *wait_for_condition(void *argument) {
    (void)argument;
    pthread_mutex_lock(&lock);
    waiting++;
    pthread_cond_wait(&condition, &lock);
    woken++;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void futexes(void) {
    pthread_t all[8];
    for (int i = 0; i < 8; i++) {
        CHECK(pthread_create(&all[i], NULL, wait_for_condition, NULL) == 0, "no thread");
    }
    while (1) {
        pthread_mutex_lock(&lock);
        int now = waiting;
        pthread_mutex_unlock(&lock);
        if (now == 8) {
            break;
        }
        usleep(1000);
    }
    await_go();
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 8; i++) {
        pthread_join(all[i], NULL);
    }
    CHECK(woken == 8, "%d of 8 threads woke up", woken);
}

static void tree(void) {
    pid_t self = getpid();
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) {
            while (1) {
                pause();
            }
        }
        while (1) {
            pause();
        }
    }
    await_go();
    CHECK(getpid() == self, "pid %d became %d", self, getpid());
    CHECK(kill(child, 0) == 0, "child %d is gone", child);
    MUST(kill(child, SIGTERM));
    int status;
    CHECK(waitpid(child, &status, 0) == child, "child %d is not ours", child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %x", status);
}

static void sessions(void) {
    int report[2];
    MUST(pipe(report));
    pid_t leader = MUST(fork());
    if (leader == 0) {
        setsid();
        pid_t member = fork();
        if (member == 0) {
            setpgid(0, 0);
            char ok = 1;
            if (write(report[1], &ok, 1) != 1) {
                _exit(1);
            }
            while (1) {
                pause();
            }
        }
        pid_t ids[2] = {getpid(), member};
        if (write(report[1], ids, sizeof ids) != sizeof ids) {
            _exit(1);
        }
        while (1) {
            pause();
        }
    }
    char all[1 + 2 * sizeof(pid_t)];
    for (size_t got = 0; got < sizeof all;) {
        got += MUST(read(report[0], all + got, sizeof all - got));
    }
    pid_t ids[2];
    // The byte comes first or last.
    memcpy(ids, all[0] == 1 && memcmp(all + 1, &leader, sizeof leader) == 0 ? all + 1 : all,
           sizeof ids);
    await_go();
    CHECK(getsid(leader) == leader, "session of the leader is %d", getsid(leader));
    CHECK(getsid(ids[1]) == leader, "session of the member is %d", getsid(ids[1]));
    CHECK(getpgid(ids[1]) == ids[1], "group of the member is %d", getpgid(ids[1]));
    kill(ids[1], SIGKILL);
    kill(leader, SIGKILL);
}

static void zombie(void) {
    pid_t child = MUST(fork());
    if (child == 0) {
        _exit(42);
    }
    siginfo_t info;
    MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
    await_go();
    int status;
    CHECK(waitpid(child, &status, 0) == child, "the zombie is gone");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42, "status %x", status);
}

static volatile sig_atomic_t seen;
static volatile int seen_value;

static void see(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    seen++;
    seen_value += info->si_value.sival_int;
}

static void pending_signals(void) {
    struct sigaction action = {.sa_sigaction = see, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGUSR1, &action, NULL));
    MUST(sigaction(SIGRTMIN + 3, &action, NULL));
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGRTMIN + 3);
    MUST(sigprocmask(SIG_BLOCK, &blocked, NULL));
    MUST(kill(getpid(), SIGUSR1));
    for (int i = 1; i <= 3; i++) {
        MUST(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = i}));
    }
    await_go();
    CHECK(seen == 0, "%d signals came through the mask", (int)seen);
    MUST(sigprocmask(SIG_UNBLOCK, &blocked, NULL));
    CHECK(seen == 4, "%d of 4 signals came", (int)seen);
    CHECK(seen_value == 6, "their values add up to %d", seen_value);
}

static void handlers(void) {
    static char alternate[65536];
    MUST(sigaltstack(&(stack_t){.ss_sp = alternate, .ss_size = sizeof alternate}, NULL));
    struct sigaction action = {.sa_sigaction = see, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    MUST(sigaction(SIGUSR2, &action, NULL));
    MUST(signal(SIGHUP, SIG_IGN) == SIG_ERR ? -1 : 0);
    await_go();
    stack_t stack;
    MUST(sigaltstack(NULL, &stack));
    CHECK(stack.ss_sp == alternate && stack.ss_size == sizeof alternate, "another signal stack");
    MUST(kill(getpid(), SIGHUP));
    MUST(kill(getpid(), SIGUSR2));
    CHECK(seen == 1, "the handler ran %d times", (int)seen);
}

static void timers(void) {
    struct sigaction action = {.sa_sigaction = see, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGRTMIN + 1, &action, NULL));
    MUST(sigaction(SIGALRM, &action, NULL));
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec soon = {.it_value = {3600, 0}, .it_interval = {7, 0}};
    MUST(timer_settime(timer, 0, &soon, NULL));
    struct itimerval alarm = {.it_interval = {0, 100000}, .it_value = {0, 100000}};
    MUST(setitimer(ITIMER_REAL, &alarm, NULL));
    await_go();
    struct itimerspec left;
    MUST(timer_gettime(timer, &left));
    CHECK(left.it_interval.tv_sec == 7, "interval of %ld s", (long)left.it_interval.tv_sec);
    CHECK(left.it_value.tv_sec > 3000 && left.it_value.tv_sec <= 3600, "%ld s left",
          (long)left.it_value.tv_sec);
    int before = seen;
    for (int i = 0; i < 100 && seen < before + 3; i++) {
        usleep(50 * 1000);
    }
    CHECK(seen >= before + 3, "the alarm rings no more");
}

static void clocks(void) {
    struct timespec before, after;
    MUST(clock_gettime(CLOCK_MONOTONIC, &before));
    await_go();
    MUST(clock_gettime(CLOCK_MONOTONIC, &after));
    long passed = after.tv_sec - before.tv_sec;
    CHECK(passed >= 0 && passed < 3600, "monotonic time went on by %ld s", passed);
}

static void limits(void) {
    struct rlimit files = {.rlim_cur = 123, .rlim_max = 456};
    MUST(setrlimit(RLIMIT_NOFILE, &files));
    struct rlimit core = {.rlim_cur = 0, .rlim_max = 0};
    MUST(setrlimit(RLIMIT_CORE, &core));
    MUST(setpriority(PRIO_PROCESS, 0, 7));
    await_go();
    struct rlimit now;
    MUST(getrlimit(RLIMIT_NOFILE, &now));
    CHECK(now.rlim_cur == 123 && now.rlim_max == 456, "%ld of %ld files", (long)now.rlim_cur,
          (long)now.rlim_max);
    MUST(getrlimit(RLIMIT_CORE, &now));
    CHECK(now.rlim_max == 0, "core files of %ld bytes", (long)now.rlim_max);
    errno = 0;
    CHECK(getpriority(PRIO_PROCESS, 0) == 7, "nice %d", getpriority(PRIO_PROCESS, 0));
}

static _Atomic pid_t pinned_thread;

static void *stay_pinned(void *cpus) {
    CHECK(sched_setaffinity(0, sizeof(cpu_set_t), cpus) == 0, "a thread is not pinned");
    atomic_store(&pinned_thread, gettid());
    while (1) {
        pause();
    }
}

static void check_cpus(const char *who, pid_t thread, const cpu_set_t *expected) {
    cpu_set_t now;
    MUST(sched_getaffinity(thread, sizeof now, &now));
    CHECK(CPU_EQUAL(&now, expected), "%s may run on %d processors, and not on its %d", who,
          CPU_COUNT(&now), CPU_COUNT(expected));
}

static void affinity(void) {
    static cpu_set_t all, first, last;
    MUST(sched_getaffinity(0, sizeof all, &all));
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &all)) {
            if (CPU_COUNT(&first) == 0) {
                CPU_SET(cpu, &first);
            }
            CPU_ZERO(&last);
            CPU_SET(cpu, &last);
        }
    }
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, stay_pinned, &first) == 0, "no thread");
    pid_t child = MUST(fork());
    if (child == 0) {
        while (1) {
            pause();
        }
    }
    MUST(sched_setaffinity(child, sizeof last, &last));
    while (atomic_load(&pinned_thread) == 0) {
        usleep(1000);
    }
    await_go();
    check_cpus("the program", 0, &all);
    check_cpus("the thread", pinned_thread, &first);
    check_cpus("the child", child, &last);
}

static void floats(void) {
    volatile double sum = 0;
    for (int i = 1; i <= 1000; i++) {
        sum += 1.0 / i;
    }
    double expected = sum;
    await_go();
    double again = 0;
    for (int i = 1; i <= 1000; i++) {
        again += 1.0 / i;
    }
    CHECK(expected == sum && again == expected, "%.17g is not %.17g", again, expected);
}

const struct program PROCESSES[] = {
    {"threads", "two hundred threads, each with a variable of its own", threads},
    {"futexes", "threads that wait for a condition", futexes},
    {"tree", "a child and a grandchild that sleep", tree},
    {"sessions", "a session and a group of their own", sessions},
    {"zombie", "a child that has ended and was not waited for", zombie},
    {"pending-signals", "signals that are blocked and wait, with values", pending_signals},
    {"handlers", "handlers on a stack of their own", handlers},
    {"timers", "a posix timer and an alarm that repeats", timers},
    {"clocks", "monotonic time", clocks},
    {"limits", "limits on files and cores, niceness", limits},
    {"affinity", "a thread and a child that are pinned to processors", affinity},
    {"floats", "floating point", floats},
    {0},
};
