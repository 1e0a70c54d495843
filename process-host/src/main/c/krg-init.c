// SPDX-License-Identifier: Apache-2.0
//
// krg-init DIR      brings up the cell whose directory is DIR (see krg-init/krg-init.h for DIR/spec),
//                   returns 0 when it stands: the program runs, or DIR/exit says why not
// krg-init --sweep  removes /run/krg if no cell uses it
//
// Three processes, of which the last stays:
//   launcher  child of the agent; waits for a sign from the last one, then ends
//   detached  a session of its own, in the cell's `init` cgroup; makes the namespaces, then ends
//   init      PID 1 of the namespaces; has nothing left of the agent, which may die at any time
//
// A plain cell has no namespaces and no cgroups: its init is a subreaper, so that whatever the
// program starts stays a descendant of it.
#include "krg-init/krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_DIRECTORY "/run/krg"
#define RUN_MODE 0711
#define RUN_CELL RUN_DIRECTORY "/cell"

// Where CRIU looks for what it once found out about the kernel, which takes it longer than to restore
// a small program. It keeps that itself only on a tmpfs. Outside of cells the link leads nowhere.
#define CRIU_KDAT "/run/criu.kdat"
#define CELL_KDAT "krg/cell/criu.kdat"

void complain(const char *what, const char *which) {
    int error = errno;
    fprintf(stderr, "krg-init: %s %s: %s\n", what, which, strerror(error));
    errno = error;
}

_Noreturn void die(const char *what, const char *which) {
    complain(what, which);
    _exit(1);
}

bool write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t written = write(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return written == (ssize_t)strlen(text);
}

// ---------------------------------------------------------------- /run/krg

// Every cell of the machine mounts its FIFOs on the same directory, each in its own mount namespace.
// Removing a directory silently unmounts what other namespaces have there: whoever uses it holds a
// shared lock, and only the holder of an exclusive one removes it. Others may pass through it and
// not open it, or any user could hold a lock that no cell gets past.
static int run_directory_acquire(void) {
    for (;;) {
        mkdir(RUN_DIRECTORY, RUN_MODE);
        errno = 0;
        int lock = open(RUN_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat locked, named;
        if (lock >= 0 && fchmod(lock, RUN_MODE) == 0 && flock(lock, LOCK_SH) == 0
            && fstat(lock, &locked) == 0 && stat(RUN_DIRECTORY, &named) == 0
            && locked.st_ino == named.st_ino
            && (mkdir(RUN_CELL, 0755) == 0 || errno == EEXIST)) {
            return lock;
        }
        // Removed between two of these steps: once more.
        if (errno != ENOENT && errno != 0) {
            die("cannot use", RUN_DIRECTORY);
        }
        if (lock >= 0) {
            close(lock);
        }
    }
}

static void unlink_kdat(void) {
    char target[sizeof CELL_KDAT + 1];
    ssize_t length = readlink(CRIU_KDAT, target, sizeof target);
    if (length == (ssize_t)strlen(CELL_KDAT) && memcmp(target, CELL_KDAT, (size_t)length) == 0) {
        unlink(CRIU_KDAT);
    }
}

void run_directory_release(int lock) {
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        unlink_kdat();
        rmdir(RUN_CELL);
        rmdir(RUN_DIRECTORY);
    }
    close(lock);
}

static int sweep(void) {
    int lock = open(RUN_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock >= 0) {
        run_directory_release(lock);
    }
    return 0;
}

// ---------------------------------------------------------------- init

static void read_line(const char *path, char *line, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, line, size - 1);
    if (length <= 0) {
        die("cannot read", path);
    }
    line[length] = '\0';
    close(fd);
}

// Leaves in ./pid by what the agent finds us again: our pid as the agent counts, and what no later
// holder of that number shares. /proc is still the agent's, which is why it knows.
static void write_identity(void) {
    char pid[32] = "", stat[1024], boot[64];
    if (readlink("/proc/self", pid, sizeof pid - 1) < 0) {
        die("cannot read", "/proc/self");
    }
    read_line("/proc/self/stat", stat, sizeof stat);
    read_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    unsigned long long started;
    // The name in parentheses may contain anything; field 22 is the 20th after it.
    const char *fields = strrchr(stat, ')');
    if (fields == NULL
        || sscanf(fields + 2,
                  "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &started) != 1) {
        die("cannot understand", "/proc/self/stat");
    }
    FILE *file = fopen("pid.new", "we");
    if (file == NULL || fprintf(file, "%s %llu %s", pid, started, boot) < 0 || fclose(file) != 0
        || rename("pid.new", "pid") != 0) {
        die("cannot write", "pid");
    }
}

// By a name of its own below the cell's directory, which the user may enter, while the agent's may be
// root's alone. Without an agent's socket yet the agent makes the name when it has one.
static void link_pages(const char *socket) {
    if (socket != NULL && link(socket, "io/pages.sock") != 0 && errno != ENOENT) {
        complain("cannot link", socket);
    }
}

// Where krg is installed may be root's alone: a library that cannot be read is left out by the
// dynamic linker, and the program would share nothing.
static void copy_to_io(const char *path, mode_t mode) {
    char target[4096];
    struct stat about;
    const char *name = strrchr(path, '/');
    snprintf(target, sizeof target, "io%s", name == NULL ? "/" : name);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (from < 0 || to < 0 || fstat(from, &about) != 0) {
        die("cannot copy", path);
    }
    for (off_t left = about.st_size; left > 0;) {
        ssize_t copied = sendfile(to, from, NULL, (size_t)left);
        if (copied <= 0) {
            die("cannot copy", path);
        }
        left -= copied;
    }
    close(from);
    close(to);
}

// By this a program knows which incarnation of it runs: its environment stays that of the first.
static void write_epoch(const char *epoch) {
    int fd = open("io/epoch", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, epoch, strlen(epoch)) < 0) {
        die("cannot write", "io/epoch");
    }
    close(fd);
}

// What the program saves of itself: it is the program's own.
static void make_state(const struct spec *spec) {
    if (mkdir("io/state", 0700) != 0
        || (geteuid() == 0 && chown("io/state", spec->uid, spec->gid) != 0)) {
        die("cannot make", "io/state");
    }
}

static void isolate_mounts(struct cell *cell) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        die("cannot make private", "/");
    }
    cell->run_lock = run_directory_acquire();
    if (mount("io", RUN_CELL, NULL, MS_BIND, NULL) != 0) {
        die("cannot bind io to", RUN_CELL);
    }
    if (cell->spec.kdat != NULL && symlink(CELL_KDAT, CRIU_KDAT) != 0 && errno != EEXIST) {
        complain("cannot link", CRIU_KDAT);
    }
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
        die("cannot mount", "/proc");
    }
    if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0) {
        die("cannot mount", "/dev/shm");
    }
    cell->io = RUN_CELL;
}

// The program sees no terminal of the machine, and nobody on the machine its; and those that it makes
// are free to have the same numbers on another machine.
static void own_terminals(void) {
    if (access("/dev/pts", F_OK) != 0 || access("/dev/ptmx", F_OK) != 0) {
        return;
    }
    if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=0620") != 0
        || mount("/dev/pts/ptmx", "/dev/ptmx", NULL, MS_BIND, NULL) != 0) {
        die("cannot mount", "/dev/pts");
    }
}

static int listen_for_agent(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "ctl"};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0
        || chmod("ctl", 0600) != 0 || listen(listener, 64) != 0) {
        die("cannot listen on", "ctl");
    }
    return listener;
}

// From now on every signal waits until it is read, in PID 1 also those it would be immune to.
static int collect_signals(void) {
    sigset_t all;
    sigfillset(&all);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &all, NULL) != 0) {
        die("cannot block", "signals");
    }
    int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        die("cannot collect", "signals");
    }
    return signals;
}

// Descriptors opened now go on working inside the namespaces, and when the paths are gone.
static void open_app_groups(struct cell *cell) {
    cell->app_procs = calloc(cell->spec.app_groups.count + 1, sizeof *cell->app_procs);
    for (size_t i = 0; i < cell->spec.app_groups.count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/cgroup.procs", cell->spec.app_groups.items[i]);
        cell->app_procs[i] = open(path, O_RDWR | O_CLOEXEC);
        if (cell->app_procs[i] < 0) {
            die("cannot open", path);
        }
    }
}

static _Noreturn void be_init(struct cell *cell, int ready) {
    int signals = collect_signals();
    write_identity();
    open_app_groups(cell);
    struct streams *streams = streams_open(&cell->spec);
    if (cell->spec.epoch != NULL) {
        write_epoch(cell->spec.epoch);
    }
    if (cell->spec.state) {
        make_state(&cell->spec);
    }
    int listener = listen_for_agent();
    if (cell->spec.full) {
        link_pages(cell->spec.pages);
        for (size_t i = 0; i < cell->spec.libraries.count; i++) {
            copy_to_io(cell->spec.libraries.items[i], 0755);
        }
        if (cell->spec.kdat != NULL) {
            copy_to_io(cell->spec.kdat, 0644);
        }
        isolate_mounts(cell);
        own_terminals();
    } else if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        die("cannot become", "a subreaper");
    }
    if (cell->spec.input == INPUT_TERMINAL) {
        streams_open_terminal(streams, cell);
    }
    watchdog_prepare(cell);
    if (!watchdog_admits(cell) && !cell->spec.restore) {
        errno = ETIME;
        die("the lease is over of", "the node");
    }
    if (cell->spec.exclusive) {
        watchdog_start(cell);
    }
    struct program program = {.phase = PHASE_RESTORING, .report = -1};
    if (!cell->spec.restore) {
        program_start(cell, &program);
    }
    if (write(ready, "+", 1) != 1) {
        complain("cannot tell", "the launcher");
    }
    close(ready);
    serve(cell, &program, streams, listener, signals);
    if (cell->run_lock >= 0) {
        umount2(RUN_CELL, MNT_DETACH);
        run_directory_release(cell->run_lock);
    }
    _exit(0);
}

// ---------------------------------------------------------------- launcher and detached

static _Noreturn void detach(struct cell *cell, int ready) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = open("init.log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (setsid() < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0) {
        die("cannot detach from", "the agent");
    }
    // Whoever holds the agent's session keyring may use its keys, whatever its uid (keyrings(7)). Where
    // it is refused, programs cannot ask for keys either.
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    for (size_t i = 0; i < cell->spec.init_groups.count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/cgroup.procs", cell->spec.init_groups.items[i]);
        if (!write_text(path, "0")) {
            die("cannot enter", path);
        }
    }
    if (cell->spec.full
        && unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        die("cannot make", "namespaces");
    }
    pid_t init = fork();
    if (init < 0) {
        die("cannot fork", "init");
    }
    if (init == 0) {
        be_init(cell, ready);
    }
    _exit(0);
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--sweep") == 0) {
        return sweep();
    }
    struct cell cell = {.run_lock = -1};
    char io[4096];
    if (count != 2 || arguments[1][0] != '/') {
        fprintf(stderr, "usage: krg-init DIR | krg-init --sweep    (DIR is an absolute path)\n");
        return 2;
    }
    cell.directory = arguments[1];
    close_range(3, ~0U, 0);
    umask(022);
    if (chdir(cell.directory) != 0) {
        die("cannot enter", cell.directory);
    }
    spec_read(&cell.spec);
    snprintf(io, sizeof io, "%s/io", cell.directory);
    cell.io = io;

    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) {
        die("cannot make", "a pipe");
    }
    pid_t detached = fork();
    if (detached < 0) {
        die("cannot fork", cell.directory);
    }
    if (detached == 0) {
        close(ready[0]);
        detach(&cell, ready[1]);
    }
    close(ready[1]);
    waitpid(detached, NULL, 0);
    char sign;
    if (read(ready[0], &sign, 1) != 1) {
        fprintf(stderr, "krg-init: the cell did not come up, see %s/init.log\n", cell.directory);
        return 1;
    }
    return 0;
}
