// SPDX-License-Identifier: Apache-2.0
//
// sysv-buffer KEY INDEX COUNT: COUNT processes pass numbers through a ring in System V shared memory.
// In each a child puts its numbers in, the process takes as many out, and another child is killed while
// it has the lock, which semop(2) gives back by SEM_UNDO. All print the sum of what was taken.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOTS 4
#define NUMBERS 16 // of each process
#define MOST_PROCESSES 8

enum { LOCK, FREE, FILLED, TO_COME, NEVER, SEMAPHORES };

struct ring {
    long put;
    long taken;
    long killed;
    long slots[SLOTS];
    long sums[MOST_PROCESSES];
};

union argument {
    int value;
    struct semid_ds *about;
    unsigned short *values;
};

static int set;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sembuf step(int semaphore, int amount, int flags) {
    return (struct sembuf){.sem_num = semaphore, .sem_op = amount, .sem_flg = flags};
}

// Several steps at once.
#define DO(...)                                                              \
    do {                                                                     \
        struct sembuf steps[] = {__VA_ARGS__};                               \
        if (semop(set, steps, sizeof steps / sizeof *steps) < 0)             \
            fail(#__VA_ARGS__);                                              \
    } while (0)

static void put(struct ring *ring, long number) {
    DO(step(FREE, -1, 0), step(LOCK, -1, SEM_UNDO));
    ring->slots[ring->put++ % SLOTS] = number;
    DO(step(LOCK, 1, SEM_UNDO), step(FILLED, 1, 0));
}

static long take(struct ring *ring) {
    DO(step(FILLED, -1, 0), step(LOCK, -1, SEM_UNDO));
    long number = ring->slots[ring->taken++ % SLOTS];
    DO(step(LOCK, 1, SEM_UNDO), step(FREE, 1, 0));
    return number;
}

static void die_with_the_lock(struct ring *ring) {
    DO(step(LOCK, -1, SEM_UNDO));
    ring->killed++;
    struct sembuf once_more = step(LOCK, -1, IPC_NOWAIT);
    if (semop(set, &once_more, 1) == 0 || errno != EAGAIN)
        fail("it has the lock");
    kill(getpid(), SIGKILL);
}

static pid_t child(void (*work)(struct ring *, long), struct ring *ring, long index) {
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        work(ring, index);
        _exit(0);
    }
    return child;
}

static void produce(struct ring *ring, long index) {
    for (long i = 0; i < NUMBERS; i++)
        put(ring, index * NUMBERS + i);
}

static void be_killed(struct ring *ring, long index) {
    (void)index;
    die_with_the_lock(ring);
}

// All semaphores are 0 at first: whoever comes before this has been done waits.
static void prepare(long processes) {
    union argument start = {.value = (int)processes};
    if (semctl(set, TO_COME, SETVAL, start) < 0)
        fail("SETVAL");
    DO(step(LOCK, 1, 0), step(FREE, SLOTS, 0));
}

static void look(void) {
    struct semid_ds about;
    unsigned short values[SEMAPHORES];
    struct timespec soon = {.tv_nsec = 1000000};
    struct sembuf never = step(NEVER, -1, 0);
    struct sembuf beyond = step(SEMAPHORES, 1, 0);
    if (semctl(set, 0, IPC_STAT, (union argument){.about = &about}) < 0
        || about.sem_nsems != SEMAPHORES || (about.sem_perm.mode & 0777) != 0600)
        fail("IPC_STAT");
    if (semctl(set, 0, GETALL, (union argument){.values = values}) < 0 || values[NEVER] != 0
        || values[LOCK] > 1 || values[FREE] > SLOTS)
        fail("GETALL");
    if (semtimedop(set, &never, 1, &soon) == 0 || errno != EAGAIN)
        fail("nobody gives that");
    if (semop(set, &beyond, 1) == 0 || errno != EFBIG)
        fail("there is no such semaphore");
}

// Who waits for what never comes is told that the set is gone.
static void end(long index, long processes) {
    struct sembuf never = step(NEVER, -1, 0);
    if (index == 0) {
        while (semctl(set, NEVER, GETNCNT) < processes - 1)
            usleep(10000);
        if (semctl(set, 0, IPC_RMID) < 0)
            fail("IPC_RMID");
    } else if (semop(set, &never, 1) == 0 || errno != EIDRM) {
        fail("the set is removed");
    }
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    key_t key = (key_t)strtoul(arguments[1], NULL, 0);
    long index = atol(arguments[2]), processes = atol(arguments[3]);
    int memory = shmget(key, sizeof(struct ring), IPC_CREAT | 0600);
    if (memory < 0)
        fail("shmget");
    struct ring *ring = shmat(memory, NULL, 0);
    if (ring == (void *)-1)
        fail("shmat");
    set = semget(key, SEMAPHORES, IPC_CREAT | IPC_EXCL | 0600);
    if (set >= 0)
        prepare(processes);
    else if (errno != EEXIST || (set = semget(key, SEMAPHORES, 0)) < 0)
        fail("semget");
    look();
    pid_t producer = child(produce, ring, index), victim = child(be_killed, ring, index);
    for (long i = 0; i < NUMBERS; i++)
        ring->sums[index] += take(ring);
    int status;
    if (waitpid(producer, &status, 0) != producer || status != 0)
        fail("producer");
    if (waitpid(victim, &status, 0) != victim || !WIFSIGNALED(status))
        fail("victim");
    DO(step(TO_COME, -1, 0));
    DO(step(TO_COME, 0, 0));
    long sum = 0;
    for (long i = 0; i < processes; i++)
        sum += ring->sums[i];
    printf("%ld of %ld, %ld killed\n", sum, ring->taken, ring->killed);
    end(index, processes);
    if (index == 0 && shmctl(memory, IPC_RMID, NULL) < 0)
        fail("shmctl");
    return shmdt(ring) < 0;
}
