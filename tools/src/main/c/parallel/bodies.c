// SPDX-License-Identifier: Apache-2.0
//
// Bodies that attract each other, each pair looked at. A member moves its part of them, and reads where all
// are; a round is a step of time.
#include "crew.h"

#include <math.h>

static const double STEP = 0.001, SOFTENING = 0.01;


// Places of one time, those of the next, and speeds, which nobody else reads.
static double *places(const struct member *member, uint64_t size, uint64_t time) {
    return (double *)(member->memory + time % 2 * whole_pages(3 * size * sizeof(double)));
}

static double *speeds(const struct member *member, uint64_t size) {
    return (double *)(member->memory + 2 * whole_pages(3 * size * sizeof(double)));
}

static size_t bytes(uint64_t size) {
    return 3 * whole_pages(3 * size * sizeof(double));
}

static void prepare(const struct member *member, uint64_t size) {
    struct part part = part_of(member, size);
    for (size_t i = 3 * part.start; i < 3 * part.end; i++) {
        places(member, size, 0)[i] = number_at(i);
        speeds(member, size)[i] = 0;
    }
}

static void pull(const double *all, uint64_t size, const double *here, double force[3]) {
    for (size_t other = 0; other < size; other++) {
        double x = all[3 * other] - here[0];
        double y = all[3 * other + 1] - here[1];
        double z = all[3 * other + 2] - here[2];
        double square = x * x + y * y + z * z + SOFTENING;
        double weight = 1 / (square * sqrt(square));
        force[0] += x * weight;
        force[1] += y * weight;
        force[2] += z * weight;
    }
}

static void compute(const struct member *member, uint64_t size, uint64_t rounds) {
    struct part part = part_of(member, size);
    double *speed = speeds(member, size);
    for (uint64_t time = 0; time < rounds; time++) {
        const double *now = places(member, size, time);
        double *next = places(member, size, time + 1);
        for (size_t i = part.start; i < part.end; i++) {
            double force[3] = {0};
            pull(now, size, now + 3 * i, force);
            for (int axis = 0; axis < 3; axis++) {
                speed[3 * i + axis] += STEP * force[axis] / (double)size;
                next[3 * i + axis] = now[3 * i + axis] + STEP * speed[3 * i + axis];
            }
        }
        member->meet(member);
    }
}

static uint64_t checksum(const struct member *member, uint64_t size, uint64_t rounds) {
    return hash_of(places(member, size, rounds), 3 * size * sizeof(double), HASH_START);
}

const struct work BODIES = {"bodies", 2048, 4, 1 << 20, bytes, prepare, compute, checksum};
