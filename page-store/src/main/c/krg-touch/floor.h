// SPDX-License-Identifier: Apache-2.0
#ifndef KRG_TOUCH_FLOOR_H
#define KRG_TOUCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

// Memory that two processes of this machine share page by page, over one connection on loopback and without krg:
// the least that page faults between processes cost.
//
// is_home: whether this process is asked for pages, and makes `file`, in which it says where it listens; the other
// one is started when it is there. bytes: whole pages, the same in both. Returns NULL with errno.
void *floor_map(bool is_home, const char *file, size_t bytes);

#endif
