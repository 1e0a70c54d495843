// SPDX-License-Identifier: Apache-2.0
#include "crew.h"

struct part part_of(const struct member *member, size_t size) {
    return (struct part){size * member->rank / member->count,
                         size * (member->rank + 1) / member->count};
}

size_t whole_pages(size_t bytes) {
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

uint64_t hash_of(const void *bytes, size_t size, uint64_t before) {
    const unsigned char *each = bytes;
    uint64_t hash = before;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ each[i]) * 0x100000001b3;
    return hash;
}

// splitmix64.
double number_at(uint64_t index) {
    uint64_t z = (index + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}
