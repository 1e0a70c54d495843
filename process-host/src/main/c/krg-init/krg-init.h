// SPDX-License-Identifier: Apache-2.0
//
// krg-init: PID 1 of a cell. It owns what has to go on without the agent: the program's standard
// streams, its exit status, and the watchdog over the node's lease. krg-init.c says how it comes up.
#ifndef KRG_INIT_H
#define KRG_INIT_H

#define _GNU_SOURCE // before any header of libc

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

// ---------------------------------------------------------------- spec.c: what is to be done

enum input { INPUT_EMPTY, INPUT_OPEN, INPUT_ENDED, INPUT_TERMINAL };

struct list {
    char **items; // ends with NULL
    size_t count;
};

// The file `spec` of the cell: `key=value`, each ended by a zero byte. A key in parentheses may be
// repeated.
struct spec {
    bool full;                // isolation=full|plain
    bool restore;             // mode=start|restore
    char *epoch;              // epoch=N           of this incarnation, for io/epoch
    bool exclusive;           // exclusive=yes|no   stands still when the lease is over
    char *lease;              // lease=PATH
    uint64_t start_by;        // start-by=NANOS     of CLOCK_BOOTTIME, up to when an exclusive cell may begin
    struct list libraries;    // library=PATH  copied to io, where every user may read them
    char *pages;              // pages=PATH    the socket of shared memory, linked to io/pages.sock
    char *kdat;               // kdat=PATH     what CRIU keeps of the kernel, copied to io, where CRIU finds it
    bool state;               // state=yes|no      whether io/state is made, for what the program saves
    enum input input;         // stdin=empty|open|ended|terminal
    struct list init_groups;  // (init-cgroup=DIR)  for krg-init, the unified tree first
    struct list app_groups;   // (app-cgroup=DIR)   for the program, the unified tree first
    uid_t uid;                // uid=N
    gid_t gid;                // gid=N
    struct list groups;       // (group=N)          supplementary
    mode_t umask;             // umask=OCTAL
    char *cwd;                // cwd=PATH
    struct list limits;       // (rlimit=RESOURCE SOFT HARD), -1 is none
    struct list environment;  // (env=NAME=VALUE)
    struct list arguments;    // (arg=TEXT)         the program first
};

// Reads ./spec. A spec that does not make sense ends the process.
void spec_read(struct spec *spec);
long spec_number(const char *text, int base);
void list_add(struct list *list, char *item);

// ---------------------------------------------------------------- krg-init.c: the cell

struct cell {
    struct spec spec;
    const char *directory; // absolute; also the working directory of krg-init
    const char *io;        // where the program finds its FIFOs
    int *app_procs;        // cgroup.procs of each of spec.app_groups
    char terminal[32];     // the path of the program's terminal in the cell, if it has one
    int run_lock;          // shared lock on /run/krg while the cell uses it; -1 in a plain cell
};

// Ends the process with a message and the present errno.
_Noreturn void die(const char *what, const char *which);
// Says something in the log of the cell.
void complain(const char *what, const char *which);
// Writes a short text to a file of the kernel. False, with errno, if that fails.
bool write_text(const char *path, const char *text);
// Leaves /run/krg as it was found before the first cell of this machine.
void run_directory_release(int lock);

// ---------------------------------------------------------------- program.c: the program

// How the program stands. `status` is that of wait(2) once it has ended.
enum phase { PHASE_RESTORING, PHASE_RUNNING, PHASE_ENDED, PHASE_NOT_STARTED };

struct program {
    enum phase phase;
    pid_t pid;
    bool reaped; // it has ended, perhaps before the restore was confirmed
    int report;  // where a program that was begun says why it does not run; -1 if there is nobody to say so
    int status;
    int failure_code; // 126 or 127 when not started
    char failure[512];
};

// Starts the program of the spec and returns when it runs, when it is known why it does not, or when the
// lease was over meanwhile: an exclusive program then stands still on its way, or is killed.
void program_start(struct cell *cell, struct program *program);
// Starts the program in its cgroups, which are frozen: it stands still before it does anything. False, with
// errno, if that fails.
bool program_begin(struct cell *cell, struct program *program);
// Learns from a program that has ended whether it was one: the child may not have got that far.
void program_take_report(struct cell *cell, struct program *program);
// Sends a signal to every process of the program.
void program_signal_all(struct cell *cell, int number);
// Gives processes made from now on pids from 300 up, out of the way of the tools of a restore.
void program_reserve_pids(void);

// ---------------------------------------------------------------- streams.c: stdin, stdout, stderr

struct streams;

// Makes the FIFOs in ./io and opens them and the files behind them.
struct streams *streams_open(const struct spec *spec);
// Makes a terminal that takes the place of the FIFOs for input and output, where the program will be.
void streams_open_terminal(struct streams *streams, struct cell *cell);
// Tells the program how large its terminal is. False, with errno, if it has none.
bool streams_resize(struct streams *streams, unsigned rows, unsigned columns);
// Keeps in ./terminal, for another cell, what the terminal holds; puts in what another one held.
bool streams_save_terminal(struct streams *streams);
bool streams_load_terminal(struct streams *streams);
// Descriptors to poll: output to read, and the input to write if something waits for it (else -1).
int streams_out(const struct streams *streams);
int streams_err(const struct streams *streams);
int streams_in(const struct streams *streams);
// Moves what is in the FIFOs now to the files. False if the files do not take it, or if the disk is to
// keep the room that it has; it is kept.
bool streams_drain(struct streams *streams);
// Moves all that nobody adds to any more. Takes half of the room that is kept. False as above.
bool streams_drain_rest(struct streams *streams);
// Whether something is kept that is to be tried again.
bool streams_stuck(const struct streams *streams);
void streams_sizes(const struct streams *streams, off_t *out, off_t *err, off_t *in);
// Looks how long the files are, which the agent may have written before there was a program. False,
// with errno, if that fails.
bool streams_measure(struct streams *streams);
// Makes the files durable.
void streams_sync(struct streams *streams);
void streams_end_input(struct streams *streams);
// Hands over as much of the bytes as fits. -1 if the input has ended.
ssize_t streams_feed(struct streams *streams, const char *bytes, size_t length);

// ---------------------------------------------------------------- terminal.c: settings and typed input

// Writes them to a file and leaves them as they are; nobody may read from the terminal meanwhile.
// False, with errno, if that fails.
bool terminal_save(int slave, const char *path);
// Gives a new terminal what is in the file. False, with errno, if that fails.
bool terminal_load(int slave, const char *path);

// ---------------------------------------------------------------- watchdog.c: the node's lease

// Opens all that the watchdog will need. Ends the process if something is missing.
void watchdog_prepare(const struct cell *cell);
// Starts the thread that freezes (plain: kills) the cell when the lease is over.
void watchdog_start(struct cell *cell);
// Whether the program may begin, as it was decided up to when. What is to be restored begins frozen in any case.
bool watchdog_admits(const struct cell *cell);
// Lets the program go on, unless the lease is over, or was over since that was decided last.
//
// until: up to when a new decision holds, in nanoseconds of CLOCK_BOOTTIME; 0: none was made
bool watchdog_thaw(const struct cell *cell, uint64_t until);
// Whether the watchdog has killed the program.
bool watchdog_has_killed(void);
// Whether the watchdog has seen the lease over since it was decided last that the program may run.
bool watchdog_has_lapsed(void);

// ---------------------------------------------------------------- serve.c: the life of the cell

// Serves until the program has ended and its end is recorded.
void serve(struct cell *cell, struct program *program, struct streams *streams, int listener,
           int signals);

#endif
