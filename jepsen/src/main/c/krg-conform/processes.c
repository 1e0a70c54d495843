// SPDX-License-Identifier: Apache-2.0
// Threads, trees, sessions, groups, signals, timers, limits.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
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

static double seconds(struct timespec time) {
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void clocks(void) {
    static const clockid_t ALL[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME};
    struct timespec before[3], after, asked;
    for (int i = 0; i < 3; i++) {
        MUST(clock_gettime(ALL[i], &before[i]));
    }
    await_go();
    for (int i = 0; i < 3; i++) {
        // By memory that the kernel maps, and by a system call.
        MUST(clock_gettime(ALL[i], &after));
        MUST(syscall(SYS_clock_gettime, ALL[i], &asked));
        double passed = seconds(after) - seconds(before[i]);
        double apart = seconds(asked) - seconds(after);
        CHECK(passed >= 0 && passed < 3600, "clock %d went on by %g s", ALL[i], passed);
        CHECK(apart >= 0 && apart < 1, "clock %d: the kernel says %g s later", ALL[i], apart);
    }
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

// A child that holds a lock ends: who waits for it hears that.
static void robust_lock(void) {
    struct {
        pthread_mutex_t lock;
        _Atomic int held;
    } *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED, "no memory");
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->lock, &kind);
    pid_t child = MUST(fork());
    if (child == 0) {
        pthread_mutex_lock(&shared->lock);
        shared->held = 1;
        while (1) {
            pause();
        }
    }
    while (!shared->held) {
        usleep(1000);
    }
    await_go();
    CHECK(pthread_mutex_trylock(&shared->lock) == EBUSY, "the lock is free");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int found = pthread_mutex_trylock(&shared->lock);
    CHECK(found == EOWNERDEAD, "the lock says %s", strerror(found));
}

static const struct rseq *own_rseq(void) {
    return (const struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static void *watch_rseq(void *wrong) {
    for (int i = 0; i < 20; i++) {
        usleep(50 * 1000);
        unsigned before = own_rseq()->cpu_id, now = (unsigned)sched_getcpu();
        unsigned after = own_rseq()->cpu_id;
        if (before == after && now != before) {
            atomic_fetch_add((atomic_long *)wrong, 1);
        }
    }
    return NULL;
}

// Registered memory in which the kernel writes on which processor a thread is.
static void rseq(void) {
    static atomic_long wrong;
    if (__rseq_size == 0) {
        await_go();
        return;
    }
    await_go();
    CHECK(syscall(SYS_rseq, NULL, 0, 0, 0) == -1 && errno != ENOSYS, "the kernel has none");
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, watch_rseq, &wrong) == 0, "no thread");
    watch_rseq(&wrong);
    pthread_join(thread, NULL);
    CHECK(wrong == 0, "it is told another processor");
    MUST(syscall(SYS_rseq, own_rseq(), sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
}

static _Atomic pid_t timed_thread;
static _Atomic int rung, rung_elsewhere;

static void ring(int number) {
    (void)number;
    if (gettid() == timed_thread) {
        rung++;
    } else {
        rung_elsewhere++;
    }
}

static void *be_timed(void *argument) {
    (void)argument;
    timed_thread = gettid();
    while (1) {
        pause();
    }
    return NULL;
}

static void thread_timer(void) {
    signal(SIGUSR2, ring);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, be_timed, NULL) == 0, "no thread");
    while (timed_thread == 0) {
        usleep(1000);
    }
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR2};
    event._sigev_un._tid = timed_thread;
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec each = {.it_value = {0, 50000000}, .it_interval = {0, 50000000}};
    MUST(timer_settime(timer, 0, &each, NULL));
    await_go();
    int before = rung;
    for (int i = 0; i < 100 && rung < before + 3; i++) {
        usleep(50 * 1000);
    }
    CHECK(rung >= before + 3, "the timer rings no more");
    CHECK(rung_elsewhere == 0, "it rings in another thread");
}

static void stopped(void) {
    pid_t child = MUST(fork());
    if (child == 0) {
        while (1) {
            pause();
        }
    }
    int status;
    MUST(kill(child, SIGSTOP));
    CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "it does not stop");
    await_go();
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    FILE *stat = fopen(path, "r");
    CHECK(stat != NULL && fscanf(stat, "%*d (%*[^)]) %c", &state) == 1, "the child is gone");
    fclose(stat);
    CHECK(state == 'T', "the child does not stand still but is %c", state);
    MUST(kill(child, SIGCONT));
    siginfo_t info;
    MUST(waitid(P_PID, child, &info, WCONTINUED));
    CHECK(info.si_code == CLD_CONTINUED, "it does not go on");
    MUST(kill(child, SIGTERM));
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "status %x", status);
}

static void traced(void) {
    pid_t child = MUST(fork());
    if (child == 0) {
        while (1) {
            pause();
        }
    }
    MUST(ptrace(PTRACE_SEIZE, child, 0, 0));
    await_go();
    MUST(ptrace(PTRACE_INTERRUPT, child, 0, 0));
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status), "it is not traced any more");
    MUST(kill(child, SIGKILL));
}

static void vfork_child(void) {
    pid_t child = vfork();
    if (child == 0) {
        await_go();
        _exit(7);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child, "the child is not ours");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7, "status %x", status);
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
    {"thread-timer", "a timer that rings in one thread", thread_timer},
    {"clocks", "clocks, asked without and with a system call", clocks},
    {"robust-lock", "a lock whose holder ends", robust_lock},
    {"rseq", "restartable sequences of threads", rseq},
    {"stopped", "a child that was stopped", stopped},
    {"vfork", "a child of vfork that has not executed anything", vfork_child},
    {"traced", "a child that is traced", traced},
    {"limits", "limits on files and cores, niceness", limits},
    {"affinity", "a thread and a child that are pinned to processors", affinity},
    {"floats", "floating point", floats},
    {0},
};
