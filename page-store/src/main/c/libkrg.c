// SPDX-License-Identifier: Apache-2.0
//
// The side of a segment that lives in the application. It makes the mapping and the userfaultfd, which
// only the owner of an address space can make, hands the latter to the node's agent and keeps it
// open: were the agent's the only one, its death would let blocked threads go on with pages of zeros.
#define _GNU_SOURCE
#include "libkrg/private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ASK_AGAIN_NANOS 100000000
#define MOST_QUESTIONS 600

static int ask_open(int fd, const char *name, uint64_t id, struct opened *opened,
                    int got[MOST_PASSED]) {
    struct answer *answer = &opened->answer;
    struct request by_name = {.version = VERSION, .kind = OPEN};
    struct order by_id = {.version = VERSION, .kind = OPEN_BY_ID, .segment = id};
    int sent;
    memcpy(by_id.key, opened->key, sizeof by_id.key);
    if (name == NULL) {
        sent = send_packet(fd, &by_id, sizeof by_id, -1);
    } else {
        strcpy(by_name.name, name);
        sent = send_packet(fd, &by_name, sizeof by_name, -1);
    }
    ssize_t size = sent < 0 ? -1 : receive_packet(fd, opened, sizeof *opened, got);
    if (size < 0)
        return -1;
    if (size == sizeof *opened && answer->version == VERSION && answer->error == 0)
        return 0;
    close_passed(got);
    return fail(size == sizeof *answer && answer->error != 0 ? answer->error : EPROTONOSUPPORT);
}

// Fills in what the agent gives to who opens a segment.
int connect_handle(struct krg_segment *segment, const char *name, uint64_t id) {
    struct opened opened;
    int got[MOST_PASSED];
    int fd = connect_agent();
    memcpy(opened.key, segment->key, sizeof opened.key);
    if (fd < 0 || ask_open(fd, name, id, &opened, got) < 0) {
        close_quietly(fd);
        return -1;
    }
    if (map_lease(segment, got[1]) < 0) {
        close_passed(got);
        close_quietly(fd);
        return -1;
    }
    close_quietly(got[1]);
    segment->socket = fd;
    segment->memory = got[0];
    segment->device = got[2];
    segment->faults = -1;
    segment->size = opened.answer.size;
    segment->id = opened.answer.segment;
    memcpy(segment->key, opened.key, sizeof segment->key);
    segment->lost = segment->over = false;
    return 0;
}

void close_handle(struct krg_segment *segment) {
    unfence(segment);
    unmap_lease(segment);
    close_quietly(segment->socket);
    close_quietly(segment->memory);
    close_quietly(segment->device);
    close_quietly(segment->faults);
    segment->socket = segment->memory = segment->device = segment->faults = -1;
}

// A segment that is being saved or put back can be opened when that is done.
static int connect_soon(struct krg_segment *segment, const char *name, uint64_t id) {
    struct timespec a_moment = {.tv_nsec = ASK_AGAIN_NANOS};
    int result = connect_handle(segment, name, id);
    for (int i = 0; i < MOST_QUESTIONS && result < 0 && errno == EAGAIN; i++) {
        nanosleep(&a_moment, NULL);
        result = connect_handle(segment, name, id);
    }
    return result;
}

struct krg_segment *open_segment(const char *name, uint64_t id) {
    struct krg_segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return NULL;
    begin_call();
    if (attend() < 0 || connect_soon(segment, name, id) < 0) {
        free(segment);
        segment = NULL;
    } else {
        pthread_mutex_init(&segment->lock, NULL);
        add_handle(segment);
    }
    end_call();
    return segment;
}

struct krg_segment *krg_segment_open(const char *name) {
    if (strlen(name) > MOST_NAME) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return open_segment(name, 0);
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

int register_mapping(struct krg_segment *segment, void *address) {
    struct order order = {.version = VERSION, .kind = MAP_PART, .address = (uintptr_t)address,
                          .length = segment->length,
                          .offset_pages = segment->offset / PAGE_BYTES};
    // A child would share the memory without being told of its faults.
    if (syscall(SYS_madvise, address, segment->length, MADV_DONTFORK) < 0
        || syscall(SYS_madvise, address, segment->length, MADV_DONTDUMP) < 0)
        return -1;
    segment->faults = open_faults(segment->device);
    if (segment->faults < 0)
        return -1;
    segment->address = address;
    fence(segment); // before it has any page
    if (ask_plainly(segment->socket, &order, sizeof order, segment->faults) == 0
        && watch_handle(segment) == 0
        && syscall(SYS_mprotect, address, segment->length, segment->protection) == 0)
        return 0;
    unfence(segment);
    segment->address = NULL;
    close_quietly(segment->faults);
    segment->faults = -1;
    return -1;
}

// Maps the part that the handle says. In a program that locks its memory (mlockall(2)) the kernel touches at once
// what may be touched: pages of zeros would be there before anybody is told of a fault.
static void *map_locked(struct krg_segment *segment, void *wanted, int place) {
    if (segment->inherited) {
        errno = EINVAL;
        return NULL;
    }
    if (segment->address != NULL) {
        errno = EBUSY;
        return NULL;
    }
    if ((place != 0 && (uintptr_t)wanted % PAGE_BYTES != 0) || segment->length == 0
        || segment->length % PAGE_BYTES != 0 || segment->offset % PAGE_BYTES != 0
        || segment->length > segment->size || segment->offset < 0
        || (size_t)segment->offset > segment->size - segment->length) {
        errno = EINVAL;
        return NULL;
    }
    void *address = mmap(wanted, segment->length, PROT_NONE, MAP_SHARED | place, segment->memory,
                         segment->offset);
    if (address == MAP_FAILED)
        return NULL;
    if (register_mapping(segment, address) < 0) {
        int error = errno;
        munmap(address, segment->length);
        errno = error;
        return NULL;
    }
    return address;
}

static void *map(struct krg_segment *segment, void *address, int place, size_t length,
                 off_t offset, int protection) {
    begin_call();
    pthread_mutex_lock(&segment->lock);
    if (segment->address == NULL && !segment->inherited) {
        segment->length = length;
        segment->offset = offset;
        segment->protection = protection;
    }
    void *mapped = map_locked(segment, address, place);
    pthread_mutex_unlock(&segment->lock);
    end_call();
    return mapped;
}

void *krg_segment_map(struct krg_segment *segment, void *address) {
    return map(segment, address, address == NULL ? 0 : MAP_FIXED_NOREPLACE, segment->size, 0,
               PROT_READ | PROT_WRITE);
}

void *krg_segment_map_part(struct krg_segment *segment, void *address, int place, size_t length,
                           off_t offset, int protection) {
    return map(segment, address, place, length, offset, protection);
}

int krg_segment_after_fork(struct krg_segment *segment) {
    void *address = segment->address;
    int result = -1;
    begin_call();
    if (attend() == 0 && connect_handle(segment, NULL, segment->id) == 0) {
        segment->address = NULL;
        segment->inherited = false;
        if (address == NULL || map_locked(segment, address, MAP_FIXED_NOREPLACE) != NULL)
            result = 0;
    }
    end_call();
    return result;
}

// In a child made by fork something else may be at the address by now.
static int unmap_locked(struct krg_segment *segment) {
    if (segment->address == NULL || segment->inherited)
        return fail(EINVAL);
    struct request request = {.version = VERSION, .kind = UNMAP,
                              .address = (uintptr_t)segment->address};
    unmap_watched(segment);
    // An agent that is gone has forgotten the mapping by itself.
    (void)ask_plainly(segment->socket, &request, sizeof request, -1);
    close_quietly(segment->faults);
    segment->faults = -1;
    return 0;
}

int krg_segment_unmap(struct krg_segment *segment) {
    begin_call();
    pthread_mutex_lock(&segment->lock);
    int result = unmap_locked(segment);
    pthread_mutex_unlock(&segment->lock);
    end_call();
    return result;
}

void krg_segment_close(struct krg_segment *segment) {
    if (segment == NULL)
        return;
    begin_call();
    if (segment->address != NULL)
        (void)krg_segment_unmap(segment);
    remove_handle(segment);
    forget_threads(segment);
    close_handle(segment);
    pthread_mutex_destroy(&segment->lock);
    free(segment);
    end_call();
}
