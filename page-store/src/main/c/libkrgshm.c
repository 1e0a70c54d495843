// SPDX-License-Identifier: Apache-2.0
//
// Loaded into an unmodified program by LD_PRELOAD: what the environment variable KRG_SHARE names,
//
//     KRG_SHARE=posix:/field,sysv:0x1234
//
// is shared with the processes of all nodes: POSIX shared memory of that name, System V shared memory
// of that key. Everything else is libc's, untouched.
#define _GNU_SOURCE
#include "libkrgshm/share.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ID 0x40000000

__thread int inside;

static const char *declared(void) {
    const char *share = getenv("KRG_SHARE");
    return share == NULL ? "" : share;
}

bool is_shared_name(const char *name, char *segment) {
    while (*name == '/')
        name++;
    for (const char *item = declared(); *item != '\0';) {
        size_t length = strcspn(item, ",");
        size_t prefix = sizeof "posix:" - 1;
        if (length > prefix && strncmp(item, "posix:", prefix) == 0) {
            const char *listed = item + prefix;
            size_t size = length - prefix;
            for (; size > 0 && *listed == '/'; size--)
                listed++;
            if (size == strlen(name) && strncmp(listed, name, size) == 0) {
                snprintf(segment, SEGMENT_NAME, "posix.%s", name);
                return true;
            }
        }
        item += length + (item[length] == ',');
    }
    return false;
}

bool is_shared_key(key_t key, const char *kind, char *segment) {
    for (const char *item = declared(); *item != '\0';) {
        size_t length = strcspn(item, ",");
        size_t prefix = sizeof "sysv:" - 1;
        if (length > prefix && strncmp(item, "sysv:", prefix) == 0
            && (key_t)strtoul(item + prefix, NULL, 0) == key) {
            snprintf(segment, SEGMENT_NAME, "%s.%08x", kind, (unsigned)key);
            return true;
        }
        item += length + (item[length] == ',');
    }
    return false;
}

bool is_shared_id(int id) {
    return id >= FIRST_ID && *declared() != '\0';
}

int id_of(const struct krg_segment_info *info) {
    if (info->id >= INT32_MAX - FIRST_ID) {
        errno = ENOSPC;
        return -1;
    }
    return FIRST_ID + (int)info->id;
}

uint64_t segment_of(int id) {
    return (uint64_t)(id - FIRST_ID);
}

int find_or_create(const char *segment, size_t size, int flags, mode_t mode,
                   struct krg_segment_info *info) {
    // Another process may make or remove it between two of these steps.
    for (;;) {
        if (krg_segment_find(segment, info) == 0) {
            if ((flags & MAKE_NEW) != 0) {
                errno = EEXIST;
                return -1;
            }
            return 0;
        }
        if (errno != ENOENT || (flags & MAKE) == 0)
            return -1;
        if (krg_segment_create(segment, size, mode, info) == 0)
            return 0;
        if (errno != EEXIST || (flags & MAKE_NEW) != 0)
            return -1;
    }
}
