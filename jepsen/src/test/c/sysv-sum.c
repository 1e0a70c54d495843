// SPDX-License-Identifier: Apache-2.0
//
// sysv-sum KEY INDEX COUNT: COUNT processes sum squares in System V shared memory, each with a child
// for half of its share. All print the sum; the last to come takes the segment away.
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBERS 20000

struct shared {
    _Atomic long arrived;
    _Atomic long sum;
    _Atomic long done;
    long squares[NUMBERS];
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void square(struct shared *shared, long from, long to) {
    for (long i = from; i < to; i++) {
        shared->squares[i] = i * i;
        if (i % 100 == 0)
            atomic_fetch_add(&shared->sum, 0);
    }
}

static void await(_Atomic long *word, long wanted) {
    while (atomic_load(word) < wanted)
        usleep(2000);
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    key_t key = (key_t)strtoul(arguments[1], NULL, 0);
    long index = atol(arguments[2]), processes = atol(arguments[3]);
    struct shmid_ds about;
    if (shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0)
        fail("shmget of its own");
    if (shmget(key, SIZE_MAX, IPC_CREAT | 0600) >= 0)
        fail("all of memory and more");
    int id = shmget(key, sizeof(struct shared), IPC_CREAT | 0600);
    if (id < 0)
        fail("shmget");
    struct shared *shared = shmat(id, NULL, 0);
    if (shared == (void *)-1)
        fail("shmat");
    if (shmget(key, sizeof(struct shared), IPC_CREAT | IPC_EXCL | 0600) >= 0)
        fail("it is there already");
    if (shmget(key, sizeof(struct shared) * 2, 0600) >= 0)
        fail("it is not that large");
    long from = NUMBERS * index / processes, to = NUMBERS * (index + 1) / processes;
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        square(shared, from, (from + to) / 2);
        _exit(0);
    }
    square(shared, (from + to) / 2, to);
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        fail("child");
    atomic_fetch_add(&shared->arrived, 1);
    await(&shared->arrived, processes);
    long sum = 0;
    for (long i = 0; i < NUMBERS; i++)
        sum += shared->squares[i];
    atomic_fetch_add(&shared->sum, sum);
    if (atomic_fetch_add(&shared->done, 1) == processes - 1) {
        if (shmctl(id, IPC_STAT, &about) < 0 || about.shm_segsz < sizeof(struct shared)
            || about.shm_nattch < 1 || shmctl(id, IPC_RMID, NULL) < 0)
            fail("shmctl");
        if (shmget(key, 0, 0600) >= 0)
            fail("its key is free");
    }
    await(&shared->done, processes);
    printf("%ld %ld\n", sum, atomic_load(&shared->sum));
    return shmdt(shared) < 0;
}
