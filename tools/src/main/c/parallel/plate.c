// SPDX-License-Identifier: Apache-2.0
//
// Jacobi's method for the temperature of a square plate with a hot edge; jacobi.c has more of it. A member
// computes a band of rows, and reads one row on each side of it.
#include "crew.h"

static size_t row_bytes(uint64_t size) {
    return whole_pages(size * sizeof(double));
}

static double *row(const struct member *member, uint64_t size, uint64_t time, size_t y) {
    return (double *)(member->memory + (time % 2 * size + y) * row_bytes(size));
}

static size_t bytes(uint64_t size) {
    return 2 * size * row_bytes(size);
}

static void prepare(const struct member *member, uint64_t size) {
    struct part part = part_of(member, size);
    for (int time = 0; time < 2; time++)
        for (size_t y = part.start; y < part.end; y++)
            for (size_t x = 0; x < size; x++)
                row(member, size, time, y)[x] = y == 0 ? 100 : 0;
}

static void compute(const struct member *member, uint64_t size, uint64_t rounds) {
    struct part part = part_of(member, size);
    size_t start = part.start > 0 ? part.start : 1;
    for (uint64_t time = 0; time < rounds; time++) {
        for (size_t y = start; y < part.end && y < size - 1; y++) {
            const double *above = row(member, size, time, y - 1);
            const double *here = row(member, size, time, y);
            const double *below = row(member, size, time, y + 1);
            double *next = row(member, size, time + 1, y);
            for (size_t x = 1; x < size - 1; x++)
                next[x] = 0.25 * (((above[x] + here[x - 1]) + here[x + 1]) + below[x]);
        }
        member->meet(member);
    }
}

static uint64_t checksum(const struct member *member, uint64_t size, uint64_t rounds) {
    uint64_t hash = HASH_START;
    for (size_t y = 0; y < size; y++)
        hash = hash_of(row(member, size, rounds, y), size * sizeof(double), hash);
    return hash;
}

const struct work PLATE = {"plate", 1024, 20, 16384, bytes, prepare, compute, checksum};
