// SPDX-License-Identifier: Apache-2.0
//
// Making, finding, resizing and removing segments in the name of the program's user.
#include "private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { ADVISE = 38, DESTROY = 39, SYNC = 40 };

static int name_order(struct order *order, const char *name) {
    if (strlen(name) > MOST_NAME)
        return fail(ENAMETOOLONG);
    strcpy(order->name, name);
    return 0;
}

static int give_within(struct order *order, struct krg_segment_info *info) {
    struct about about;
    int got[MOST_PASSED];
    order->version = VERSION;
    int fd = connect_agent();
    if (fd < 0)
        return -1;
    ssize_t size = send_packet(fd, order, sizeof *order, -1) < 0
                       ? -1
                       : receive_packet(fd, &about, sizeof about, got);
    close_quietly(fd);
    if (size < 0)
        return -1;
    close_passed(got);
    if (size < (ssize_t)sizeof(struct answer) || about.version != VERSION)
        return fail(EPROTONOSUPPORT);
    if (about.error != 0)
        return fail(about.error);
    if (size != sizeof about)
        return fail(EPROTONOSUPPORT);
    if (info != NULL)
        *info = (struct krg_segment_info){.id = about.segment, .size = about.size,
                                          .uid = about.uid, .gid = about.gid,
                                          .mode = about.mode, .held = about.held,
                                          .removed = about.removed != 0,
                                          .created = (time_t)about.created};
    return 0;
}

static int give(struct order *order, struct krg_segment_info *info) {
    begin_call();
    int result = give_within(order, info);
    end_call();
    return result;
}

// Rounded up to whole pages. EINVAL: there is no such size.
static int size_order(struct order *order, size_t size) {
    if (size > SIZE_MAX - (PAGE_BYTES - 1))
        return fail(EINVAL);
    order->length = (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    return 0;
}

// EINVAL: no segment has a page there.
static int offset_order(struct order *order, off_t offset) {
    if (offset < 0 || offset % PAGE_BYTES != 0 || offset / PAGE_BYTES > UINT32_MAX)
        return fail(EINVAL);
    order->offset_pages = offset / PAGE_BYTES;
    return 0;
}

int krg_segment_create(const char *name, size_t size, mode_t mode, struct krg_segment_info *info) {
    struct order order = {.kind = CREATE, .mode = mode & 0777};
    return name_order(&order, name) < 0 || size_order(&order, size) < 0 ? -1 : give(&order, info);
}

int krg_segment_find(const char *name, struct krg_segment_info *info) {
    struct order order = {.kind = FIND};
    return name_order(&order, name) < 0 ? -1 : give(&order, info);
}

int krg_segment_find_id(uint64_t id, struct krg_segment_info *info) {
    struct order order = {.kind = FIND, .segment = id};
    return give(&order, info);
}

int krg_segment_resize(uint64_t id, size_t size) {
    struct order order = {.kind = RESIZE, .segment = id};
    return size_order(&order, size) < 0 ? -1 : give(&order, NULL);
}

int krg_segment_remove(uint64_t id) {
    struct order order = {.kind = REMOVE, .segment = id};
    return give(&order, NULL);
}

int krg_segment_destroy(uint64_t id) {
    struct order order = {.kind = DESTROY, .segment = id};
    return give(&order, NULL);
}

int krg_segment_advise(struct krg_segment *segment, off_t offset, size_t length, int advice) {
    struct order order = {.kind = ADVISE, .segment = segment->id,
                          .key = {segment->key[0], segment->key[1]},
                          .mode = (uint32_t)advice, .length = length};
    return offset_order(&order, offset) < 0 ? -1 : give(&order, NULL);
}

// A disk takes its time. Should the agent end, the connection does.
int krg_segment_sync(struct krg_segment *segment, off_t offset, size_t length) {
    struct order order = {.version = VERSION, .kind = SYNC, .segment = segment->id,
                          .key = {segment->key[0], segment->key[1]},
                          .length = length};
    struct timeval no_limit = {0};
    if (offset_order(&order, offset) < 0)
        return -1;
    begin_call();
    int fd = connect_agent();
    int result = fd < 0 ? -1 : setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &no_limit, sizeof no_limit);
    if (result == 0)
        result = ask_plainly(fd, &order, sizeof order, -1);
    close_quietly(fd);
    end_call();
    return result;
}

struct krg_segment *krg_segment_open_id(uint64_t id) {
    return open_segment(NULL, id);
}

uint64_t krg_segment_id(const struct krg_segment *segment) {
    return segment->id;
}
