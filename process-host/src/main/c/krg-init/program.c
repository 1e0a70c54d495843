// SPDX-License-Identifier: Apache-2.0
#include "krg-init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// CRIU and its helpers need pids that no process of the program has. RESERVED_PIDS in the kernel's
// pid.c: numbers below are not given out again when the counter wraps.
#define LAST_RESERVED_PID 299

#define KERNEL_SIGSET_BYTES 8

#define LOOK_MILLIS 100 // as often as the watchdog looks at the lease

// Steps that fail because of what the user asked for.
#define EXECUTE "cannot execute"
#define ENTER_DIRECTORY "cannot enter the working directory"
#define SET_LIMIT "cannot set a resource limit"
#define LIMIT_ABOVE "a resource limit is above the hard one of the node's agent"

// What the child says when it does not get as far as the program.
struct failure {
    int error;
    char step[64];
};

static _Noreturn void give_up(int report, const char *step) {
    struct failure failure = {.error = errno};
    snprintf(failure.step, sizeof failure.step, "%s", step);
    if (write(report, &failure, sizeof failure) < 0) {
        complain("cannot report", step);
    }
    _exit(127);
}

void program_reserve_pids(void) {
    char last[32] = "0";
    int fd = open("/proc/sys/kernel/ns_last_pid", O_RDWR | O_CLOEXEC);
    if (fd < 0 || read(fd, last, sizeof last - 1) < 0
        || (atol(last) < LAST_RESERVED_PID && pwrite(fd, "299", 3, 0) != 3)) {
        complain("cannot write", "/proc/sys/kernel/ns_last_pid");
    }
    close(fd);
}

static void open_standard(int fd, const char *directory, const char *name, int flags, int report) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int opened = open(path, flags);
    if (opened < 0 || (opened != fd && (dup2(opened, fd) < 0 || close(opened) != 0))) {
        give_up(report, "cannot open standard streams");
    }
}

// Opened here, inside the cell's mounts: a descriptor from outside could not be dumped.
static void open_streams(const struct cell *cell, int report) {
    if (cell->spec.input == INPUT_TERMINAL) {
        // The first terminal that the leader of a session opens is the one that Ctrl-C comes from.
        int terminal = open(cell->terminal, O_RDWR);
        if (terminal < 0 || fchown(terminal, cell->spec.uid, (gid_t)-1) != 0
            || dup2(terminal, 0) < 0 || dup2(terminal, 1) < 0 || dup2(terminal, 2) < 0) {
            give_up(report, "cannot open the terminal");
        }
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        return;
    }
    if (cell->spec.input == INPUT_OPEN) {
        open_standard(0, cell->io, "in", O_RDONLY, report);
    } else {
        open_standard(0, "/dev", "null", O_RDONLY, report);
    }
    open_standard(1, cell->io, "out", O_WRONLY, report);
    open_standard(2, cell->io, "err", O_WRONLY, report);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

// What the agent itself may not have, nobody gets through it.
static bool above_own(const struct rlimit *own, rlim_t hard) {
    return own->rlim_max != RLIM_INFINITY && (hard == RLIM_INFINITY || hard > own->rlim_max);
}

static void set_limits(const struct list *limits, int report) {
    for (size_t i = 0; i < limits->count; i++) {
        int resource;
        long soft, hard;
        if (sscanf(limits->items[i], "%d %ld %ld", &resource, &soft, &hard) != 3) {
            errno = EINVAL;
            give_up(report, SET_LIMIT);
        }
        // RLIM_INFINITY is -1 as an unsigned number.
        struct rlimit value = {.rlim_cur = (rlim_t)soft, .rlim_max = (rlim_t)hard};
        struct rlimit own;
        if (getrlimit((unsigned)resource, &own) != 0) {
            give_up(report, "cannot read a resource limit");
        }
        if (above_own(&own, value.rlim_max)) {
            errno = EPERM;
            give_up(report, LIMIT_ABOVE);
        }
        if (setrlimit((unsigned)resource, &value) != 0) {
            give_up(report, SET_LIMIT);
        }
    }
}

// Nothing the program executes ever has a capability, whatever its uid: exec gives root what is in
// the bounding set, which is empty, and no set-uid program takes effect.
static void drop_privileges(const struct spec *spec, int report) {
    if (geteuid() == 0) {
        gid_t *groups = calloc(spec->groups.count + 1, sizeof *groups);
        for (size_t i = 0; i < spec->groups.count; i++) {
            groups[i] = (gid_t)spec_number(spec->groups.items[i], 10);
        }
        for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
            if (prctl(PR_CAPBSET_DROP, capability) != 0) {
                give_up(report, "cannot drop capabilities");
            }
        }
        if (setgroups(spec->groups.count, groups) != 0
            || setresgid(spec->gid, spec->gid, spec->gid) != 0
            || setresuid(spec->uid, spec->uid, spec->uid) != 0) {
            give_up(report, "cannot become the user");
        }
    }
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    if (syscall(SYS_capset, &header, none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        give_up(report, "cannot drop capabilities");
    }
}

static _Noreturn void become_program(struct cell *cell, int report) {
    struct spec *spec = &cell->spec;
    // A session of its own: CRIU dumps only trees whose root leads one.
    if (setsid() < 0) {
        give_up(report, "cannot start a session");
    }
    for (size_t i = 0; i < spec->app_groups.count; i++) {
        if (write(cell->app_procs[i], "0", 1) != 1) {
            give_up(report, "cannot enter the cgroup");
        }
    }
    open_streams(cell, report);
    set_limits(&spec->limits, report);
    drop_privileges(spec, report);
    // After the change of user, which clears it.
    if (!spec->full && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        give_up(report, "cannot follow krg-init");
    }
    umask(spec->umask);
    if (chdir(spec->cwd) != 0) {
        give_up(report, ENTER_DIRECTORY);
    }
    // What the agent ignores stays ignored over exec. The call itself, because libc keeps two signals
    // for its own threads and refuses to touch them.
    static const unsigned long default_action[8];
    for (int number = 1; number < NSIG; number++) {
        syscall(SYS_rt_sigaction, number, default_action, NULL, KERNEL_SIGSET_BYTES);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    environ = spec->environment.items;
    execvp(spec->arguments.items[0], spec->arguments.items);
    give_up(report, EXECUTE);
}

static bool is_step(const struct failure *failure, const char *step) {
    return strcmp(failure->step, step) == 0;
}

// Says nothing about the program: it can be otherwise in a moment, or on another node.
static bool is_passing(const struct failure *failure) {
    switch (failure->error) {
        case EAGAIN:
        case EINTR:
        case EIO:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case ESTALE:
        case ETIMEDOUT:
        case ETXTBSY:
            return true;
        default:
            return !is_step(failure, EXECUTE) && !is_step(failure, ENTER_DIRECTORY)
                   && !is_step(failure, SET_LIMIT) && !is_step(failure, LIMIT_ABOVE);
    }
}

// As a shell has it: 127 not found, 126 not executable; 125 when the fault is the node's.
static int code_of(const struct failure *failure) {
    if (is_passing(failure)) {
        return 125;
    }
    bool is_missing = failure->error == ENOENT || failure->error == ENOTDIR;
    return is_missing && is_step(failure, EXECUTE) ? 127 : 126;
}

static void note_failure(const struct spec *spec, struct program *program,
                         const struct failure *failure) {
    program->phase = PHASE_NOT_STARTED;
    program->failure_code = code_of(failure);
    snprintf(program->failure, sizeof program->failure, "%s %s: %s", failure->step,
             is_step(failure, ENTER_DIRECTORY) ? spec->cwd : spec->arguments.items[0],
             strerror(failure->error));
    // What a user chose stands in one line of the exit file.
    for (char *each = program->failure; *each != '\0'; each++) {
        if ((unsigned char)*each < ' ' || *each == 0x7f) {
            *each = '?';
        }
    }
}

static void need_environment(struct spec *spec) {
    if (spec->environment.items == NULL) {
        spec->environment.items = calloc(1, sizeof(char *));
    }
}

void program_start(struct cell *cell, struct program *program) {
    struct spec *spec = &cell->spec;
    need_environment(spec);
    if (spec->full) {
        program_reserve_pids();
    } else {
        // By this the agent finds the processes of a plain cell whose krg-init was killed.
        char *mark = malloc(strlen(cell->directory) + 16);
        sprintf(mark, "KRG_CELL=%s", cell->directory);
        list_add(&spec->environment, mark);
    }
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) {
        die("cannot make", "a pipe");
    }
    program->pid = fork();
    if (program->pid < 0) {
        die("cannot fork", spec->arguments.items[0]);
    }
    if (program->pid == 0) {
        become_program(cell, report[1]);
    }
    close(report[1]);
    program->report = report[0];
    program->phase = PHASE_RUNNING;
    // A file system that does not answer can hold it up on its way for longer than any lease.
    struct pollfd said = {.fd = program->report, .events = POLLIN};
    while (poll(&said, 1, LOOK_MILLIS) == 0 && !watchdog_has_lapsed()) {
    }
    if (said.revents != 0) {
        program_take_report(cell, program);
    }
    if (!spec->full && watchdog_has_lapsed()) {
        kill(program->pid, SIGKILL); // the watchdog may have looked before it was born
    }
}

// Into the cgroups by its parent, since it stands still in them at once, wherever it is.
static bool enter_groups(const struct cell *cell, pid_t pid) {
    char text[32];
    int length = snprintf(text, sizeof text, "%d", pid);
    for (size_t i = 0; i < cell->spec.app_groups.count; i++) {
        if (write(cell->app_procs[i], text, (size_t)length) != length) {
            return false;
        }
    }
    return true;
}

bool program_begin(struct cell *cell, struct program *program) {
    int report[2], gate[2];
    char none;
    if (program->phase != PHASE_RESTORING || program->report >= 0 || !cell->spec.full) {
        errno = EALREADY;
        return false;
    }
    need_environment(&cell->spec);
    program_reserve_pids();
    if (pipe2(report, O_CLOEXEC) != 0 || pipe2(gate, O_CLOEXEC) != 0) {
        die("cannot make", "a pipe");
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        // The end comes when it is in its cgroups; without a parent it is killed with the namespace.
        if (read(gate[0], &none, 1) != 0) {
            _exit(127);
        }
        become_program(cell, report[1]);
    }
    bool good = pid > 0 && enter_groups(cell, pid);
    int error = errno;
    if (pid > 0 && !good) {
        kill(pid, SIGKILL);
    }
    close(gate[0]);
    close(gate[1]);
    close(report[1]);
    if (good) {
        program->pid = pid;
        program->report = report[0];
    } else {
        close(report[0]);
    }
    errno = error;
    return good;
}

void program_take_report(struct cell *cell, struct program *program) {
    struct failure failure;
    if (program->report >= 0) {
        if (read(program->report, &failure, sizeof failure) == sizeof failure) {
            note_failure(&cell->spec, program, &failure);
        }
        close(program->report);
        program->report = -1;
    }
}

// ---------------------------------------------------------------- signals to all

static void signal_group(int procs, int number) {
    char text[4096];
    off_t from = 0;
    ssize_t length;
    pid_t pid = 0;
    // By position: the watchdog's thread may read the same list. The kernel counts as our namespace does.
    while ((length = pread(procs, text, sizeof text, from)) > 0) {
        from += length;
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] != '\n') {
                pid = pid * 10 + (text[i] - '0');
                continue;
            }
            if (pid > 1) {
                kill(pid, number);
            }
            pid = 0;
        }
    }
}

// Depth first, a parent before its children: what is born meanwhile becomes ours and is met by the
// next call.
static void signal_children(pid_t parent, int number) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", parent);
    DIR *threads = opendir(path);
    if (threads == NULL) {
        return;
    }
    for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
        char children[sizeof path + sizeof thread->d_name + 16];
        snprintf(children, sizeof children, "%s/%s/children", path, thread->d_name);
        FILE *list = thread->d_name[0] == '.' ? NULL : fopen(children, "re");
        int child;
        while (list != NULL && fscanf(list, "%d", &child) == 1) {
            kill(child, number);
            signal_children(child, number);
        }
        if (list != NULL) {
            fclose(list);
        }
    }
    closedir(threads);
}

void program_signal_all(struct cell *cell, int number) {
    if (cell->spec.full) {
        signal_group(cell->app_procs[0], number);
    } else {
        signal_children(getpid(), number);
    }
}
