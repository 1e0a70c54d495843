// SPDX-License-Identifier: Apache-2.0
/*
 * Memory of a program that was moved by post-copy, put in place while it runs.
 *
 *   krg-pages serve DIRECTORY CGROUP
 *                                   takes the userfaultfds of a restore by `criu restore --lazy-pages` in DIRECTORY,
 *                                   and what the agent sends on standard input
 *   krg-pages without COMMAND...    runs `criu dump --lazy-pages --ps-socket 9`: a page server that was told to end
 *                                   before it began, since the agent reads the memory of the frozen program itself
 *
 * A userfaultfd that is closed too early would show zeros where memory is missing. So two tasks share the table of
 * descriptors: as long as one of them lives they stay open, and whichever outlives the other, hears no more of the
 * agent, or meets an error, kills the whole cell, CGROUP, by one write. It is in a cgroup of the cell itself. Only when every page is there it ends by itself.
 *
 * Messages, both ways, are a header, little-endian, and for DATA the pages.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_PAGES = 1024 };

/* From the agent. */
enum { RANGE = 1, DATA = 2, END = 3 };
/* To the agent. */
enum { READY = 1, FAULT = 2, STARTED = 3, DONE = 4 };

struct message {
    uint32_t kind;
    int32_t pid;      /* in the cell, as at the source */
    uint64_t address; /* at the source */
    uint64_t pages;
};

/* Memory that is missing: where it is to be, and where it was at the source. */
struct piece {
    uint64_t at;
    uint64_t from;
    uint64_t pages;
};

/* Of one address space; fd is -1 before its userfaultfd has come and after it has gone. */
struct space {
    int32_t pid;
    int fd;
    size_t count, room;
    struct piece *pieces;
};

static struct space *spaces;
static size_t space_count;
static int kill_fd;
static char pages[MOST_PAGES * PAGE];

static void kill_cell(const char *why)
{
    fprintf(stderr, "krg-pages: %s: %s\n", why, strerror(errno));
    while (write(kill_fd, "1", 1) < 0 && errno == EINTR)
        ;
    pause(); /* It is one of the killed. */
    _exit(1);
}

static void *grown(void *old, size_t bytes)
{
    void *new = realloc(old, bytes);
    if (!new)
        kill_cell("memory");
    return new;
}

static void say(uint32_t kind, int32_t pid, uint64_t address)
{
    struct message message = { kind, pid, address, 1 };
    if (write(STDOUT_FILENO, &message, sizeof message) != sizeof message)
        kill_cell("the agent is gone");
}

static void hear(void *bytes, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t count = read(STDIN_FILENO, (char *)bytes + got, length - got);
        if (count == 0)
            errno = 0;
        if (count == 0 || (count < 0 && errno != EINTR))
            kill_cell("the agent is gone");
        got += count > 0 ? (size_t)count : 0;
    }
}

static struct space *add_space(int32_t pid, int fd)
{
    spaces = grown(spaces, (space_count + 1) * sizeof *spaces);
    spaces[space_count] = (struct space){ .pid = pid, .fd = fd };
    return &spaces[space_count++];
}

static void add_piece(struct space *space, struct piece piece)
{
    if (piece.pages == 0)
        return;
    if (space->count == space->room) {
        space->room = space->room ? 2 * space->room : 64;
        space->pieces = grown(space->pieces, space->room * sizeof piece);
    }
    space->pieces[space->count++] = piece;
}

static void lose(struct space *space)
{
    close(space->fd);
    space->fd = -1;
    space->count = 0;
}

/* Takes `count` pages from the `first` one on out of a piece; what is behind them becomes a piece of its own. */
static struct piece cut(struct space *space, size_t index, uint64_t first, uint64_t count)
{
    struct piece whole = space->pieces[index];
    uint64_t behind = first + count;
    if (first > 0)
        space->pieces[index].pages = first;
    else
        space->pieces[index] = space->pieces[--space->count];
    add_piece(space, (struct piece){ whole.at + behind * PAGE, whole.from + behind * PAGE, whole.pages - behind });
    return (struct piece){ whole.at + first * PAGE, whole.from + first * PAGE, count };
}

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Takes out what is to be in a range; `out` gets it, if it is there. */
static void take_out(struct space *space, uint64_t start, uint64_t end, struct space *out)
{
    for (size_t i = 0; i < space->count;) {
        struct piece *piece = &space->pieces[i];
        uint64_t from = greater(piece->at, start), until = lesser(piece->at + piece->pages * PAGE, end);
        if (from >= until) {
            i++;
            continue;
        }
        struct piece taken = cut(space, i, (from - piece->at) / PAGE, (until - from) / PAGE);
        if (out)
            add_piece(out, taken);
    }
}

static void wake(struct space *space, uint64_t address)
{
    struct uffdio_range range = { address, PAGE };
    ioctl(space->fd, UFFDIO_WAKE, &range);
}

static void take_events(size_t index);

/* A page that the program never had. */
static void put_zeros(size_t index, uint64_t address)
{
    struct uffdio_zeropage zero = { .range = { address, PAGE } };
    while (spaces[index].fd >= 0 && ioctl(spaces[index].fd, UFFDIO_ZEROPAGE, &zero) < 0) {
        switch (errno) {
        case EAGAIN:
            take_events(index);
            continue;
        case EEXIST:
            wake(&spaces[index], address);
            return;
        case ENOENT:
            return;
        case ESRCH:
            lose(&spaces[index]);
            return;
        default:
            kill_cell("UFFDIO_ZEROPAGE");
        }
    }
}

static void take_fault(size_t index, uint64_t address)
{
    struct space *space = &spaces[index];
    for (size_t i = 0; i < space->count; i++) {
        struct piece *piece = &space->pieces[i];
        if (address >= piece->at && address - piece->at < piece->pages * PAGE) {
            say(FAULT, space->pid, piece->from + (address - piece->at));
            return;
        }
    }
    put_zeros(index, address);
}

static void take_event(size_t index, const struct uffd_msg *event)
{
    switch (event->event) {
    case UFFD_EVENT_PAGEFAULT:
        take_fault(index, event->arg.pagefault.address & ~(uint64_t)(PAGE - 1));
        break;
    case UFFD_EVENT_FORK: {
        struct space *child = add_space(spaces[index].pid, (int)event->arg.fork.ufd);
        for (size_t i = 0; i < spaces[index].count; i++)
            add_piece(child, spaces[index].pieces[i]);
        break;
    }
    case UFFD_EVENT_REMAP: {
        struct space *space = &spaces[index];
        struct space moved = { 0 };
        uint64_t from = event->arg.remap.from;
        take_out(space, from, from + event->arg.remap.len, &moved);
        for (size_t i = 0; i < moved.count; i++) {
            moved.pieces[i].at += event->arg.remap.to - from;
            add_piece(space, moved.pieces[i]);
        }
        free(moved.pieces);
        break;
    }
    case UFFD_EVENT_REMOVE:
    case UFFD_EVENT_UNMAP:
        take_out(&spaces[index], event->arg.remove.start, event->arg.remove.end, NULL);
        break;
    default:
        errno = EPROTO;
        kill_cell("an unknown event");
    }
}

static void take_events(size_t index)
{
    struct uffd_msg event;
    while (spaces[index].fd >= 0) {
        ssize_t count = read(spaces[index].fd, &event, sizeof event);
        if (count == sizeof event)
            take_event(index, &event);
        else if (count < 0 && errno == EAGAIN)
            return;
        else if (count < 0 && errno != EINTR)
            kill_cell("userfaultfd");
    }
}

/* Puts the first part of what came where it is missing. Returns whether there may be more to put. */
static int put_some(size_t index, const struct message *data)
{
    struct space *space = &spaces[index];
    uint64_t end = data->address + data->pages * PAGE;
    for (size_t i = 0; i < space->count; i++) {
        struct piece *piece = &space->pieces[i];
        uint64_t from = greater(piece->from, data->address), until = lesser(piece->from + piece->pages * PAGE, end);
        if (from >= until)
            continue;
        uint64_t first = (from - piece->from) / PAGE;
        struct uffdio_copy copy = {
            .dst = piece->at + first * PAGE,
            .src = (uint64_t)(uintptr_t)pages + (from - data->address),
            .len = until - from,
        };
        int put = ioctl(space->fd, UFFDIO_COPY, &copy);
        /* It does not copy across the border of two mappings, as mprotect(2) makes them. */
        if (put < 0 && errno == ENOENT && copy.copy <= 0 && copy.len > PAGE) {
            copy.len = PAGE;
            copy.copy = 0;
            put = ioctl(space->fd, UFFDIO_COPY, &copy);
        }
        if (put == 0) {
            cut(space, i, first, copy.len / PAGE);
            return 1;
        }
        if (copy.copy > 0) {
            cut(space, i, first, (uint64_t)copy.copy / PAGE);
            return 1;
        }
        switch (errno) {
        case EAGAIN:
            take_events(index);
            return 1;
        case EEXIST:
            wake(space, copy.dst);
            cut(space, i, first, 1);
            return 1;
        case ENOENT: /* It is not mapped any more. */
            cut(space, i, first, 1);
            return 1;
        case ESRCH:
            lose(space);
            return 0;
        default:
            kill_cell("UFFDIO_COPY");
        }
    }
    return 0;
}

/* Returns whether it was the last message. */
static int take_message(void)
{
    struct message message;
    hear(&message, sizeof message);
    switch (message.kind) {
    case RANGE: {
        struct space *space = NULL;
        for (size_t i = 0; i < space_count && !space; i++)
            space = spaces[i].pid == message.pid ? &spaces[i] : NULL;
        if (!space)
            space = add_space(message.pid, -1);
        add_piece(space, (struct piece){ message.address, message.address, message.pages });
        return 0;
    }
    case DATA:
        if (message.pages > MOST_PAGES) {
            errno = EMSGSIZE;
            kill_cell("the agent");
        }
        hear(pages, message.pages * PAGE);
        /* Those that are added meanwhile lack the same. */
        for (size_t i = 0; i < space_count; i++)
            while (spaces[i].pid == message.pid && spaces[i].fd >= 0 && put_some(i, &message))
                ;
        return 0;
    case END:
        for (size_t i = 0; i < space_count; i++)
            if (spaces[i].fd >= 0 && spaces[i].count > 0) {
                errno = ENODATA;
                kill_cell("pages were left out");
            }
        return 1;
    default:
        errno = EPROTO;
        kill_cell("the agent");
        return 1;
    }
}

static int32_t receive(int restore, int *fd)
{
    int32_t pid;
    ssize_t got = recv(restore, &pid, sizeof pid, MSG_WAITALL);
    if (got == 0)
        return 0;
    if (got != sizeof pid)
        kill_cell("CRIU");
    *fd = -1;
    if (pid < 0 || pid == 0x52535446) /* A zombie; "ReSTore Finished". */
        return pid;
    char none, control[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = { &none, 1 };
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    struct cmsghdr *passed;
    if (recvmsg(restore, &message, MSG_CMSG_CLOEXEC) < 0 || !(passed = CMSG_FIRSTHDR(&message)))
        kill_cell("CRIU sent no userfaultfd");
    memcpy(fd, CMSG_DATA(passed), sizeof *fd);
    return pid;
}

/* Returns whether CRIU is through. */
static int take_space(int restore)
{
    int fd;
    int32_t pid = receive(restore, &fd);
    if (pid == 0) {
        errno = 0;
        kill_cell("CRIU ended early");
    }
    if (pid == 0x52535446)
        return 1;
    if (pid < 0)
        return 0;
    for (size_t i = 0; i < space_count; i++)
        if (spaces[i].pid == pid && spaces[i].fd < 0) {
            spaces[i].fd = fd;
            return 0;
        }
    add_space(pid, fd);
    return 0;
}

static void work(int restore, int guardian)
{
    int listens = 1, through = 0;
    struct pollfd *wait = NULL;
    for (;;) {
        size_t known = space_count;
        wait = grown(wait, (known + 3) * sizeof *wait);
        wait[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
        wait[1] = (struct pollfd){ through ? -1 : restore, POLLIN, 0 };
        wait[2] = (struct pollfd){ guardian, POLLIN, 0 };
        for (size_t i = 0; i < known; i++)
            wait[3 + i] = (struct pollfd){ spaces[i].fd, POLLIN, 0 };
        if (poll(wait, known + 3, -1) < 0) {
            if (errno == EINTR)
                continue;
            kill_cell("poll");
        }
        if (wait[2].revents) {
            errno = 0;
            kill_cell("its other half ended");
        }
        for (size_t i = 0; i < known; i++)
            if (wait[3 + i].revents)
                take_events(i);
        if (wait[1].revents && listens) {
            int connected = accept4(restore, NULL, NULL, SOCK_CLOEXEC);
            if (connected < 0)
                kill_cell("accept");
            close(restore);
            restore = connected;
            listens = 0;
        } else if (wait[1].revents && take_space(restore)) {
            through = 1;
            say(STARTED, 0, 0);
        }
        if (wait[0].revents && take_message())
            break;
    }
    say(DONE, 0, 0);
    _exit(0);
}

static int enter(const char *cgroup)
{
    char file[4096];
    snprintf(file, sizeof file, "%s/pages", cgroup);
    if (mkdir(file, 0755) < 0 && errno != EEXIST)
        return 0;
    snprintf(file, sizeof file, "%s/pages/cgroup.procs", cgroup);
    int procs = open(file, O_WRONLY | O_CLOEXEC);
    int entered = procs >= 0 && write(procs, "0", 1) == 1;
    close(procs);
    return entered;
}

static int serve(const char *directory, const char *cgroup)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char file[4096];
    strcpy(address.sun_path, "lazy-pages.socket");
    snprintf(file, sizeof file, "%s/cgroup.kill", cgroup);
    kill_fd = open(file, O_WRONLY | O_CLOEXEC);
    if (kill_fd < 0 || !enter(cgroup)) {
        perror(file);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    int restore = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (chdir(directory) < 0 || restore < 0 || bind(restore, (struct sockaddr *)&address, sizeof address) < 0 || listen(restore, 1) < 0) {
        perror(directory);
        return 1;
    }
    int guardian = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (guardian < 0) {
        perror("pidfd_open");
        return 1;
    }
    pid_t worker = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (worker < 0) {
        perror("clone");
        return 1;
    }
    if (worker == 0) {
        say(READY, 0, 0);
        work(restore, guardian);
    }
    int status;
    while (waitpid(worker, &status, 0) < 0)
        if (errno != EINTR)
            kill_cell("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        errno = 0;
        kill_cell("its other half ended");
    }
    return 0;
}

static int without(char **command)
{
    /* As CRIU 4.2 has it. */
    struct {
        uint32_t cmd;
        uint64_t nr_pages, vaddr, dst_id;
    } close = { .cmd = 0x1023 };
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || dup2(ends[0], 9) < 0 || dup2(ends[1], 10) < 0
        || write(10, &close, sizeof close) != sizeof close) {
        perror("krg-pages");
        return 1;
    }
    for (int i = 0; i < 2; i++)
        if (ends[i] != 9 && ends[i] != 10)
            (close_range)((unsigned)ends[i], (unsigned)ends[i], 0);
    execvp(command[0], command);
    perror(command[0]);
    return 127;
}

int main(int count, char **words)
{
    if (count == 4 && strcmp(words[1], "serve") == 0)
        return serve(words[2], words[3]);
    if (count > 2 && strcmp(words[1], "without") == 0)
        return without(words + 2);
    fprintf(stderr, "krg-pages: serve DIRECTORY CGROUP, or without COMMAND...\n");
    return 2;
}
