// SPDX-License-Identifier: Apache-2.0
#ifndef PARALLEL_CREW_H
#define PARALLEL_CREW_H

// Who computes together: ranks of a parallel job on memory of the cluster, or threads of one process on its own.
// The programs do not know which.
#include <stddef.h>
#include <stdint.h>

enum { PAGE_BYTES = 4096 };

struct member {
    unsigned rank; // from 0
    unsigned count;
    char *memory; // the same for all; zeros, or what was there before
    void (*meet)(const struct member *); // returns when all have come
    void *means; // of meeting
};

// One of the programs. What it computes depends on size and rounds alone, not on how many compute it.
struct work {
    const char *name;
    uint64_t size; // by default, as rounds
    uint64_t rounds;
    uint64_t most; // size
    size_t (*bytes)(uint64_t size);
    void (*prepare)(const struct member *, uint64_t size); // a part; all meet afterwards
    void (*compute)(const struct member *, uint64_t size, uint64_t rounds);
    uint64_t (*checksum)(const struct member *, uint64_t size, uint64_t rounds); // of the first rank
};

extern const struct work MATRIX, BODIES, HISTOGRAM, PLATE;

// The part of `size` things that is a member's; the last one is not included.
struct part {
    size_t start;
    size_t end;
};

struct part part_of(const struct member *member, size_t size);

size_t whole_pages(size_t bytes);

// FNV-1a.
uint64_t hash_of(const void *bytes, size_t size, uint64_t before);

#define HASH_START 0xcbf29ce484222325ull

// The same number for the same index, in [0, 1).
double number_at(uint64_t index);

#endif
