// SPDX-License-Identifier: Apache-2.0
// Memory of all kinds.

#define _GNU_SOURCE
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20 };

static unsigned char byte_at(size_t i) {
    return (unsigned char)(i * 2654435761u >> 24);
}

static void fill(unsigned char *memory, size_t length) {
    for (size_t i = 0; i < length; i++) {
        memory[i] = byte_at(i);
    }
}

static void verify(const unsigned char *memory, size_t length) {
    for (size_t i = 0; i < length; i++) {
        CHECK(memory[i] == byte_at(i), "byte %zu is %d, not %d", i, memory[i], byte_at(i));
    }
}

static void heap(void) {
    unsigned char *memory = malloc(16 * MEGABYTE);
    CHECK(memory != NULL, "no memory");
    fill(memory, 16 * MEGABYTE);
    await_go();
    verify(memory, 16 * MEGABYTE);
    free(memory);
}

static void *map(size_t length, int protection, int flags, int fd) {
    void *memory = mmap(NULL, length, protection, flags, fd, 0);
    CHECK(memory != MAP_FAILED, "mmap: %s", strerror(errno));
    return memory;
}

static void shared_with_child(void) {
    unsigned char *memory =
        map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    volatile unsigned *turn = (volatile unsigned *)memory;
    pid_t child = MUST(fork());
    if (child == 0) {
        while (1) {
            if (*turn % 2 == 1) {
                (*turn)++;
            }
            usleep(200);
        }
    }
    await_go();
    for (int i = 0; i < 50; i++) {
        unsigned before = *turn;
        (*turn)++;
        for (int wait = 0; *turn != before + 2; wait++) {
            CHECK(wait < 10000, "the child does not see what is written");
            usleep(1000);
        }
    }
    kill(child, 9);
    waitpid(child, NULL, 0);
}

static void sysv_memory(void) {
    int segment = MUST(shmget(IPC_PRIVATE, MEGABYTE, 0600));
    unsigned char *memory = shmat(segment, NULL, 0);
    CHECK(memory != (void *)-1, "shmat: %s", strerror(errno));
    fill(memory, MEGABYTE);
    await_go();
    verify(memory, MEGABYTE);
    unsigned char *again = shmat(segment, NULL, SHM_RDONLY);
    CHECK(again != (void *)-1, "the segment is gone: %s", strerror(errno));
    verify(again, MEGABYTE);
    shmctl(segment, IPC_RMID, NULL);
}

static void sysv_semaphores(void) {
    int set = MUST(semget(IPC_PRIVATE, 3, 0600));
    for (int i = 0; i < 3; i++) {
        MUST(semctl(set, i, SETVAL, i * 11));
    }
    await_go();
    for (int i = 0; i < 3; i++) {
        CHECK(semctl(set, i, GETVAL) == i * 11, "semaphore %d is %d", i, semctl(set, i, GETVAL));
    }
    semctl(set, 0, IPC_RMID);
}

static void posix_memory(void) {
    int fd = MUST(shm_open("/krg-conform", O_CREAT | O_RDWR, 0600));
    MUST(ftruncate(fd, MEGABYTE));
    unsigned char *memory = map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    fill(memory, MEGABYTE);
    await_go();
    verify(memory, MEGABYTE);
    int again = MUST(shm_open("/krg-conform", O_RDWR, 0600));
    unsigned char *second = map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_SHARED, again);
    memory[5] = 99;
    CHECK(second[5] == 99, "the name leads to another memory");
    shm_unlink("/krg-conform");
}

static void memory_file(void) {
    int fd = MUST(memfd_create("conform", MFD_CLOEXEC));
    MUST(ftruncate(fd, MEGABYTE));
    unsigned char *memory = map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    fill(memory, MEGABYTE);
    MUST(lseek(fd, 4321, SEEK_SET));
    await_go();
    verify(memory, MEGABYTE);
    CHECK(lseek(fd, 0, SEEK_CUR) == 4321, "the position is %ld", (long)lseek(fd, 0, SEEK_CUR));
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC, "not closed at exec");
}

static void mapped_file(void) {
    char path[] = "/tmp/krg-conform-XXXXXX";
    int fd = MUST(mkstemp(path));
    MUST(ftruncate(fd, MEGABYTE));
    unsigned char *shared = map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    fill(shared, MEGABYTE);
    unsigned char *private = map(MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    private[17] = 1;
    private[MEGABYTE - 1] = 2;
    await_go();
    verify(shared, MEGABYTE);
    CHECK(private[17] == 1 && private[MEGABYTE - 1] == 2, "private changes are gone");
    shared[100] = 200;
    unsigned char byte;
    CHECK(pread(fd, &byte, 1, 100) == 1 && byte == 200, "the file does not see the memory");
    unlink(path);
}

static void protection(void) {
    unsigned char *memory =
        map(8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    fill(memory, 8 * 4096);
    MUST(mprotect(memory + 4096, 4096, PROT_NONE));
    MUST(mprotect(memory + 2 * 4096, 4096, PROT_READ));
    MUST(munmap(memory + 4 * 4096, 4096));
    MUST(mlock(memory, 4096));
    await_go();
    unsigned char resident[8];
    CHECK(mincore(memory + 4 * 4096, 4096, resident) == -1 && errno == ENOMEM, "the hole is gone");
    int ends[2];
    MUST(pipe(ends));
    CHECK(write(ends[1], memory + 4096, 1) == -1 && errno == EFAULT, "a hidden page shows");
    CHECK(write(ends[1], "x", 1) == 1, "no pipe");
    CHECK(read(ends[0], memory + 2 * 4096, 1) == -1 && errno == EFAULT, "a read-only page took it");
    MUST(mprotect(memory + 4096, 4096, PROT_READ));
    verify(memory, 4 * 4096);
}

static void deep_stack(int depth) {
    volatile unsigned char local[4096];
    for (size_t i = 0; i < sizeof local; i++) {
        local[i] = (unsigned char)(depth + i);
    }
    if (depth == 0) {
        await_go();
    } else {
        deep_stack(depth - 1);
    }
    for (size_t i = 0; i < sizeof local; i++) {
        CHECK(local[i] == (unsigned char)(depth + i), "stack frame %d is damaged", depth);
    }
}

static void stack(void) {
    deep_stack(500);
}

enum { MAPPINGS = 5000 };

// Neighbours of different protection, which the kernel keeps apart.
static void many_mappings(void) {
    unsigned char *memory =
        map(MAPPINGS * 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    for (int i = 0; i < MAPPINGS; i++) {
        memory[i * 4096L] = (unsigned char)(i * 7);
        if (i % 2 == 1) {
            MUST(mprotect(memory + i * 4096L, 4096, PROT_READ));
        }
    }
    await_go();
    for (int i = 0; i < MAPPINGS; i++) {
        CHECK(memory[i * 4096L] == (unsigned char)(i * 7), "mapping %d is damaged", i);
        if (i % 2 == 0) {
            memory[i * 4096L + 1] = 1;
        }
    }
    int ends[2];
    MUST(pipe(ends));
    MUST(write(ends[1], "x", 1));
    CHECK(read(ends[0], memory + 4096, 1) == -1 && errno == EFAULT, "a read-only page took it");
}

// Whether the kernel shows FLAG for the mapping that begins at MEMORY.
static int has_flag(const void *memory, const char *flag) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    CHECK(maps != NULL, "no smaps");
    char line[512];
    int here = 0, found = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            here = from == (unsigned long)memory;
        } else if (here && strncmp(line, "VmFlags:", 8) == 0) {
            found = strstr(line, flag) != NULL;
        }
    }
    fclose(maps);
    return found;
}

static void advice(void) {
    static const struct {
        int advice;
        const char *flag, *name;
    } ALL[] = {
        {MADV_HUGEPAGE, " hg", "MADV_HUGEPAGE"},   {MADV_NOHUGEPAGE, " nh", "MADV_NOHUGEPAGE"},
        {MADV_DONTFORK, " dc", "MADV_DONTFORK"},   {MADV_WIPEONFORK, " wf", "MADV_WIPEONFORK"},
        {MADV_DONTDUMP, " dd", "MADV_DONTDUMP"},   {MADV_SEQUENTIAL, " sr", "MADV_SEQUENTIAL"},
        {MADV_RANDOM, " rr", "MADV_RANDOM"},
    };
    enum { COUNT = sizeof ALL / sizeof *ALL };
    unsigned char *memory[COUNT];
    for (int i = 0; i < COUNT; i++) {
        memory[i] = map(4 * MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
        // Neighbours that differ otherwise, too.
        MUST(mprotect(memory[i] + 3 * MEGABYTE, MEGABYTE, PROT_NONE));
        MUST(madvise(memory[i], 3 * MEGABYTE, ALL[i].advice));
        fill(memory[i], 3 * MEGABYTE);
        CHECK(has_flag(memory[i], ALL[i].flag), "the kernel knows no %s", ALL[i].name);
    }
    await_go();
    for (int i = 0; i < COUNT; i++) {
        verify(memory[i], 3 * MEGABYTE);
        CHECK(has_flag(memory[i], ALL[i].flag), "%s is forgotten", ALL[i].name);
    }
    pid_t child = MUST(fork());
    if (child == 0) {
        unsigned char resident[1];
        int gone = mincore(memory[2], 4096, resident) == -1 && errno == ENOMEM;
        _exit(gone && memory[3][5] == 0 && memory[4][5] == byte_at(5) ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0, "a child gets what it should not");
}

static void sealed(void) {
    int fd = MUST(memfd_create("sealed", MFD_ALLOW_SEALING));
    unsigned char block[4096];
    fill(block, sizeof block);
    MUST(write(fd, block, sizeof block));
    MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
    await_go();
    CHECK(fcntl(fd, F_GET_SEALS) == (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), "seals %x",
          fcntl(fd, F_GET_SEALS));
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == EPERM, "it can be written to");
    CHECK(pread(fd, block, sizeof block, 0) == sizeof block, "it is shorter");
    verify(block, sizeof block);
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static void guarded(void) {
    unsigned char *memory = map(8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    fill(memory, 8 * 4096);
    int knows = madvise(memory + 2 * 4096, 4096, MADV_GUARD_INSTALL) == 0;
    await_go();
    int ends[2];
    MUST(pipe(ends));
    CHECK(!knows || (write(ends[1], memory + 2 * 4096, 1) == -1 && errno == EFAULT),
          "a guarded page shows");
    verify(memory, 2 * 4096);
    CHECK(memory[3 * 4096] == byte_at(3 * 4096), "a page behind it is damaged");
}

const struct program MEMORY[] = {
    {"heap", "16 MiB of the heap", heap},
    {"shared-memory", "anonymous memory shared with a child", shared_with_child},
    {"sysv-memory", "a System V segment", sysv_memory},
    {"sysv-semaphores", "System V semaphores", sysv_semaphores},
    {"posix-memory", "shared memory by name, in /dev/shm", posix_memory},
    {"memory-file", "a file of memfd_create, with its position", memory_file},
    {"mapped-file", "a file in memory, shared and private", mapped_file},
    {"protection", "pages that are hidden, read-only, locked, and a hole", protection},
    {"many-mappings", "five thousand mappings of a page", many_mappings},
    {"advice", "huge pages, what a child gets and does not", advice},
    {"sealed", "a sealed file of memfd_create", sealed},
    {"guarded", "a page that is guarded", guarded},
    {"stack", "five hundred frames of a stack", stack},
    {0},
};
