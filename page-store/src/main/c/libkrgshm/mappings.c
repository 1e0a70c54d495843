// SPDX-License-Identifier: Apache-2.0
//
// The mappings of shared segments in this process, and what becomes of them in a child: it gets them
// at the same addresses before fork returns, in the parent or in the child.
#define _GNU_SOURCE
#include "share.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096

struct mapping {
    struct mapping *next;
    struct krg_segment *segment;
    char *address;
    size_t length;
    bool guarded; // nothing is mapped, and nothing else takes its place
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mapping *mappings;
static int attached[2] = {-1, -1}; // from the child that has its mappings to the parent

void *mapping_add(uint64_t id, void *address, int place, size_t length, off_t offset,
                  int protection) {
    struct mapping *mapping = malloc(sizeof *mapping);
    if (mapping == NULL)
        return NULL;
    inside++;
    struct krg_segment *segment = krg_segment_open_id(id);
    size_t whole = segment == NULL || length != 0 ? length : krg_segment_size(segment);
    void *mapped = segment == NULL ? NULL
                                   : krg_segment_map_part(segment, address, place, whole, offset,
                                                          protection);
    if (mapped == NULL) {
        int error = errno;
        krg_segment_close(segment);
        free(mapping);
        mapping = NULL;
        errno = error;
    }
    inside--;
    if (mapping == NULL)
        return NULL;
    *mapping = (struct mapping){.segment = segment, .address = mapped, .length = whole};
    pthread_mutex_lock(&lock);
    mapping->next = mappings;
    mappings = mapping;
    pthread_mutex_unlock(&lock);
    return mapped;
}

size_t mapping_length(const void *address) {
    size_t length = 0;
    pthread_mutex_lock(&lock);
    for (struct mapping *it = mappings; it != NULL; it = it->next)
        if (it->address == address)
            length = it->length;
    pthread_mutex_unlock(&lock);
    return length;
}

bool mapping_overlaps(const void *address, size_t length) {
    const char *start = address;
    bool overlaps = false;
    if (mappings == NULL)
        return false;
    pthread_mutex_lock(&lock);
    for (struct mapping *it = mappings; it != NULL; it = it->next)
        overlaps |= start < it->address + it->length && it->address < start + length;
    pthread_mutex_unlock(&lock);
    return overlaps;
}

bool mapping_remove(void *address) {
    struct mapping *found = NULL;
    pthread_mutex_lock(&lock);
    for (struct mapping **it = &mappings; *it != NULL; it = &(*it)->next) {
        if ((*it)->address == address) {
            found = *it;
            *it = found->next;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    if (found == NULL)
        return false;
    inside++;
    krg_segment_close(found->segment);
    if (found->guarded)
        NEXT(munmap)(found->address, found->length);
    inside--;
    free(found);
    return true;
}

// ---------------------------------------------------------------- fork

static void before_fork(void) {
    pthread_mutex_lock(&lock);
    attached[0] = attached[1] = -1;
    if (mappings != NULL && pipe2(attached, O_CLOEXEC) < 0)
        attached[0] = attached[1] = -1;
}

static void close_end(int end) {
    if (attached[end] >= 0) {
        inside++;
        close(attached[end]);
        inside--;
    }
    attached[end] = -1;
}

// Until the child has its mappings, or is gone: were the parent to let go of a segment without a name
// before, it would be destroyed.
static void in_parent(void) {
    close_end(1);
    char nothing;
    while (attached[0] >= 0 && read(attached[0], &nothing, 1) < 0 && errno == EINTR)
        ;
    close_end(0);
    pthread_mutex_unlock(&lock);
}

static void in_child(void) {
    pthread_mutex_init(&lock, NULL);
    close_end(0);
    inside++;
    for (struct mapping *it = mappings; it != NULL; it = it->next) {
        if (!it->guarded && krg_segment_after_fork(it->segment) < 0) {
            dprintf(STDERR_FILENO, "krg: child %d has no shared memory at %p: %s\n", getpid(),
                    it->address, strerror(errno));
            // Whoever touches it gets SIGSEGV, and nothing else takes its place.
            it->guarded = mmap(it->address, it->length, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
                          == it->address;
        }
    }
    inside--;
    close_end(1);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, in_parent, in_child);
}

// ---------------------------------------------------------------- calls about ranges

INTERPOSED int munmap(void *address, size_t length) {
    if (inside > 0 || !mapping_overlaps(address, length))
        return NEXT(munmap)(address, length);
    size_t whole = mapping_length(address);
    // All of one mapping and nothing else.
    if (whole == 0 || whole != (length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES) {
        errno = EINVAL;
        return -1;
    }
    mapping_remove(address);
    return 0;
}

INTERPOSED void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...) {
    if (inside == 0 && mapping_overlaps(address, old_length)) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    __builtin_va_list more;
    __builtin_va_start(more, flags);
    void *target = (flags & MREMAP_FIXED) != 0 ? __builtin_va_arg(more, void *) : NULL;
    __builtin_va_end(more);
    return NEXT(mremap)(address, old_length, new_length, flags, target);
}

INTERPOSED int madvise(void *address, size_t length, int advice) {
    if (inside == 0 && (advice == MADV_REMOVE || advice == MADV_DOFORK)
        && mapping_overlaps(address, length)) {
        errno = EINVAL;
        return -1;
    }
    return NEXT(madvise)(address, length, advice);
}
