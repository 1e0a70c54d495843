// SPDX-License-Identifier: Apache-2.0
#ifndef LIBKRGSHM_SHARE_H
#define LIBKRGSHM_SHARE_H

// What the parts of libkrgshm share.
#include "../libkrg.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Only what stands for a function of libc is seen by the program.
#define INTERPOSED __attribute__((visibility("default")))

// The function of libc that has that name.
#define NEXT(function)                                                            \
    ({                                                                            \
        static __typeof__(&function) next;                                        \
        if (next == NULL)                                                         \
            next = (__typeof__(next))dlsym(RTLD_NEXT, #function);                 \
        next;                                                                     \
    })

#pragma GCC visibility push(hidden)

enum { SEGMENT_NAME = 80 };
enum { MAKE = 1, MAKE_NEW = 2 };

// Above 0 while a thread is in here: what libkrg calls is libc's then.
extern __thread int inside;

// Whether the job shares that POSIX name, or that System V key, and what its segment is called.
bool is_shared_name(const char *name, char *segment);
bool is_shared_key(key_t key, const char *kind, char *segment);

// Identifiers of System V that stand for a segment; the kernel gives out none of them.
bool is_shared_id(int id);
int id_of(const struct krg_segment_info *info);
uint64_t segment_of(int id);

// Finds a segment, or makes it, as flags say. -1 and errno.
int find_or_create(const char *segment, size_t size, int flags, mode_t mode,
                   struct krg_segment_info *info);

// What this process has mapped. Each of these takes the lock of the table.
void *mapping_add(uint64_t segment, void *address, int place, size_t length, off_t offset,
                  int protection);
size_t mapping_length(const void *address);
bool mapping_remove(void *address);
bool mapping_overlaps(const void *address, size_t length);

#pragma GCC visibility pop

#endif
