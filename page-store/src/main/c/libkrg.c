// SPDX-License-Identifier: Apache-2.0
//
// The side of a segment that lives in the application. It makes the mapping and the userfaultfd, which
// only the owner of an address space can make, hands the latter to the node's agent and keeps it
// open: were the agent's the only one, its death would let blocked threads go on with pages of zeros.
#define _GNU_SOURCE
#include "libkrg.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/krg/pages.sock"
#define PAGE_BYTES 4096
#define ANSWER_LIMIT_SECONDS 30

enum { VERSION = 1, MOST_NAME = 255 };
enum kind { OPEN = 1, MAP = 2, UNMAP = 3 };

// What goes over the socket, one packet each. The same layouts are in Java: AttachCodec.
struct request {
    uint32_t version;
    uint32_t kind;
    uint64_t address; // of MAP and UNMAP
    uint64_t length;  // of MAP
    char name[MOST_NAME + 1]; // of OPEN, ends with a zero
};

struct answer {
    int32_t error; // an errno, or 0
    uint32_t version;
    uint64_t size; // of OPEN
};

struct krg_segment {
    pthread_mutex_t lock;
    int socket;
    int memory; // memfd
    int device; // /dev/userfaultfd as the agent opened it, or -1
    int faults; // userfaultfd while mapped, or -1
    size_t size;
    void *address; // NULL while not mapped
    pthread_t watch; // while mapped
};

static int fail(int error) {
    errno = error;
    return -1;
}

static void close_quietly(int fd) {
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
}

static int connect_agent(void) {
    const char *path = getenv("KRG_PAGES_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = ANSWER_LIMIT_SECONDS};
    if (path == NULL || path[0] == '\0')
        path = DEFAULT_SOCKET;
    if (strlen(path) >= sizeof address.sun_path)
        return fail(ENAMETOOLONG);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0
        && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (errno == ENOENT || errno == ECONNREFUSED)
        errno = EHOSTDOWN;
    close_quietly(fd);
    return -1;
}

static int send_request(int fd, struct request *request, int passed) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {0};
    struct iovec content = {.iov_base = request, .iov_len = sizeof *request};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    request->version = VERSION;
    if (passed >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed, sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
        errno = EHOSTDOWN;
    return sent < 0 ? -1 : 0;
}

static ssize_t receive(int fd, struct msghdr *message) {
    ssize_t got;
    do
        got = recvmsg(fd, message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        errno = ETIMEDOUT;
    if (got == 0 || (got < 0 && errno == ECONNRESET))
        return fail(EHOSTDOWN);
    return got;
}

// Puts up to two descriptors of the answer into `passed`.
static int receive_answer(int fd, struct answer *answer, int passed[2]) {
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct iovec content = {.iov_base = answer, .iov_len = sizeof *answer};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1,
                             .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    passed[0] = passed[1] = -1;
    ssize_t got = receive(fd, &message);
    if (got < 0)
        return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(passed, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    if (got == sizeof *answer && answer->version == VERSION && answer->error == 0)
        return 0;
    close_quietly(passed[0]);
    close_quietly(passed[1]);
    return fail(got == sizeof *answer && answer->error != 0 ? answer->error : EPROTONOSUPPORT);
}

static int ask(int fd, struct request *request, int sent, struct answer *answer, int got[2]) {
    return send_request(fd, request, sent) < 0 ? -1 : receive_answer(fd, answer, got);
}

static int ask_plainly(int fd, struct request *request, int sent) {
    struct answer answer;
    int got[2];
    if (ask(fd, request, sent, &answer, got) < 0)
        return -1;
    close_quietly(got[0]);
    close_quietly(got[1]);
    return 0;
}

struct krg_segment *krg_segment_open(const char *name) {
    struct request request = {.kind = OPEN};
    struct answer answer;
    int got[2];
    if (strlen(name) > MOST_NAME) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    strcpy(request.name, name);
    struct krg_segment *segment = malloc(sizeof *segment);
    if (segment == NULL)
        return NULL;
    int fd = connect_agent();
    if (fd < 0 || ask(fd, &request, -1, &answer, got) < 0) {
        close_quietly(fd);
        free(segment);
        return NULL;
    }
    *segment = (struct krg_segment){.socket = fd, .memory = got[0], .device = got[1],
                                    .faults = -1, .size = answer.size};
    pthread_mutex_init(&segment->lock, NULL);
    return segment;
}

size_t krg_segment_size(const struct krg_segment *segment) {
    return segment->size;
}

// Not for faults of user mode only: read(2) into a page that is not here would be EFAULT. The
// system call needs a privilege, the agent's device does not.
static int open_faults(int device) {
    int flags = O_CLOEXEC | O_NONBLOCK;
    int fd = syscall(SYS_userfaultfd, flags);
    return fd < 0 && device >= 0 ? ioctl(device, USERFAULTFD_IOC_NEW, flags) : fd;
}

// With its agent this node loses its part in the segment: others go on without the pages that are
// here. The mapping is emptied, so that whoever touches it stands still instead of using what is old;
// the memory stays what it is for other processes.
static void *watch_agent(void *given) {
    struct krg_segment *segment = given;
    struct pollfd agent = {.fd = segment->socket}; // POLLHUP is always told
    while (poll(&agent, 1, -1) < 1)
        ;
    (void)madvise(segment->address, segment->size, MADV_DONTNEED);
    return NULL;
}

// The thread is none of the application's: no signal is handled in it.
static int start_watch(struct krg_segment *segment) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&segment->watch, NULL, watch_agent, segment);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0 ? 0 : fail(error);
}

static void end_watch(struct krg_segment *segment) {
    pthread_cancel(segment->watch);
    pthread_join(segment->watch, NULL);
}

static int register_mapping(struct krg_segment *segment, void *address) {
    struct request request = {.kind = MAP, .address = (uintptr_t)address, .length = segment->size};
    // A child would share the memory without being told of its faults.
    if (madvise(address, segment->size, MADV_DONTFORK) < 0
        || madvise(address, segment->size, MADV_DONTDUMP) < 0)
        return -1;
    segment->faults = open_faults(segment->device);
    if (segment->faults < 0)
        return -1;
    segment->address = address;
    if (ask_plainly(segment->socket, &request, segment->faults) == 0 && start_watch(segment) == 0)
        return 0;
    segment->address = NULL;
    close_quietly(segment->faults);
    segment->faults = -1;
    return -1;
}

static void *map_locked(struct krg_segment *segment, void *wanted) {
    int place = wanted == NULL ? 0 : MAP_FIXED_NOREPLACE;
    if (segment->address != NULL) {
        errno = EBUSY;
        return NULL;
    }
    if ((uintptr_t)wanted % PAGE_BYTES != 0) {
        errno = EINVAL;
        return NULL;
    }
    void *address = mmap(wanted, segment->size, PROT_READ | PROT_WRITE, MAP_SHARED | place,
                         segment->memory, 0);
    if (address == MAP_FAILED)
        return NULL;
    if (register_mapping(segment, address) < 0) {
        int error = errno;
        munmap(address, segment->size);
        errno = error;
        return NULL;
    }
    return address;
}

void *krg_segment_map(struct krg_segment *segment, void *address) {
    pthread_mutex_lock(&segment->lock);
    void *mapped = map_locked(segment, address);
    pthread_mutex_unlock(&segment->lock);
    return mapped;
}

static int unmap_locked(struct krg_segment *segment) {
    if (segment->address == NULL)
        return fail(EINVAL);
    struct request request = {.kind = UNMAP, .address = (uintptr_t)segment->address};
    end_watch(segment);
    munmap(segment->address, segment->size);
    segment->address = NULL;
    // An agent that is gone has forgotten the mapping by itself.
    (void)ask_plainly(segment->socket, &request, -1);
    close_quietly(segment->faults);
    segment->faults = -1;
    return 0;
}

int krg_segment_unmap(struct krg_segment *segment) {
    pthread_mutex_lock(&segment->lock);
    int result = unmap_locked(segment);
    pthread_mutex_unlock(&segment->lock);
    return result;
}

void krg_segment_close(struct krg_segment *segment) {
    if (segment == NULL)
        return;
    if (segment->address != NULL)
        (void)krg_segment_unmap(segment);
    close_quietly(segment->socket);
    close_quietly(segment->memory);
    close_quietly(segment->device);
    pthread_mutex_destroy(&segment->lock);
    free(segment);
}
