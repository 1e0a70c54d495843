// SPDX-License-Identifier: Apache-2.0
//
// One thread of each process serves its page faults and one TCP connection, as few system calls as the kernel allows.
// The home decides about every page, so that the other one does what it is told. There is no third process, no log, no
// failure that is survived, no time for which a page stays: what krg takes longer is the price of those and of Java.
#define _GNU_SOURCE
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_WAITING = 256 };

enum access { NONE, READ, WRITE };

enum kind {
    WANT,  // to the home: the sender's thread waits for `access`
    FETCH, // from the home: send the page, keep `access` of it
    SENT,  // answers FETCH, with bytes
    DROP,  // from the home: give a page up that the home has as well
    GONE,  // answers DROP
    GIVE,  // from the home: the page, with bytes, and `access`
    ALLOW  // from the home: write the page that you read, or go on
};

struct message {
    uint8_t kind;
    uint8_t access;
    uint16_t unused;
    uint32_t page;
};

static char *memory;
static int memory_fd;
static int faults;
static int peer;
static int listening = -1;

// What the home knows: its own right to each page, and the other's.
static uint8_t *mine, *theirs;

static struct message waiting[MOST_WAITING];
static int waiting_count;

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "krg-touch: floor: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static bool receive(void *bytes, size_t length) {
    for (size_t have = 0; have < length;) {
        ssize_t n = recv(peer, (char *)bytes + have, length - have, 0);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

static void transmit(uint8_t kind, uint32_t page, uint8_t access, const char *bytes) {
    char whole[sizeof(struct message) + PAGE];
    struct message head = {.kind = kind, .access = access, .page = page};
    size_t length = sizeof head;
    memcpy(whole, &head, sizeof head);
    if (bytes != NULL) {
        memcpy(whole + length, bytes, PAGE);
        length += PAGE;
    }
    if (send(peer, whole, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("send");
}

static uint64_t address(uint32_t page) {
    return (uint64_t)(uintptr_t)memory + (uint64_t)page * PAGE;
}

static void protect(uint32_t page, bool is_protected) {
    struct uffdio_writeprotect change = {
        .range = {.start = address(page), .len = PAGE}, .mode = is_protected ? UFFDIO_WRITEPROTECT_MODE_WP : 0};
    if (ioctl(faults, UFFDIO_WRITEPROTECT, &change) < 0)
        fail("write-protect");
}

static void drop(uint32_t page) {
    if (fallocate(memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)page * PAGE, PAGE) < 0)
        fail("punch");
}

static void install(uint32_t page, const char *bytes, uint8_t access) {
    struct uffdio_copy copy = {.dst = address(page),
                               .src = (uint64_t)(uintptr_t)bytes,
                               .len = PAGE,
                               .mode = access == WRITE ? 0 : UFFDIO_COPY_MODE_WP};
    if (ioctl(faults, UFFDIO_COPY, &copy) < 0)
        fail("copy");
}

static void wake(uint32_t page) {
    struct uffdio_range range = {.start = address(page), .len = PAGE};
    if (ioctl(faults, UFFDIO_WAKE, &range) < 0)
        fail("wake");
}

// Takes the right to write, reads the page out, and leaves `access` of it.
static void take_out(uint32_t page, uint8_t access, char *bytes) {
    protect(page, true);
    if (pread(memory_fd, bytes, PAGE, (off_t)page * PAGE) != PAGE)
        fail("read");
    if (access == NONE)
        drop(page);
}

// The home asks the other one, and keeps its questions for later meanwhile.
static void ask(uint8_t kind, uint32_t page, uint8_t access, char *bytes) {
    struct message answer;
    transmit(kind, page, access, NULL);
    while (receive(&answer, sizeof answer)) {
        if (answer.kind != WANT) {
            if (answer.kind == SENT && !receive(bytes, PAGE))
                break;
            theirs[page] = access;
            return;
        }
        if (waiting_count == MOST_WAITING) {
            errno = ENOBUFS;
            fail("questions");
        }
        waiting[waiting_count++] = answer;
    }
    _exit(0); // the other one has ended
}

static void serve_own(uint32_t page, uint8_t wanted) {
    static char bytes[PAGE];
    if (mine[page] >= wanted) {
        wake(page);
    } else if (mine[page] == READ) {
        if (theirs[page] != NONE)
            ask(DROP, page, NONE, NULL);
        protect(page, false);
        mine[page] = WRITE;
    } else {
        uint8_t given = wanted;
        if (theirs[page] == NONE) {
            memset(bytes, 0, PAGE);
            given = WRITE;
        } else {
            ask(FETCH, page, wanted == WRITE ? NONE : READ, bytes);
        }
        install(page, bytes, given);
        mine[page] = given;
    }
}

static void serve_other(uint32_t page, uint8_t wanted) {
    static char bytes[PAGE];
    if (theirs[page] >= wanted) {
        transmit(ALLOW, page, NONE, NULL);
        return;
    }
    if (theirs[page] == READ) {
        if (mine[page] != NONE)
            drop(page);
        transmit(ALLOW, page, WRITE, NULL);
        mine[page] = NONE;
    } else if (mine[page] == NONE) {
        wanted = WRITE;
        memset(bytes, 0, PAGE);
        transmit(GIVE, page, WRITE, bytes);
    } else {
        mine[page] = wanted == WRITE ? NONE : READ;
        take_out(page, mine[page], bytes);
        transmit(GIVE, page, wanted, bytes);
    }
    theirs[page] = wanted;
}

static void serve_waiting(void) {
    for (int i = 0; i < waiting_count; i++)
        serve_other(waiting[i].page, waiting[i].access);
    waiting_count = 0;
}

// What the home tells the other one.
static void obey(const struct message *told) {
    static char bytes[PAGE];
    switch (told->kind) {
    case FETCH:
        take_out(told->page, told->access, bytes);
        transmit(SENT, told->page, NONE, bytes);
        break;
    case DROP:
        drop(told->page);
        transmit(GONE, told->page, NONE, NULL);
        break;
    case GIVE:
        if (!receive(bytes, PAGE))
            _exit(0);
        install(told->page, bytes, told->access);
        break;
    default:
        if (told->access == WRITE)
            protect(told->page, false);
        else
            wake(told->page);
    }
}

static void read_fault(bool is_home) {
    struct uffd_msg event;
    if (read(faults, &event, sizeof event) != sizeof event || event.event != UFFD_EVENT_PAGEFAULT)
        return;
    uint32_t page = (uint32_t)((event.arg.pagefault.address - (uint64_t)(uintptr_t)memory) / PAGE);
    uint8_t wanted = event.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WRITE ? WRITE : READ;
    if (is_home)
        serve_own(page, wanted);
    else
        transmit(WANT, page, wanted, NULL);
}

static void serve(bool is_home) {
    struct pollfd both[] = {{.fd = faults, .events = POLLIN}, {.fd = peer, .events = POLLIN}};
    while (poll(both, 2, -1) > 0) {
        struct message told;
        if (both[1].revents != 0) {
            if (!receive(&told, sizeof told))
                return;
            if (is_home)
                serve_other(told.page, told.access);
            else
                obey(&told);
        }
        if (both[0].revents != 0)
            read_fault(is_home);
        serve_waiting();
    }
}

static void set_up_peer(void) {
    int on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void *serve_as_home(void *unused) {
    if ((peer = accept(listening, NULL, NULL)) < 0)
        fail("accept");
    set_up_peer();
    serve(true);
    return unused;
}

static void *serve_as_other(void *unused) {
    serve(false);
    return unused;
}

static int listen_and_say(const char *file) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof local;
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listening < 0 || bind(listening, (struct sockaddr *)&local, length) < 0 || listen(listening, 1) < 0
        || getsockname(listening, (struct sockaddr *)&local, &length) < 0)
        return -1;
    FILE *said = fopen(file, "w");
    if (said == NULL)
        return -1;
    fprintf(said, "%d\n", ntohs(local.sin_port));
    return fclose(said);
}

static int connect_to(const char *file) {
    int port = 0;
    FILE *said = fopen(file, "r");
    if (said == NULL)
        return -1;
    int known = fscanf(said, "%d", &port);
    fclose(said);
    struct sockaddr_in home = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (known != 1 || peer < 0 || connect(peer, (struct sockaddr *)&home, sizeof home) < 0)
        return -1;
    set_up_peer();
    return 0;
}

static int watch(size_t bytes) {
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_WP_HUGETLBFS_SHMEM};
    struct uffdio_register whole = {.range = {.start = (uint64_t)(uintptr_t)memory, .len = bytes},
                                    .mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP};
    faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    return faults < 0 || ioctl(faults, UFFDIO_API, &api) < 0 ? -1 : ioctl(faults, UFFDIO_REGISTER, &whole);
}

void *floor_map(bool is_home, const char *file, size_t bytes) {
    pthread_t thread;
    mine = calloc(bytes / PAGE, 1);
    theirs = calloc(bytes / PAGE, 1);
    memory_fd = memfd_create("floor", MFD_CLOEXEC);
    if (mine == NULL || theirs == NULL || memory_fd < 0 || ftruncate(memory_fd, (off_t)bytes) < 0)
        return NULL;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
    if (memory == MAP_FAILED || watch(bytes) < 0 || (is_home ? listen_and_say(file) : connect_to(file)) < 0)
        return NULL;
    errno = pthread_create(&thread, NULL, is_home ? serve_as_home : serve_as_other, NULL);
    return errno == 0 ? memory : NULL;
}
