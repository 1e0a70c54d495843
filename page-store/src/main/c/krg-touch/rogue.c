// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "rogue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096

enum { MOST_DESCRIPTORS = 1024, TRIES = 1000, PAUSE_NANOS = 2000000 };

// The descriptor of this process whose file is called so.
static int find_descriptor(const char *name) {
    char link[64], file[256];
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, file, sizeof file - 1);
        file[size > 0 ? size : 0] = 0;
        if (strstr(file, name) != NULL)
            return fd;
    }
    errno = ENOENT;
    return -1;
}

int truncate_memory(size_t bytes) {
    int memory = find_descriptor("memfd:krg-field");
    return memory < 0 ? -1 : ftruncate(memory, (off_t)bytes);
}

int let_faults_block(void) {
    int faults = find_descriptor("[userfaultfd]");
    return faults < 0 ? -1 : fcntl(faults, F_SETFL, 0);
}

static void *touch(void *page) {
    (void)*(volatile char *)page;
    return NULL;
}

int stray(void) {
    int faults = find_descriptor("[userfaultfd]");
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register registration = {
        .range = {.start = (uintptr_t)page, .len = PAGE_BYTES}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    pthread_t thread;
    if (faults < 0 || page == MAP_FAILED || ioctl(faults, UFFDIO_REGISTER, &registration) < 0)
        return -1;
    errno = pthread_create(&thread, NULL, touch, page);
    return errno == 0 ? 0 : -1;
}

static int connections[MOST_DESCRIPTORS];
static int connected;

// Those who wait to be let in are so many and no more: then it is tried again for 2 s.
static int connect_once(const struct sockaddr_un *agent) {
    struct timespec pause = {.tv_nsec = PAUSE_NANOS};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    for (int i = 0; fd >= 0 && i < TRIES; i++) {
        if (connect(fd, (const struct sockaddr *)agent, sizeof *agent) == 0)
            return fd;
        nanosleep(&pause, NULL);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

int flood(int count) {
    struct sockaddr_un agent = {.sun_family = AF_UNIX};
    snprintf(agent.sun_path, sizeof agent.sun_path, "%s", getenv("KRG_PAGES_SOCKET"));
    while (connected < count && connected < MOST_DESCRIPTORS) {
        int fd = connect_once(&agent);
        if (fd < 0)
            break;
        connections[connected++] = fd;
    }
    return connected;
}

void drain(void) {
    while (connected > 0)
        close(connections[--connected]);
}
