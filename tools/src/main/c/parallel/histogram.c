// SPDX-License-Identifier: Apache-2.0
//
// How many of many values fall in each of 4096 classes. A member counts its part of the values in classes of
// its own, on pages of its own; then it adds up its part of the classes of all.
#include "crew.h"

#include <string.h>

enum { CLASSES = 4096, MOST_MEMBERS = 64 };

#define COUNTS_BYTES (CLASSES * sizeof(uint64_t))

static uint64_t *counts(const struct member *member, unsigned of) {
    return (uint64_t *)(member->memory + of * COUNTS_BYTES);
}

static uint64_t *sums(const struct member *member) {
    return counts(member, MOST_MEMBERS);
}

static uint32_t *values(const struct member *member) {
    return (uint32_t *)(member->memory + (MOST_MEMBERS + 1) * COUNTS_BYTES);
}

static size_t bytes(uint64_t size) {
    return (MOST_MEMBERS + 1) * COUNTS_BYTES + whole_pages(size * sizeof(uint32_t));
}

static void prepare(const struct member *member, uint64_t size) {
    struct part part = part_of(member, size);
    for (size_t i = part.start; i < part.end; i++)
        values(member)[i] = (uint32_t)(number_at(i) * number_at(i + size) * 0x1p32);
}

static void compute(const struct member *member, uint64_t size, uint64_t rounds) {
    struct part part = part_of(member, size);
    struct part classes = part_of(member, CLASSES);
    uint64_t *own = counts(member, member->rank);
    for (uint64_t round = 0; round < rounds; round++) {
        memset(own, 0, COUNTS_BYTES);
        for (size_t i = part.start; i < part.end; i++)
            own[values(member)[i] / (uint32_t)(0x100000000 / CLASSES)]++;
        member->meet(member);
        for (size_t class = classes.start; class < classes.end; class++) {
            uint64_t sum = 0;
            for (unsigned of = 0; of < member->count; of++)
                sum += counts(member, of)[class];
            sums(member)[class] = sum;
        }
        member->meet(member);
    }
}

static uint64_t checksum(const struct member *member, uint64_t size, uint64_t rounds) {
    (void)size;
    (void)rounds;
    return hash_of(sums(member), COUNTS_BYTES, HASH_START);
}

const struct work HISTOGRAM = {"histogram", 1 << 22, 4, 1ull << 32, bytes, prepare, compute, checksum};
