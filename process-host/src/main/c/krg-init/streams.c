// SPDX-License-Identifier: Apache-2.0
//
// The program's standard streams are FIFOs, which a restore finds again by their path. krg-init holds
// every one of them open for reading and writing: so no open ever blocks, the program never gets
// SIGPIPE, and it reads no end of input before it is told.
#include "krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUFFER_BYTES 65536 // capacity of a FIFO

// Room that output leaves on its disk, or a share of a small one. The log of the cluster may be there,
// and a node that cannot write it ends. Half is for what is left in the FIFOs of programs that end or
// are saved: that is little, and they could neither be reported nor leave for another node.
#define KEPT_BYTES (512ull << 20)
#define KEPT_SHARE 8
#define LOOK_BYTES (256 << 10) // may be taken from a FIFO before the room is looked at again

#define TERMINAL_PIECES 256 // far more than one holds: 64 KiB, of which 4 KiB are shown at a time

struct output {
    int fifo;
    int file;
    off_t size;     // of the file
    size_t pending; // bytes that the file did not take yet, from `start` in the buffer
    size_t start;
    bool refused;   // the file takes nothing, or is to take nothing; said once for each time
    size_t granted; // bytes that may be taken before the room is looked at again
    char buffer[BUFFER_BYTES];
};

struct streams {
    struct output out;
    struct output err;
    int in; // -1 when the input has ended
    off_t in_size;
    bool is_terminal; // one descriptor is for input and output
    int slave;        // held, so that what the program wrote is there when it has ended
};

static int open_fifo(const char *path, const struct spec *spec) {
    // CRIU compares the mode at a restore: it is part of the format.
    if (mkfifo(path, 0600) != 0 || (geteuid() == 0 && chown(path, spec->uid, spec->gid) != 0)) {
        die("cannot make", path);
    }
    int fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fifo < 0) {
        die("cannot open", path);
    }
    return fifo;
}

static bool measure(struct output *output) {
    struct stat about;
    if (fstat(output->file, &about) != 0) {
        return false;
    }
    output->size = about.st_size;
    return true;
}

static void open_output(struct output *output, const char *fifo, const char *file,
                        const struct spec *spec) {
    output->fifo = open_fifo(fifo, spec);
    output->file = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (output->file < 0 || !measure(output)) {
        die("cannot open", file);
    }
}

struct streams *streams_open(const struct spec *spec) {
    struct streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL || mkdir("io", 0755) != 0) {
        die("cannot make", "io");
    }
    streams->in = open_fifo("io/in", spec);
    open_output(&streams->out, "io/out", "stdout", spec);
    open_output(&streams->err, "io/err", "stderr", spec);
    if (spec->input == INPUT_EMPTY || spec->input == INPUT_ENDED) {
        streams_end_input(streams);
    }
    return streams;
}

// In a cell with namespaces it is the first of its own /dev/pts.
void streams_open_terminal(struct streams *streams, struct cell *cell) {
    int number = 0, unlocked = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) != 0
        || ioctl(master, TIOCGPTN, &number) != 0) {
        die("cannot make", "a terminal");
    }
    snprintf(cell->terminal, sizeof cell->terminal, "/dev/pts/%d", number);
    streams->slave = open(cell->terminal, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (streams->slave < 0) {
        die("cannot open", cell->terminal);
    }
    close(streams->out.fifo);
    streams_end_input(streams);
    streams->out.fifo = streams->in = master;
    streams->is_terminal = true;
}

bool streams_resize(struct streams *streams, unsigned rows, unsigned columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (!streams->is_terminal) {
        errno = ENOTTY;
        return false;
    }
    return ioctl(streams->in, TIOCSWINSZ, &size) == 0;
}

bool streams_save_terminal(struct streams *streams) {
    errno = ENOTTY;
    return streams->is_terminal && terminal_save(streams->slave, "terminal");
}

bool streams_load_terminal(struct streams *streams) {
    errno = ENOTTY;
    return streams->is_terminal && terminal_load(streams->slave, "terminal");
}

bool streams_measure(struct streams *streams) {
    return measure(&streams->out) && measure(&streams->err);
}

int streams_out(const struct streams *streams) {
    return streams->out.fifo;
}

int streams_err(const struct streams *streams) {
    return streams->err.fifo;
}

int streams_in(const struct streams *streams) {
    return streams->in;
}

static bool refuse(struct output *output, const char *name) {
    if (!output->refused) {
        complain("cannot write", name);
    }
    output->refused = true;
    return false;
}

static bool flush(struct output *output, const char *name) {
    while (output->pending > 0) {
        ssize_t written = write(output->file, output->buffer + output->start, output->pending);
        if (written < 0 && errno != EINTR) {
            return refuse(output, name);
        }
        if (written > 0) {
            output->start += (size_t)written;
            output->pending -= (size_t)written;
            output->size += written;
            output->refused = false;
        }
    }
    return true;
}

// Room is what others than root have: a file system may keep some for root, who the agent may be.
static bool has_room(const struct output *output, bool rest) {
    struct statvfs disk;
    if (fstatvfs(output->file, &disk) != 0) {
        return true; // the write will tell
    }
    uint64_t kept = (uint64_t)disk.f_blocks * disk.f_frsize / KEPT_SHARE;
    kept = kept < KEPT_BYTES ? kept : KEPT_BYTES;
    errno = ENOSPC;
    return (uint64_t)disk.f_bavail * disk.f_frsize >= (rest ? kept / 2 : kept);
}

static bool may_take(struct output *output, bool rest) {
    if (output->granted == 0 || rest) {
        output->granted = has_room(output, rest) ? LOOK_BYTES : 0;
    }
    return output->granted > 0;
}

// Takes only what is there now: a program that never stops writing must not keep us.
static bool drain(struct output *output, const char *name, bool rest) {
    int available = 0;
    if (!flush(output, name)) {
        return false;
    }
    ioctl(output->fifo, FIONREAD, &available);
    if (available == 0) {
        output->refused = false;
    }
    while (available > 0) {
        if (!may_take(output, rest)) {
            return refuse(output, name);
        }
        ssize_t length = read(output->fifo, output->buffer, BUFFER_BYTES);
        if (length <= 0) {
            return true;
        }
        output->granted -= (size_t)length < output->granted ? (size_t)length : output->granted;
        output->start = 0;
        output->pending = (size_t)length;
        available -= (int)length;
        if (!flush(output, name)) {
            return false;
        }
    }
    return true;
}

// What was written to a terminal last is counted only after it was looked at so.
static bool shows_more(const struct streams *streams) {
    struct pollfd master = {.fd = streams->out.fifo, .events = POLLIN};
    return streams->is_terminal && poll(&master, 1, 0) > 0 && (master.revents & POLLIN) != 0;
}

static bool drain_both(struct streams *streams, bool rest) {
    bool out = drain(&streams->out, "stdout", rest);
    bool err = drain(&streams->err, "stderr", rest);
    return out && err;
}

bool streams_drain(struct streams *streams) {
    shows_more(streams);
    return drain_both(streams, false);
}

bool streams_drain_rest(struct streams *streams) {
    bool good = drain_both(streams, true);
    for (int i = 0; good && i < TERMINAL_PIECES && shows_more(streams); i++) {
        good = drain(&streams->out, "stdout", true);
    }
    return good;
}

bool streams_stuck(const struct streams *streams) {
    return streams->out.refused || streams->err.refused;
}

void streams_sizes(const struct streams *streams, off_t *out, off_t *err, off_t *in) {
    *out = streams->out.size;
    *err = streams->err.size;
    *in = streams->in_size;
}

// An empty file has nothing to lose, and a sync of it costs a commit of the file system.
static void sync_output(const struct output *output, const char *name) {
    if (output->size > 0 && fsync(output->file) != 0) {
        complain("cannot make durable", name);
    }
}

void streams_sync(struct streams *streams) {
    sync_output(&streams->out, "stdout");
    sync_output(&streams->err, "stderr");
}

void streams_end_input(struct streams *streams) {
    if (streams->is_terminal) {
        // As a user does: Ctrl-D.
        if (write(streams->in, "\4", 1) < 0) {
            complain("cannot end", "the input");
        }
    } else if (streams->in >= 0) {
        close(streams->in);
        streams->in = -1;
    }
}

ssize_t streams_feed(struct streams *streams, const char *bytes, size_t length) {
    if (streams->in < 0) {
        errno = EPIPE;
        return -1;
    }
    ssize_t written = write(streams->in, bytes, length);
    if (written < 0) {
        return errno == EAGAIN ? 0 : -1;
    }
    streams->in_size += written;
    return written;
}
