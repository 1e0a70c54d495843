// SPDX-License-Identifier: Apache-2.0
#ifndef LIBKRG_PRIVATE_H
#define LIBKRG_PRIVATE_H

// What the parts of libkrg share, and the packets between a program and the agent of its node. The
// same layouts are in Java: AttachCodec, ManageCodec.
#include "../libkrg.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Nothing here is a name that a program may meet.
#pragma GCC visibility push(hidden)

#define PAGE_BYTES 4096
#define MOST_PASSED 3 // descriptors with one packet

enum { VERSION = 3, MOST_NAME = 255 };
enum kind { OPEN = 1, MAP = 2, UNMAP = 3, ATTEND = 4, PAUSED = 5, DETACHED = 6, CHECKPOINT = 7 };
enum order_kind { CREATE = 32, FIND = 33, RESIZE = 34, REMOVE = 35, OPEN_BY_ID = 36, MAP_PART = 37 };

struct request {
    uint32_t version;
    uint32_t kind;
    uint64_t address; // of MAP and UNMAP; of PAUSED: an errno, or 0
    uint64_t length;  // of MAP; of PAUSED: the thread that is in the way, or how many callbacks agreed
    char name[MOST_NAME + 1]; // of OPEN, ends with a zero
};

struct answer {
    int32_t error; // an errno, or 0
    uint32_t version;
    uint64_t size;    // of OPEN
    uint64_t segment; // of OPEN: its number
};

// Answers OPEN and OPEN_BY_ID; who was refused gets a struct answer.
struct opened {
    struct answer answer;
    uint64_t key[2]; // opens it again, whoever may open it by then
};

struct order {
    uint32_t version;
    uint32_t kind;
    uint64_t segment; // which one, if there is no name
    uint64_t address; // of MAP_PART
    uint64_t length;  // of MAP_PART, CREATE, RESIZE and SYNC
    uint32_t offset_pages; // of MAP_PART and SYNC
    uint32_t mode;    // of CREATE
    uint64_t key[2];  // of who has had the segment open, if there is no name
    char name[MOST_NAME + 1];
};

// Answers CREATE, FIND, RESIZE and REMOVE; who was refused gets a struct answer.
struct about {
    int32_t error;
    uint32_t version;
    uint64_t size;
    uint64_t segment;
    uint32_t uid;
    uint32_t gid;
    uint32_t mode;
    uint32_t held;
    uint32_t removed;
    uint32_t unused;
    uint64_t created;
};

struct krg_segment {
    struct krg_segment *next; // of all handles of this process
    pthread_mutex_t lock;
    int socket;
    int memory; // memfd
    const _Atomic uint64_t *lease; // of the node, while the handle is open: see fence.c
    struct krg_segment *fenced; // the next one of those that are mapped
    int device; // /dev/userfaultfd as the agent opened it, or -1
    int faults; // userfaultfd while mapped, or -1
    size_t size;
    uint64_t id;
    uint64_t key[2]; // zeros before it was opened
    void *address; // NULL while not mapped
    size_t length; // of the mapping, as offset and protection
    off_t offset;
    int protection;
    bool lost; // its agent has ended
    bool over; // and it was not taken up at the next one: touched it is SIGBUS
    bool inherited; // by fork: neither mapped nor open here, though its objects can be used
};

// Sets errno and returns -1.
int fail(int error);

void close_quietly(int fd);

// A connection to the agent of this node, or -1.
int connect_agent(void);

// Sends one packet, with a descriptor unless that is -1.
int send_packet(int fd, const void *bytes, size_t size, int passed);

// Receives one packet, and some descriptors, -1 where there is none.
ssize_t receive_packet(int fd, void *bytes, size_t size, int passed[MOST_PASSED]);
void close_passed(const int passed[MOST_PASSED]);

// Asks for an answer and nothing else. -1 and errno if it is a refusal.
int ask_plainly(int fd, const void *bytes, size_t size, int passed);

// Opens the segment of that name, or of that number if the name is NULL.
struct krg_segment *open_segment(const char *name, uint64_t id);

// Lets go of all threads that have synchronised by it.
void forget_threads(const struct krg_segment *segment);

// Nobody begins or ends to synchronise between these.
void hold_threads(void);
void release_threads(void);

// In a child made by fork.
void forget_all_threads(void);

// Ends their connections; each makes another when it next synchronises. Allocates and frees nothing.
void disconnect_threads(struct krg_segment *segment);

// Fills in what the agent gives to who opens a segment, by name or by number. -1 and errno.
int connect_handle(struct krg_segment *segment, const char *name, uint64_t id);

// Has the agent resolve the faults of what is mapped at an address so that nobody can touch it, and lets the
// program touch it. -1 and errno.
int register_mapping(struct krg_segment *segment, void *address);

// Closes all descriptors of a handle.
void close_handle(struct krg_segment *segment);

// The agent has ended: what threads hold by it went to others.
void end_agent(void);

// Whether that was a lock, or steps on a semaphore that were undone. Asked while all others are paused.
bool lost_objects(void);

// Every call of a program stands between these: its thread is not paused meanwhile. They nest.
void begin_call(void);
void end_call(void);

// Makes sure that this process can be paused and detached by its agent. -1 and errno.
int attend(void);

// The handles of this process: those whose mappings are to be taken away from it and made again.
void add_handle(struct krg_segment *segment);
void remove_handle(struct krg_segment *segment);

// Starts the thread that empties mappings when the node's lease is over. -1 and errno.
int start_fence(void);

// That thread, which does nothing of the application's; 0 if there is none.
pid_t fence_thread(void);

// Maps the page by which the agent says how long the node holds its lease. -1 and errno.
int map_lease(struct krg_segment *segment, int fd);
void unmap_lease(struct krg_segment *segment);

// Takes all pages out of the mapping: whoever touches one stands still. The memory keeps them.
void empty_mapping(const struct krg_segment *segment);

// From now on the mapping is emptied when the lease is over, or no more.
void fence(struct krg_segment *segment);
void unfence(struct krg_segment *segment);

// In a child made by fork.
void forget_fence(void);

// Starts a thread in which no signal of the application is handled. -1 and errno.
int start_thread(void *(*body)(void *), size_t stack_bytes);

// Has the mapping emptied when the connection of the handle ends, or no more, and takes it away.
int watch_handle(struct krg_segment *segment);
void unmap_watched(struct krg_segment *segment);

#pragma GCC visibility pop

#endif
