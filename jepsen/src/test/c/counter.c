// SPDX-License-Identifier: Apache-2.0
//
// counter KEY NAME INDEX COUNT STOP: COUNT processes, and a child of each, add to a number in System V shared
// memory of KEY, by right of a semaphore of KEY, until there is a file STOP; each to its own number in POSIX
// shared memory NAME, too. Prints `N` after each of its own additions, and at the end `total T own N`, where
// T is what all have added, and N what it and its child have.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOCK, ADDED, NEVER, SEMAPHORES };

static int set;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void step(int semaphore, int amount, int flags) {
    struct sembuf steps = {.sem_num = semaphore, .sem_op = amount, .sem_flg = flags};
    if (semop(set, &steps, 1) < 0)
        fail("semop");
}

// Who waits for what never comes is told that the set is gone.
static void end(int memory, const char *name, int index, int count) {
    struct sembuf never = {.sem_num = NEVER, .sem_op = -1};
    if (index != 0) {
        if (semop(set, &never, 1) == 0 || errno != EIDRM)
            fail("the set is removed");
        return;
    }
    while (semctl(set, NEVER, GETNCNT) < count - 1)
        usleep(10 * 1000);
    if (semctl(set, 0, IPC_RMID) < 0 || shmctl(memory, IPC_RMID, NULL) < 0 || shm_unlink(name) < 0)
        fail("remove");
}

static long add(volatile long *shared, const char *stop, int is_told) {
    long added = 0;
    for (; access(stop, F_OK) < 0; usleep(20 * 1000)) {
        step(LOCK, -1, SEM_UNDO);
        *shared += 1;
        step(LOCK, 1, SEM_UNDO);
        added++;
        if (is_told)
            printf("%ld\n", added);
    }
    return added;
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 2;
    key_t key = (key_t)strtol(argv[1], NULL, 0);
    int index = atoi(argv[3]), count = atoi(argv[4]);
    setlinebuf(stdout);
    int memory = shmget(key, 4096, IPC_CREAT | 0666);
    set = semget(key, SEMAPHORES, IPC_CREAT | 0666);
    int fd = shm_open(argv[2], O_RDWR | O_CREAT, 0666);
    if (memory < 0 || set < 0 || fd < 0 || ftruncate(fd, 8192) < 0)
        fail("shared memory");
    volatile long *shared = shmat(memory, NULL, 0);
    _Atomic long *own = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == (void *)-1 || own == MAP_FAILED)
        fail("mappings");
    own += index;
    if (index == 0)
        step(LOCK, 1, 0);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    atomic_fetch_add(own, add(shared, argv[5], child != 0));
    if (child == 0)
        return 0;
    int status;
    if (waitpid(child, &status, 0) < 0 || status != 0)
        fail("child");
    step(ADDED, 1, 0);
    step(ADDED, -count, 0);
    step(ADDED, count, 0);
    printf("total %ld own %ld\n", *shared, atomic_load(own));
    end(memory, argv[2], index, count);
    return 0;
}
