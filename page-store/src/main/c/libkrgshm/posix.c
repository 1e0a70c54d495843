// SPDX-License-Identifier: Apache-2.0
//
// POSIX shared memory, shm_open(3). The descriptor that a program gets is of an empty, sealed file:
// known by its inode, another one after a move, it stands for the segment; what is not done through here to
// it fails.
#define _GNU_SOURCE
#include "share.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096

struct object {
    struct object *next;
    struct krg_segment *handle; // keeps a segment without a name; NULL in a child of fork
    uint64_t id;
    int file;
    int descriptors; // of the program, by shm_open and dup
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object *objects;

// ---------------------------------------------------------------- objects and descriptors

static int plain_stat(int fd, struct stat *about) {
    return NEXT(fstat)(fd, about);
}

static struct object *object_locked(int fd) {
    struct stat about, own;
    if (objects == NULL || fd < 0 || plain_stat(fd, &about) < 0)
        return NULL;
    struct object *it = objects;
    while (it != NULL
           && (plain_stat(it->file, &own) < 0 || own.st_ino != about.st_ino
               || own.st_dev != about.st_dev))
        it = it->next;
    return it;
}

// The segment that a descriptor stands for; false if it is any other.
static bool find_segment(int fd, uint64_t *id) {
    if (inside > 0 || objects == NULL)
        return false;
    int error = errno;
    pthread_mutex_lock(&lock);
    struct object *object = object_locked(fd);
    if (object != NULL)
        *id = object->id;
    pthread_mutex_unlock(&lock);
    errno = error;
    return object != NULL;
}

static int empty_file(const char *name) {
    int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file >= 0
        && fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return file;
    if (file >= 0)
        NEXT(close)(file);
    return -1;
}

static struct object *add_locked(const char *name, uint64_t id) {
    struct object *object = calloc(1, sizeof *object);
    if (object == NULL)
        return NULL;
    object->id = id;
    object->file = empty_file(name);
    object->handle = object->file < 0 ? NULL : krg_segment_open_id(id);
    if (object->handle == NULL) {
        int error = errno;
        if (object->file >= 0)
            NEXT(close)(object->file);
        krg_segment_close(object->handle);
        free(object);
        errno = error;
        return NULL;
    }
    object->next = objects;
    objects = object;
    return object;
}

static void forget_locked(struct object *gone) {
    struct object **it = &objects;
    while (*it != gone)
        it = &(*it)->next;
    *it = gone->next;
    NEXT(close)(gone->file);
    krg_segment_close(gone->handle);
    free(gone);
}

static int open_descriptor(const char *name, uint64_t id, int flags) {
    char path[64];
    pthread_mutex_lock(&lock);
    struct object *object = objects;
    while (object != NULL && object->id != id)
        object = object->next;
    if (object == NULL)
        object = add_locked(name, id);
    int fd = -1;
    if (object != NULL) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", object->file);
        fd = open(path, (flags & O_ACCMODE) | O_CLOEXEC);
        if (fd >= 0)
            object->descriptors++;
        else if (object->descriptors == 0)
            forget_locked(object);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mask(void) {
    unsigned value = 022;
    char line[256];
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Umask: %o", &value) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return value;
}

static int open_shared(const char *name, const char *segment, int flags, mode_t mode) {
    struct krg_segment_info info;
    int make = (flags & O_CREAT) == 0 ? 0 : MAKE | ((flags & O_EXCL) == 0 ? 0 : MAKE_NEW);
    for (;;) {
        if (find_or_create(segment, 0, make, mode & ~mask(), &info) < 0)
            return -1;
        // A segment does not shrink.
        if ((flags & O_TRUNC) != 0 && info.size > 0) {
            errno = EINVAL;
            return -1;
        }
        int fd = open_descriptor(name, info.id, flags);
        if (fd >= 0 || errno != ENOENT)
            return fd;
    }
}

INTERPOSED int shm_open(const char *name, int flags, mode_t mode) {
    char segment[SEGMENT_NAME];
    if (!is_shared_name(name, segment))
        return NEXT(shm_open)(name, flags, mode);
    inside++;
    int fd = open_shared(name, segment, flags, mode);
    inside--;
    return fd;
}

INTERPOSED int shm_unlink(const char *name) {
    char segment[SEGMENT_NAME];
    struct krg_segment_info info;
    if (!is_shared_name(name, segment))
        return NEXT(shm_unlink)(name);
    inside++;
    int result = krg_segment_find(segment, &info);
    if (result == 0)
        result = krg_segment_remove(info.id);
    if (result < 0 && errno == EPERM)
        errno = EACCES;
    inside--;
    return result;
}

// ---------------------------------------------------------------- calls about descriptors

static int resize(int fd, uint64_t id, off_t length) {
    struct krg_segment_info info;
    if (length < 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
        errno = EINVAL;
        return -1;
    }
    inside++;
    int result = krg_segment_find_id(id, &info);
    size_t whole = ((size_t)length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (result == 0 && whole != info.size)
        result = krg_segment_resize(id, whole);
    inside--;
    return result;
}

INTERPOSED int ftruncate(int fd, off_t length) {
    uint64_t id;
    return find_segment(fd, &id) ? resize(fd, id, length) : NEXT(ftruncate)(fd, length);
}

INTERPOSED int ftruncate64(int fd, off64_t length) {
    return ftruncate(fd, length);
}

INTERPOSED int posix_fallocate(int fd, off_t offset, off_t length) {
    uint64_t id;
    off_t end;
    struct krg_segment_info info;
    if (!find_segment(fd, &id))
        return NEXT(posix_fallocate)(fd, offset, length);
    if (offset < 0 || length <= 0)
        return EINVAL;
    if (__builtin_add_overflow(offset, length, &end))
        return EFBIG;
    inside++;
    int result = krg_segment_find_id(id, &info);
    inside--;
    if (result == 0 && (size_t)end > info.size)
        result = resize(fd, id, end);
    return result < 0 ? errno : 0;
}

INTERPOSED int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return posix_fallocate(fd, offset, length);
}

INTERPOSED int fstat(int fd, struct stat *about) {
    uint64_t id;
    struct krg_segment_info info;
    if (!find_segment(fd, &id))
        return NEXT(fstat)(fd, about);
    inside++;
    int result = krg_segment_find_id(id, &info);
    inside--;
    if (result < 0 || plain_stat(fd, about) < 0)
        return -1;
    about->st_size = (off_t)info.size;
    about->st_mode = S_IFREG | info.mode;
    about->st_uid = info.uid;
    about->st_gid = info.gid;
    about->st_ctime = info.created;
    return 0;
}

// The layouts are the same on this machine.
INTERPOSED int fstat64(int fd, struct stat64 *about) {
    return fstat(fd, (struct stat *)about);
}

static void *map_shared(uint64_t id, int fd, void *address, size_t length, int protection,
                        int flags, off_t offset) {
    int type = flags & MAP_TYPE;
    bool is_readable = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
    if (length > SIZE_MAX - (PAGE_BYTES - 1)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    if (type == MAP_PRIVATE || length == 0 || (flags & MAP_FIXED && mapping_overlaps(address, length))) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    if (is_readable && (protection & PROT_WRITE) != 0) {
        errno = EACCES;
        return MAP_FAILED;
    }
    size_t whole = (length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    void *mapped = mapping_add(id, address, flags & (MAP_FIXED | MAP_FIXED_NOREPLACE), whole,
                               offset, protection);
    return mapped == NULL ? MAP_FAILED : mapped;
}

INTERPOSED void *mmap(void *address, size_t length, int protection, int flags, int fd,
                      off_t offset) {
    uint64_t id;
    return (flags & MAP_ANONYMOUS) == 0 && find_segment(fd, &id)
               ? map_shared(id, fd, address, length, protection, flags, offset)
               : NEXT(mmap)(address, length, protection, flags, fd, offset);
}

INTERPOSED void *mmap64(void *address, size_t length, int protection, int flags, int fd,
                        off64_t offset) {
    return mmap(address, length, protection, flags, fd, offset);
}

// ---------------------------------------------------------------- descriptors come and go

// One more descriptor of an object, or one less.
static void count(int fd, int more) {
    if (inside > 0 || objects == NULL)
        return;
    int error = errno;
    inside++;
    pthread_mutex_lock(&lock);
    struct object *object = object_locked(fd);
    if (object != NULL) {
        object->descriptors += more;
        if (object->descriptors <= 0)
            forget_locked(object);
    }
    pthread_mutex_unlock(&lock);
    inside--;
    errno = error;
}

INTERPOSED int close(int fd) {
    count(fd, -1);
    return NEXT(close)(fd);
}

INTERPOSED int dup(int fd) {
    int made = NEXT(dup)(fd);
    if (made >= 0)
        count(made, 1);
    return made;
}

INTERPOSED int dup2(int fd, int wanted) {
    if (fd != wanted && fcntl(fd, F_GETFD) >= 0)
        count(wanted, -1);
    int made = NEXT(dup2)(fd, wanted);
    if (made >= 0 && fd != wanted)
        count(made, 1);
    return made;
}

INTERPOSED int dup3(int fd, int wanted, int flags) {
    if (fd != wanted && fcntl(fd, F_GETFD) >= 0)
        count(wanted, -1);
    int made = NEXT(dup3)(fd, wanted, flags);
    if (made >= 0)
        count(made, 1);
    return made;
}

// ---------------------------------------------------------------- fork

static void before_fork(void) {
    pthread_mutex_lock(&lock);
}

static void in_parent(void) {
    pthread_mutex_unlock(&lock);
}

// The handles are the parent's. What a child maps it opens by number.
static void in_child(void) {
    pthread_mutex_init(&lock, NULL);
    for (struct object *it = objects; it != NULL; it = it->next)
        it->handle = NULL;
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, in_parent, in_child);
}
