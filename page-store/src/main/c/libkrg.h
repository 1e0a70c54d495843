// SPDX-License-Identifier: Apache-2.0
#ifndef LIBKRG_H
#define LIBKRG_H

/*
 * Shared memory over the cluster, for programs in C.
 *
 *     struct krg_segment *segment = krg_segment_open("field");
 *     double *field = krg_segment_map(segment, NULL);
 *
 * Processes that map the same segment, on whatever nodes, see the same memory: sequentially
 * consistent between nodes, by the machine's own rules among the threads of one node. The unit that
 * moves is a page of 4096 bytes: what different nodes write often belongs on pages of its own.
 *
 * A page whose only copy was lost with its node is SIGBUS for whoever touches it, never zeros.
 * When the agent of the node ends, whoever touches the segment stands still: the process has to be
 * ended. A thread of the library waits for that.
 *
 * A child made by fork has neither the mapping nor the use of the handle until it calls
 * krg_segment_after_fork. Not for the memory of a segment: mremap, O_DIRECT, fixed buffers of io_uring, vmsplice.
 *
 * Calls that fail say why in errno; all of them may be called from any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct krg_segment;

/*
 * Opens a segment that exists, by the agent of this node: at the socket that the environment
 * variable KRG_PAGES_SOCKET names, or /run/krg/pages.sock.
 *
 * NULL and errno: ENOENT no such segment; EACCES it is another user's, or the socket is;
 * EHOSTDOWN no agent is there; EPROTONOSUPPORT the agent speaks another version;
 * ENAMETOOLONG; ETIMEDOUT the agent does not answer.
 */
struct krg_segment *krg_segment_open(const char *name);

/* The size of the segment in bytes, a multiple of the page size. */
size_t krg_segment_size(const struct krg_segment *segment);

/*
 * Maps the whole segment for reading and writing: at `address` if that is not NULL, so that all
 * processes can use the same pointers.
 *
 * NULL and errno: EBUSY it is mapped already; EEXIST something else is mapped at the address;
 * EINVAL the address is not that of a page; ENOSYS, EPERM or ENODEV the kernel has no userfaultfd
 * for this process (Linux 6.6 is needed); ENOMEM; EHOSTDOWN, ETIMEDOUT as above.
 */
void *krg_segment_map(struct krg_segment *segment, void *address);

/*
 * Takes the mapping away; what was written stays in the segment.
 *
 * -1 and errno: EINVAL it is not mapped.
 */
int krg_segment_unmap(struct krg_segment *segment);

/*
 * Maps a part of it; `length` and `offset` are multiples of the page size, `place` is 0, MAP_FIXED or
 * MAP_FIXED_NOREPLACE, `protection` as for mmap.
 *
 * NULL and errno: EINVAL the part is not in the segment; else as krg_segment_map.
 */
void *krg_segment_map_part(struct krg_segment *segment, void *address, int place, size_t length,
                           off_t offset, int protection);

/*
 * In a child made by fork: makes the handle and its mapping, at the same address, the child's own.
 * For a handle that no thread used while the process forked.
 *
 * -1 and errno as krg_segment_open and krg_segment_map: the child has no mapping then.
 */
int krg_segment_after_fork(struct krg_segment *segment);

/* Unmaps it if it is mapped and frees the handle. NULL is allowed. */
void krg_segment_close(struct krg_segment *segment);

/* What the cluster knows of a segment. */
struct krg_segment_info {
    uint64_t id; /* no other segment ever has that number */
    size_t size; /* in bytes; 0 until somebody has said how large it is */
    uid_t uid;   /* its owner */
    gid_t gid;
    mode_t mode; /* who is neither the owner nor root needs the bits to read and to write */
    unsigned held; /* handles that processes of all nodes have */
    bool removed; /* it has no name any more, and goes when nobody holds it */
    time_t created;
};

/*
 * Makes a segment of zeros for the user of this process; `size` is rounded up to whole pages, and may
 * be 0 for the time being. `info` may be NULL.
 *
 * -1 and errno: EEXIST; EINVAL the name is not 1 to 63 letters, digits, dots, dashes and underscores;
 * ENOSPC the cluster has as many as it may have; EHOSTDOWN; ETIMEDOUT.
 */
int krg_segment_create(const char *name, size_t size, mode_t mode, struct krg_segment_info *info);

/* Tells about a segment. -1 and errno: ENOENT; EACCES; EHOSTDOWN; ETIMEDOUT. */
int krg_segment_find(const char *name, struct krg_segment_info *info);
int krg_segment_find_id(uint64_t id, struct krg_segment_info *info);

/*
 * Makes it larger, by zeros; who has mapped it goes on with what is mapped.
 *
 * -1 and errno: EINVAL it is larger already; EPERM it is another user's; ENOENT; ENOSPC; EHOSTDOWN.
 */
int krg_segment_resize(uint64_t id, size_t size);

/*
 * Takes its name away: who holds it goes on, and when nobody does, on no node, it is destroyed.
 *
 * -1 and errno: EPERM it is another user's; ENOENT; EHOSTDOWN; ETIMEDOUT.
 */
int krg_segment_remove(uint64_t id);

/*
 * Says how a part of the segment is going to be read on this node; `advice` is one of madvise(2):
 *
 *     MADV_WILLNEED     fetches it now, the first 8 MiB of it
 *     MADV_SEQUENTIAL   fetches far ahead from the first fault on
 *     MADV_RANDOM       fetches nothing ahead
 *     MADV_NORMAL       fetches ahead of who reads page after page (at first)
 *
 * `offset` and `length` are multiples of the page size. Advice other than MADV_WILLNEED is kept for
 * each 2 MiB that the part touches. -1 and errno: EINVAL; EHOSTDOWN; ETIMEDOUT.
 */
int krg_segment_advise(struct krg_segment *segment, off_t offset, size_t length, int advice);

/* Opens a segment by its number, also one without a name. As krg_segment_open. */
struct krg_segment *krg_segment_open_id(uint64_t id);

/* The number of the segment. */
uint64_t krg_segment_id(const struct krg_segment *segment);

#ifdef __cplusplus
}
#endif

#endif
