// SPDX-License-Identifier: Apache-2.0
//
// posix-product NAME INDEX COUNT: COUNT processes multiply two matrices in POSIX shared memory, each
// some rows; 0 makes it, and takes its name away when all have it. All print the checksum.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 128

struct shared {
    _Atomic long ready;
    _Atomic long mapped;
    _Atomic long done;
    double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void await(_Atomic long *word, long wanted) {
    while (atomic_load(word) < wanted)
        usleep(2000);
}

static int make(const char *name) {
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct shared)) < 0)
        fail("make");
    if (shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600) >= 0 || errno != EEXIST)
        fail("it is there already");
    return fd;
}

static int find(const char *name) {
    int fd;
    struct stat about;
    while ((fd = shm_open(name, O_RDWR, 0)) < 0 && errno == ENOENT)
        usleep(2000);
    if (fd < 0)
        fail("find");
    do {
        usleep(2000);
        if (fstat(fd, &about) < 0)
            fail("fstat");
    } while ((size_t)about.st_size < sizeof(struct shared));
    return fd;
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    const char *name = arguments[1];
    long index = atol(arguments[2]), processes = atol(arguments[3]);
    if (shm_open("/krg-test-of-nobody", O_RDWR, 0) >= 0 || errno != ENOENT)
        fail("that of nobody");
    int fd = index == 0 ? make(name) : find(name);
    if (mmap(NULL, SIZE_MAX, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED || errno != ENOMEM)
        fail("all of memory and more");
    struct shared *shared = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED || close(fd) < 0)
        fail("mmap");
    if (index == 0) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                shared->left[i][j] = i + j;
                shared->right[i][j] = i - j;
            }
        }
        atomic_store(&shared->ready, 1);
    }
    await(&shared->ready, 1);
    atomic_fetch_add(&shared->mapped, 1);
    await(&shared->mapped, processes);
    if (index == 0 && shm_unlink(name) < 0)
        fail("shm_unlink");
    for (long i = SIZE * index / processes; i < SIZE * (index + 1) / processes; i++)
        for (int j = 0; j < SIZE; j++)
            for (int k = 0; k < SIZE; k++)
                shared->product[i][j] += shared->left[i][k] * shared->right[k][j];
    atomic_fetch_add(&shared->done, 1);
    await(&shared->done, processes);
    double sum = 0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            sum += shared->product[i][j] * ((i * 3 + j) % 7);
    printf("%.0f\n", sum);
    return munmap(shared, sizeof(struct shared)) < 0;
}
