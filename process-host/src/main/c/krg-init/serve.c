// SPDX-License-Identifier: Apache-2.0
//
// One loop over the streams, the children and the agent's connections. On a connection each command
// is a line and has one line as answer, `ok ...` or `error ...`:
//
//   status        ok PHASE ROOT_PID          restoring, running or ended
//   signal N      ok                         to the program
//   signal-all N  ok                         to every process of the program
//   kill          ok                         SIGKILL to every process of the program
//   sync          ok STDOUT STDERR STDIN     moves what is in the FIFOs to the files, then the sizes
//   stdin LENGTH  ok STDIN                   followed by LENGTH bytes; answered when all are handed over
//                 ok taken COUNT             so many are, and the sender, who has shut its side down, has the rest back
//                 ok busy                    as many as may wait for the program to read: nothing was handed over
//   eof           ok                         ends standard input
//   resize R C    ok                         the terminal has R rows and C columns
//   save-terminal ok                         keeps in ./terminal what the terminal of a frozen program holds
//   load-terminal ok                         gives a program that is to be restored what ./terminal holds
//   expect PID    ok                         the program will be restored with that pid, now that its output so far is there
//   begin         ok                         starts the program in its frozen cgroups, for a restore
//   thaw          ok                         lets the program go on, unless the lease was over since it was let to
//   thaw NANOS    ok                         the same, as it was decided up to then, whoever stopped it
//   restored      ok                         the restore has succeeded: the root's end is the cell's
//   wait          (nothing)                  the connection closes when the end of the program is recorded
#include "krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 64
#define FEEDERS_MAX 8 // the other clients are for those who need not wait for the program
#define LINE_BYTES 64
#define PAYLOAD_BYTES 65536
#define RETRY_MILLIS 100 // when the disk is full

struct client {
    int fd;       // -1: free
    size_t used;  // bytes in `data`
    size_t feed;  // bytes at the start of `data` that standard input has still to take
    size_t fed;   // bytes of the same message that it has taken
    bool refused; // they are dropped instead
    char data[LINE_BYTES + PAYLOAD_BYTES];
};

struct server {
    struct cell *cell;
    struct program *program;
    struct streams *streams;
    struct client clients[CLIENTS_MAX];
};

// ---------------------------------------------------------------- children

static void note_end(struct program *program, int status) {
    program->reaped = true;
    program->status = status;
    if (program->phase == PHASE_RUNNING) {
        program->phase = PHASE_ENDED;
    }
}

static void reap(struct server *server) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == server->program->pid) {
            note_end(server->program, status);
            if (server->program->phase == PHASE_ENDED) {
                program_take_report(server->cell, server->program);
            }
        }
    }
}

static void take_signals(struct server *server, int signals) {
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == sizeof info) {
        switch (info.ssi_signo) {
        case SIGHUP:
        case SIGINT:
        case SIGTERM:
        case SIGQUIT:
        case SIGUSR1:
        case SIGUSR2:
            if (server->program->phase == PHASE_RUNNING) {
                kill(server->program->pid, (int)info.ssi_signo);
            }
            break;
        default: // SIGCHLD: children are looked after at every turn
            break;
        }
    }
}

// ---------------------------------------------------------------- commands

static void drop(struct client *client) {
    close(client->fd);
    client->fd = -1;
}

static void answer(struct client *client, const char *text) {
    size_t length = strlen(text);
    // An agent that does not read its answers is gone.
    if (send(client->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) {
        drop(client);
    }
}

static void answer_result(struct client *client, bool good) {
    char text[160];
    snprintf(text, sizeof text, "error %s\n", strerror(errno));
    answer(client, good ? "ok\n" : text);
}

static void answer_status(struct server *server, struct client *client) {
    static const char *const phases[] = {"restoring", "running", "ended", "ended"};
    char text[96];
    snprintf(text, sizeof text, "ok %s %d\n", phases[server->program->phase],
             server->program->pid);
    answer(client, text);
}

static void answer_sync(struct server *server, struct client *client) {
    char text[128];
    off_t out, err, in;
    if (!streams_drain_rest(server->streams)) {
        answer_result(client, false);
        return;
    }
    streams_sizes(server->streams, &out, &err, &in);
    snprintf(text, sizeof text, "ok %lld %lld %lld\n", (long long)out, (long long)err,
             (long long)in);
    answer(client, text);
}

static bool send_signal(struct server *server, int number, bool all) {
    if (server->program->phase != PHASE_RUNNING) {
        errno = ESRCH;
        return false;
    }
    if (all) {
        program_signal_all(server->cell, number);
        return true;
    }
    return kill(server->program->pid, number) == 0;
}

static bool expect(struct server *server, int pid) {
    if (server->program->phase != PHASE_RESTORING || pid <= 1) {
        errno = pid <= 1 ? EINVAL : EALREADY;
        return false;
    }
    server->program->pid = pid;
    return streams_measure(server->streams);
}

// The pid may be taken by a part of a restore that failed later: only the agent, which saw the whole
// restore succeed, can say that this is the program.
static bool confirm_restored(struct cell *cell, struct program *program) {
    if (program->phase != PHASE_RESTORING) {
        errno = EALREADY;
        return false;
    }
    if (program->reaped) {
        program->phase = PHASE_ENDED;
        program_take_report(cell, program);
        return true;
    }
    if (program->pid == 0 || kill(program->pid, 0) != 0) {
        errno = ESRCH;
        return false;
    }
    program_reserve_pids();
    program->phase = PHASE_RUNNING;
    return true;
}

static void begin_feeding(struct server *server, struct client *client, size_t length) {
    int feeders = 0;
    for (int i = 0; i < CLIENTS_MAX; i++) {
        const struct client *other = &server->clients[i];
        feeders += other->fd >= 0 && other->feed > 0 && !other->refused;
    }
    client->feed = length;
    client->fed = 0;
    client->refused = feeders >= FEEDERS_MAX;
}

static void obey(struct server *server, struct client *client, const char *line) {
    int number, pid;
    unsigned rows, columns;
    size_t length;
    unsigned long long until;
    if (strcmp(line, "status") == 0) {
        answer_status(server, client);
    } else if (strcmp(line, "sync") == 0) {
        answer_sync(server, client);
    } else if (sscanf(line, "signal %d", &number) == 1) {
        answer_result(client, send_signal(server, number, false));
    } else if (sscanf(line, "signal-all %d", &number) == 1) {
        answer_result(client, send_signal(server, number, true));
    } else if (strcmp(line, "kill") == 0) {
        program_signal_all(server->cell, SIGKILL);
        answer(client, "ok\n");
    } else if (sscanf(line, "stdin %zu", &length) == 1 && length <= PAYLOAD_BYTES) {
        begin_feeding(server, client, length);
    } else if (strcmp(line, "eof") == 0) {
        streams_end_input(server->streams);
        answer(client, "ok\n");
    } else if (sscanf(line, "resize %u %u", &rows, &columns) == 2) {
        answer_result(client, streams_resize(server->streams, rows, columns));
    } else if (strcmp(line, "save-terminal") == 0) {
        answer_result(client, streams_save_terminal(server->streams));
    } else if (strcmp(line, "load-terminal") == 0) {
        answer_result(client, streams_load_terminal(server->streams));
    } else if (sscanf(line, "expect %d", &pid) == 1) {
        answer_result(client, expect(server, pid));
    } else if (strcmp(line, "begin") == 0) {
        answer_result(client, program_begin(server->cell, server->program));
    } else if (strcmp(line, "thaw") == 0) {
        answer_result(client, watchdog_thaw(server->cell, 0));
    } else if (sscanf(line, "thaw %llu", &until) == 1) {
        answer_result(client, watchdog_thaw(server->cell, until));
    } else if (strcmp(line, "restored") == 0) {
        answer_result(client, confirm_restored(server->cell, server->program));
    } else if (strcmp(line, "wait") != 0) {
        errno = EBADMSG;
        answer_result(client, false);
    }
}

// ---------------------------------------------------------------- connections

static void forget(struct client *client, size_t length) {
    client->used -= length;
    memmove(client->data, client->data + length, client->used);
}

static void feed(struct server *server, struct client *client) {
    size_t present = client->feed < client->used ? client->feed : client->used;
    ssize_t taken = client->refused ? (ssize_t)present
                                    : streams_feed(server->streams, client->data, present);
    if (taken < 0) {
        client->feed = 0;
        answer_result(client, false);
        drop(client); // the rest of the bytes would be taken for commands
        return;
    }
    forget(client, (size_t)taken);
    client->feed -= (size_t)taken;
    client->fed += (size_t)taken;
    if (client->feed == 0 && client->refused) {
        answer(client, "ok busy\n");
    } else if (client->feed == 0) {
        char text[64];
        off_t out, err, in;
        streams_sizes(server->streams, &out, &err, &in);
        snprintf(text, sizeof text, "ok %lld\n", (long long)in);
        answer(client, text);
    }
}

// Does all that can be done with what has arrived.
static void attend(struct server *server, struct client *client) {
    while (client->fd >= 0 && client->used > 0) {
        if (client->feed > 0) {
            size_t before = client->used;
            feed(server, client);
            if (client->used == before) {
                return; // standard input is full
            }
            continue;
        }
        char *end = memchr(client->data, '\n', client->used);
        if (end == NULL) {
            if (client->used >= LINE_BYTES) {
                drop(client);
            }
            return;
        }
        char line[LINE_BYTES + 1];
        size_t length = (size_t)(end - client->data);
        if (length > LINE_BYTES) {
            drop(client);
            return;
        }
        memcpy(line, client->data, length);
        line[length] = '\0';
        forget(client, length + 1);
        obey(server, client, line);
    }
}

// Who sends no more while the program does not read will send the rest again.
static void take_back(struct client *client) {
    if (client->feed > 0 && !client->refused) {
        char text[64];
        snprintf(text, sizeof text, "ok taken %zu\n", client->fed);
        answer(client, text);
    }
    if (client->fd >= 0) {
        drop(client);
    }
}

static void receive(struct server *server, struct client *client) {
    ssize_t length = recv(client->fd, client->data + client->used,
                          sizeof client->data - client->used, MSG_DONTWAIT);
    if (length == 0) {
        take_back(client);
        return;
    }
    if (length < 0 && errno != EAGAIN && errno != EINTR) {
        drop(client);
        return;
    }
    client->used += length > 0 ? (size_t)length : 0;
    attend(server, client);
}

static struct client *free_client(struct server *server) {
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (server->clients[i].fd < 0) {
            return &server->clients[i];
        }
    }
    return NULL;
}

static void welcome(struct server *server, int listener) {
    struct client *client = free_client(server);
    if (client != NULL) {
        client->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        client->used = 0;
        client->feed = 0;
        client->fed = 0;
        client->refused = false;
    }
}

// ---------------------------------------------------------------- the loop

// One wait and what came of it.
static void turn(struct server *server, int listener, int signals) {
    struct pollfd files[4 + 1 + CLIENTS_MAX];
    bool stuck = streams_stuck(server->streams);
    bool hungry = false;
    for (int i = 0; i < CLIENTS_MAX; i++) {
        struct client *client = &server->clients[i];
        bool full = client->used == sizeof client->data;
        files[5 + i] = (struct pollfd){.fd = client->fd, .events = full ? 0 : POLLIN};
        hungry |= client->fd >= 0 && client->feed > 0 && client->used > 0;
    }
    files[0] = (struct pollfd){.fd = signals, .events = POLLIN};
    files[1] = (struct pollfd){.fd = free_client(server) ? listener : -1, .events = POLLIN};
    files[2] = (struct pollfd){.fd = stuck ? -1 : streams_out(server->streams), .events = POLLIN};
    files[3] = (struct pollfd){.fd = stuck ? -1 : streams_err(server->streams), .events = POLLIN};
    files[4] = (struct pollfd){.fd = hungry ? streams_in(server->streams) : -1, .events = POLLOUT};
    if (poll(files, 5 + CLIENTS_MAX, stuck ? RETRY_MILLIS : -1) < 0 && errno != EINTR) {
        complain("cannot poll", "");
    }
    take_signals(server, signals);
    streams_drain(server->streams);
    for (int i = 0; i < CLIENTS_MAX; i++) {
        struct client *client = &server->clients[i];
        if (client->fd >= 0 && files[5 + i].revents != 0) {
            receive(server, client);
        } else if (client->fd >= 0 && client->feed > 0 && files[4].revents != 0) {
            attend(server, client);
        }
    }
    if (files[1].revents != 0) {
        welcome(server, listener);
    }
    reap(server);
}

// ---------------------------------------------------------------- the end

// The namespace would take them with us, but not before we have recorded the end.
static void kill_the_rest(struct server *server) {
    for (;;) {
        if (server->cell->spec.full) {
            kill(-1, SIGKILL);
        } else {
            program_signal_all(server->cell, SIGKILL);
        }
        int flags = server->cell->spec.full ? 0 : WNOHANG;
        pid_t pid = waitpid(-1, NULL, flags);
        if (pid < 0 && errno == ECHILD) {
            return;
        }
        if (pid == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
}

static void describe_end(const struct program *program, char *text, size_t size) {
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    char end[640];
    if (program->phase == PHASE_NOT_STARTED) {
        snprintf(end, sizeof end, "failed %d %s", program->failure_code, program->failure);
    } else if (watchdog_has_killed()) {
        snprintf(end, sizeof end, "fenced");
    } else if (WIFSIGNALED(program->status)) {
        snprintf(end, sizeof end, "signaled %d", WTERMSIG(program->status));
    } else {
        snprintf(end, sizeof end, "exited %d", WEXITSTATUS(program->status));
    }
    snprintf(text, size, "%s\nrusage %lld %lld %ld\n", end,
             (long long)used.ru_utime.tv_sec * 1000000 + used.ru_utime.tv_usec,
             (long long)used.ru_stime.tv_sec * 1000000 + used.ru_stime.tv_usec, used.ru_maxrss);
}

// Readers see it whole or not at all. The name comes before the syncs, so that one commit of the
// file system holds both: a crash in between leaves an empty file, which counts as none.
static bool record(const char *text) {
    int file = open("exit.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = file >= 0 && directory >= 0
                && write(file, text, strlen(text)) == (ssize_t)strlen(text)
                && rename("exit.new", "exit") == 0 && fsync(file) == 0 && fsync(directory) == 0;
    close(file);
    close(directory);
    return good;
}

static void finish(struct server *server) {
    char text[768];
    kill_the_rest(server);
    describe_end(server->program, text, sizeof text);
    // With a full disk we stay until there is room, or until the agent kills us.
    while (!streams_drain_rest(server->streams) || (streams_sync(server->streams), !record(text))) {
        nanosleep(&(struct timespec){.tv_nsec = RETRY_MILLIS * 1000000}, NULL);
    }
    // Who waits for the end need not wait for the end of the namespaces.
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (server->clients[i].fd >= 0) {
            drop(&server->clients[i]);
        }
    }
}

void serve(struct cell *cell, struct program *program, struct streams *streams, int listener,
           int signals) {
    static struct server server;
    server = (struct server){.cell = cell, .program = program, .streams = streams};
    for (int i = 0; i < CLIENTS_MAX; i++) {
        server.clients[i].fd = -1;
    }
    while (program->phase == PHASE_RESTORING || program->phase == PHASE_RUNNING) {
        turn(&server, listener, signals);
    }
    finish(&server);
    close(listener);
}
