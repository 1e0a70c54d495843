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
 * A child made by fork has neither the mapping nor the use of the handle: it opens the segment
 * itself. Not for the memory of a segment: mremap, O_DIRECT, fixed buffers of io_uring, vmsplice.
 *
 * Calls that fail say why in errno; all of them may be called from any thread.
 */

#include <stddef.h>

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

/* Unmaps it if it is mapped and frees the handle. NULL is allowed. */
void krg_segment_close(struct krg_segment *segment);

#ifdef __cplusplus
}
#endif

#endif
