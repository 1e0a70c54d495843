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
 * A page whose only copy was lost with its node is SIGBUS for whoever touches it, never zeros. A segment that is a
 * file (krg-admin segment create --file) holds at first what the file holds; krg_segment_sync writes it back.
 * When the agent of the node ends, whoever touches the segment stands still, until the next agent answers and the
 * memory is mapped again at the same addresses. Pages that only this node had are SIGBUS then; so is all of it
 * for a process that held a lock, which others have by then, or that cannot be paused.
 *
 * The agent can take the memory away from a process and have it mapped again, at the same addresses, by the
 * agent that listens at the socket then: so a process is saved and brought back, here or on another
 * node. What the segment holds then is what the cluster has of it. All threads stand still meanwhile:
 * they handle the signal SIGRTMAX-2, which is the library's (with SA_RESTART; calls that end with EINTR
 * whenever a signal is handled, as poll and nanosleep do, end so). A process is not taken away while a thread of
 * it blocks that signal, holds an object of those below, waits for a condition, or has steps on semaphores
 * to be undone. A thread that waits for a lock or a semaphore or at a barrier leaves its place, and asks
 * again when it goes on. A segment that is gone by then is SIGBUS, and a line on standard error.
 *
 * A child made by fork has neither the mapping nor the use of the handle until it calls
 * krg_segment_after_fork; what it has put at the address stays when it closes the handle. Not for the
 * memory of a segment: mremap, O_DIRECT, fixed buffers of io_uring, vmsplice.
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
 * EHOSTDOWN no agent is there, or it lets no more of this user in; EPROTONOSUPPORT the agent speaks
 * another version; ENAMETOOLONG; ETIMEDOUT the agent does not answer, or has started and has not registered for 30 s;
 * EAGAIN the segment has been being saved or put back for a minute.
 */
struct krg_segment *krg_segment_open(const char *name);

/* The size of the segment in bytes, a multiple of the page size. */
size_t krg_segment_size(const struct krg_segment *segment);

/*
 * Maps the whole segment for reading and writing: at `address` if that is not NULL, so that all
 * processes can use the same pointers.
 *
 * NULL and errno: EBUSY it is mapped already; EEXIST something else is mapped at the address;
 * EINVAL the address is not that of a page, or the handle is the parent's; ENOSYS, EPERM or ENODEV the kernel has no userfaultfd
 * for this process (Linux 6.6 is needed); ENOMEM; EHOSTDOWN, ETIMEDOUT as above.
 */
void *krg_segment_map(struct krg_segment *segment, void *address);

/*
 * Takes the mapping away; what was written stays in the segment.
 *
 * -1 and errno: EINVAL it is not mapped, or by the parent only that this process was forked from.
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

/*
 * Unmaps it if it is mapped and frees the handle. NULL is allowed. Locks that are still held by it
 * count as abandoned. No thread may be using the handle.
 */
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
 * be 0 for the time being. `info` may be NULL. What nobody touches takes no memory, on no node: a
 * segment may have up to 4 TiB, and is mapped whole. What is counted is touched parts of 2 MiB: when the
 * cluster has 262144 of them, in all segments, the first touch of another one is SIGBUS.
 *
 * -1 and errno: EEXIST; EINVAL the name is not 1 to 63 letters, digits, dots, dashes and underscores,
 * or more than 4 TiB; ENOSPC the cluster has as many segments as it may have; EHOSTDOWN; ETIMEDOUT.
 */
int krg_segment_create(const char *name, size_t size, mode_t mode, struct krg_segment_info *info);

/* Tells about a segment. -1 and errno: ENOENT; EACCES; EHOSTDOWN; ETIMEDOUT. */
int krg_segment_find(const char *name, struct krg_segment_info *info);
int krg_segment_find_id(uint64_t id, struct krg_segment_info *info);

/*
 * Makes it larger, by zeros; who has mapped it goes on with what is mapped.
 *
 * -1 and errno: EINVAL it is larger already, or more than 4 TiB; EPERM it is another user's; ENOENT; EHOSTDOWN.
 */
int krg_segment_resize(uint64_t id, size_t size);

/*
 * Takes its name away: who holds it goes on, and when nobody does, on no node, it is destroyed.
 *
 * -1 and errno: EPERM it is another user's; ENOENT; EHOSTDOWN; ETIMEDOUT.
 */
int krg_segment_remove(uint64_t id);

/*
 * Destroys it at once, whoever holds it: their pages are gone, and who waits for an object of it gets
 * EIDRM. A file stays, as krg_segment_sync has left it; so with krg_segment_remove. -1 and errno as krg_segment_remove.
 */
int krg_segment_destroy(uint64_t id);

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

/*
 * Writes a part of a segment that is a file to the file, from whatever node has the pages. When it returns
 * 0, every store that was made before by any process is in the file and survives a crash of the machine
 * that the file is on; later ones may be. Nothing else writes to the file but `krg-admin segment sync` and `destroy`.
 * `offset` and `length` are multiples of the page size.
 *
 * -1 and errno: EINVAL the part is not in the segment, or that is no file; EIO the disk failed, or pages are lost
 * (all others are in the file then; the log of the agent names them); ENOSPC, EDQUOT, EROFS, EFBIG;
 * EHOSTDOWN the node of the file is lost or cannot be reached, or the agent has ended: what the file has is not known.
 * While it runs the process is not taken away from its agent.
 */
int krg_segment_sync(struct krg_segment *segment, off_t offset, size_t length);

/* Opens a segment by its number, also one without a name. As krg_segment_open. */
struct krg_segment *krg_segment_open_id(uint64_t id);

/* The number of the segment. */
uint64_t krg_segment_id(const struct krg_segment *segment);

/*
 * Objects to synchronise with, for threads of any process on any node that has the segment open.
 *
 * An object is named by a number of your choice below 2^63, for example the offset of what it
 * protects. It is not in the segment's memory, needs no preparation and survives the loss of any
 * node, as long as most nodes are there: at first it is a free lock, a semaphore or word of 0. A
 * number is one kind of object at a time. Each call costs an agreement of the nodes, a disk's write
 * included: share data by pages, and synchronise once for much of it.
 *
 * All calls return 0 or an error number, as those of pthread do, and none sets errno:
 * EINVAL the object is in use as something else, or a value cannot be right; EIDRM the segment was
 * destroyed; ENOSPC the cluster has too many objects; ESTALE this node was declared lost since: what
 * it held went to others; EHOSTDOWN the agent is gone: whether the call had its effect is not
 * known; ENOMEM, EMFILE, EAGAIN no connection could be made for this thread.
 *
 * A thread that ends, by itself or with its process or node, abandons the locks it holds: the next
 * thread gets them with EOWNERDEAD. While most nodes cannot be reached, calls wait, those with a
 * time limit too. A child made by fork has none of its parent's locks. None of the calls is where a thread
 * is cancelled (pthread_cancel).
 */

/*
 * A mutex, like a robust one of pthread that checks for errors. EOWNERDEAD: the caller has the lock,
 * and the thread that had it before ended with it; when what it protects is in order, say so by
 * krg_mutex_consistent, or unlocking makes the mutex ENOTRECOVERABLE for all, until krg_reset.
 * EDEADLK the caller has it already; EBUSY (trylock) somebody else has; EPERM (unlock) the caller
 * has not.
 */
int krg_mutex_lock(struct krg_segment *segment, uint64_t mutex);
int krg_mutex_trylock(struct krg_segment *segment, uint64_t mutex);
/* Waits until `limit` on CLOCK_REALTIME, then ETIMEDOUT. */
int krg_mutex_timedlock(struct krg_segment *segment, uint64_t mutex, const struct timespec *limit);
int krg_mutex_unlock(struct krg_segment *segment, uint64_t mutex);
int krg_mutex_consistent(struct krg_segment *segment, uint64_t mutex);

/*
 * A read-write lock, given in the order of arrival. EOWNERDEAD: the caller has the lock, and a
 * thread ended while it had it to write; so it goes on until a writer unlocks it.
 */
int krg_rwlock_rdlock(struct krg_segment *segment, uint64_t lock);
int krg_rwlock_tryrdlock(struct krg_segment *segment, uint64_t lock);
/* Waits until `limit` on CLOCK_REALTIME, then ETIMEDOUT; so with timedwrlock. */
int krg_rwlock_timedrdlock(struct krg_segment *segment, uint64_t lock,
                           const struct timespec *limit);
int krg_rwlock_wrlock(struct krg_segment *segment, uint64_t lock);
int krg_rwlock_trywrlock(struct krg_segment *segment, uint64_t lock);
int krg_rwlock_timedwrlock(struct krg_segment *segment, uint64_t lock,
                           const struct timespec *limit);
int krg_rwlock_unlock(struct krg_segment *segment, uint64_t lock);

/*
 * Waits until `count` threads wait; one of them gets PTHREAD_BARRIER_SERIAL_THREAD. A thread that
 * ends meanwhile is not counted.
 */
int krg_barrier_wait(struct krg_segment *segment, uint64_t barrier, unsigned count);

/* A condition with a mutex of the same segment; without spurious wake-ups. */
int krg_cond_wait(struct krg_segment *segment, uint64_t condition, uint64_t mutex);
/* Waits until `limit` on CLOCK_REALTIME and then for the mutex: ETIMEDOUT with the mutex held. */
int krg_cond_timedwait(struct krg_segment *segment, uint64_t condition, uint64_t mutex,
                       const struct timespec *limit);
int krg_cond_signal(struct krg_segment *segment, uint64_t condition);
int krg_cond_broadcast(struct krg_segment *segment, uint64_t condition);

/*
 * Runs `function` once, like pthread_once, for all who call it with this number on any node: one
 * caller runs it to its end, the others wait and then see all it did to the memory of the segment.
 * Everybody gets 0 when it has been run; so does who comes later. A krg_reset lets it be run again.
 *
 * A thread that ends, with its process or node or by itself, before its `function` has returned hands it to the
 * next caller, who runs it again from the start: what it did until then may be there, or be lost with its
 * node. So does one that is
 * cancelled in it. One that leaves it by longjmp or an exception keeps its turn until it ends.
 * EDEADLK (in `function`) it calls krg_once with its own number. ESTALE it was run by this thread to its end, but the
 * agent ended, or the node was declared lost, before that was known: others run it again.
 */
int krg_once(struct krg_segment *segment, uint64_t once, void (*function)(void *argument),
             void *argument);

/*
 * The same in two parts. `chosen`: the caller is to run it, and to say then whether that came to its end
 * (`done`), or the next one is to run it. Otherwise it has been run. End it in the thread that began it.
 */
int krg_once_begin(struct krg_segment *segment, uint64_t once, bool *chosen);
int krg_once_end(struct krg_segment *segment, uint64_t once, bool done);

#define KRG_SEM_NOWAIT 1u /* EAGAIN instead of waiting */
#define KRG_SEM_UNDO 2u   /* taken back when the process ends */

/* A step on a semaphore, as semop(2) has it: amount 0 waits until the value is 0. */
struct krg_sem_op {
    uint64_t semaphore;
    int32_t amount;
    uint32_t flags;
};

/*
 * Does 1 to 500 steps at once, or waits until they can be done; for `limit` if it is not NULL, then
 * EAGAIN. EINTR a signal was handled meanwhile; ERANGE a value would exceed 32767.
 */
int krg_sem_op(struct krg_segment *segment, const struct krg_sem_op *steps, size_t count,
               const struct timespec *limit);
/* Sets a semaphore to 0 to 32767; nothing done before is undone any more. */
int krg_sem_set(struct krg_segment *segment, uint64_t semaphore, int value);
/* Tells the value, how many wait for more, and how many wait for zero. Each may be NULL. */
int krg_sem_get(struct krg_segment *segment, uint64_t semaphore, int *value, unsigned *for_more,
                unsigned *for_zero);

/*
 * Words of 64 bits. What was there before is stored in `before` unless that is NULL. A change that
 * was acknowledged is never lost and never made twice, whatever nodes end.
 */
int krg_atomic_load(struct krg_segment *segment, uint64_t word, uint64_t *value);
int krg_atomic_add(struct krg_segment *segment, uint64_t word, uint64_t amount, uint64_t *before);
int krg_atomic_exchange(struct krg_segment *segment, uint64_t word, uint64_t value,
                        uint64_t *before);
/* Stores `value` if the word is `*expected`; else EBUSY, and what it is in `*expected`. */
int krg_atomic_compare_exchange(struct krg_segment *segment, uint64_t word, uint64_t *expected,
                                uint64_t value);

/* Makes an object all zeros, whatever it was. EBUSY while somebody holds it or waits for it. */
int krg_reset(struct krg_segment *segment, uint64_t object);

/*
 * A say in checkpoints.
 *
 * A program in a cell is saved and moved without its doing. One that wants a say has these calls; they
 * need no segment. Each sets errno, beside what is said below, to EHOSTDOWN when no agent is there, as outside
 * of krg: then nothing was done, and nothing saves the program either. A child made by fork begins without
 * anything of what its parent has said here.
 */

/*
 * Has the program called back whenever it is saved, for a checkpoint or a move:
 *
 *     before          it is about to be saved. Not 0: it is not, and goes on; who asked is told the number
 *     after_restart   it goes on from what was saved, in another incarnation: moved, or brought back
 *     on_continue     it goes on as the same incarnation, saved or not
 *
 * Each may be NULL. They run in a thread of the library while all threads of the program run, and may do what
 * any thread may: a lock taken in `before` is released in the one after it. Only when each `before` has
 * returned do all threads stand still; when the program goes on they do, and then it is called back.
 * `before` is called in the reverse order of registration, the others in that order. All of `before` has 20 s.
 * A move saves the program more than once: for each `before` that returned 0 one of the others follows.
 *
 * In a job of the engine `cooperative` nothing of the program comes back but the files that `before` has written
 * into the directory KRG_STATE_DIR: another incarnation begins at main, where it reads them. after_restart
 * is never called there, and krg_checkpoint_now never gives 1. What was printed is to be flushed in `before`.
 *
 * -1 and errno: ENOSPC there are 64 already.
 */
int krg_checkpoint_on(int (*before)(void *argument), void (*after_restart)(void *argument),
                      void (*on_continue)(void *argument), void *argument);

/*
 * Between these the program is not saved: a checkpoint or a move waits for the end of the section for 8 s,
 * then it is refused and says so. A section is its thread's, and they nest. Does not keep the program
 * from being stopped or killed, nor from being frozen when its node is out of touch.
 *
 * The first waits while the program is being saved. -1 and errno (enable): EINVAL the thread is in none.
 */
int krg_checkpoint_disable(void);
int krg_checkpoint_enable(void);

/*
 * Leaves memory out of what is saved: from then on it is zeros, whether the program is brought back or goes
 * on. after_restart and on_continue build it anew, or mark it as to be built; they and the `before` of the same
 * registration keep the program's threads from using it meanwhile, by a lock. Only private memory that can be
 * written and has no file behind it. krg_checkpoint_include takes that back, with the same range; to be called
 * before the memory is freed.
 *
 * -1 and errno: EINVAL it is not such memory, or (include) such a range; ENOSPC there are 1024 already.
 */
int krg_checkpoint_exclude(void *address, size_t length);
int krg_checkpoint_include(void *address, size_t length);

/*
 * Takes a checkpoint now. 0: it is taken and its record is committed, the program goes on. 1: the
 * program is another incarnation, brought back from this checkpoint or moved meanwhile. The callbacks have
 * been called by then.
 *
 * -1 and errno: EDEADLK called in a critical section of the same thread or in a callback; EBUSY a critical section,
 * a callback or something of the kernel's was in the way; ENOTSUP the process is not in a cell, or a rank of a
 * parallel job, or its job is not saved; EIO it failed, the agent's log says why; EHOSTDOWN, ETIMEDOUT (after 600 s)
 * whether it was taken is not known.
 */
int krg_checkpoint_now(void);

/*
 * The number of this incarnation, from 1 up: another one, larger, after each move and restart. Effects outside
 * that carry it can be told from those of an incarnation that is over. It may change between the call and the use of what
 * it returned, unless both are in one critical section.
 *
 * -1 and errno: ENOENT the program is not in a cell.
 */
int64_t krg_epoch(void);

#ifdef __cplusplus
}
#endif

#endif
