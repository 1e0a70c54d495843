// SPDX-License-Identifier: Apache-2.0
//
// The product of two square matrices. A member computes a band of rows of it, and reads all of the second
// matrix.
#include "crew.h"

static size_t row_bytes(uint64_t size) {
    return whole_pages(size * sizeof(double));
}

static double *row(const struct member *member, uint64_t size, int matrix, size_t y) {
    return (double *)(member->memory + (matrix * size + y) * row_bytes(size));
}

static size_t bytes(uint64_t size) {
    return 3 * size * row_bytes(size);
}

static void prepare(const struct member *member, uint64_t size) {
    struct part part = part_of(member, size);
    for (int matrix = 0; matrix < 2; matrix++)
        for (size_t y = part.start; y < part.end; y++)
            for (size_t x = 0; x < size; x++)
                row(member, size, matrix, y)[x] = number_at((matrix * size + y) * size + x);
}

static void compute(const struct member *member, uint64_t size, uint64_t rounds) {
    struct part part = part_of(member, size);
    for (uint64_t round = 0; round < rounds; round++) {
        for (size_t y = part.start; y < part.end; y++) {
            const double *left = row(member, size, 0, y);
            double *product = row(member, size, 2, y);
            for (size_t x = 0; x < size; x++)
                product[x] = 0;
            for (size_t k = 0; k < size; k++) {
                const double *right = row(member, size, 1, k);
                for (size_t x = 0; x < size; x++)
                    product[x] += left[k] * right[x];
            }
        }
        member->meet(member);
    }
}

static uint64_t checksum(const struct member *member, uint64_t size, uint64_t rounds) {
    uint64_t hash = HASH_START;
    (void)rounds;
    for (size_t y = 0; y < size; y++)
        hash = hash_of(row(member, size, 2, y), size * sizeof(double), hash);
    return hash;
}

const struct work MATRIX = {"matrix", 512, 1, 8192, bytes, prepare, compute, checksum};
