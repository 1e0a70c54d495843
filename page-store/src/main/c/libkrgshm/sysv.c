// SPDX-License-Identifier: Apache-2.0
//
// System V shared memory, shmop(2), shmget(2), shmctl(2). A segment is as large as asked for, rounded
// up to pages; the times and pids of IPC_STAT that no node keeps are 0.
#define _GNU_SOURCE
#include "share.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

INTERPOSED int shmget(key_t key, size_t size, int flags) {
    char segment[SEGMENT_NAME];
    struct krg_segment_info info;
    if (key == IPC_PRIVATE || !is_shared_key(key, "shm", segment))
        return NEXT(shmget)(key, size, flags);
    int make = (flags & IPC_CREAT) == 0 ? 0 : MAKE | ((flags & IPC_EXCL) == 0 ? 0 : MAKE_NEW);
    inside++;
    int found = -1;
    // Of size 0 none is made.
    if (size == 0 && make != 0 && krg_segment_find(segment, &info) < 0)
        errno = errno == ENOENT ? EINVAL : errno;
    else
        found = find_or_create(segment, size, make, flags & 0777, &info);
    inside--;
    if (found < 0)
        return -1;
    if (size > info.size) {
        errno = EINVAL;
        return -1;
    }
    return id_of(&info);
}

INTERPOSED void *shmat(int id, const void *wanted, int flags) {
    if (!is_shared_id(id))
        return NEXT(shmat)(id, wanted, flags);
    uintptr_t address = (uintptr_t)wanted;
    if ((flags & SHM_RND) != 0)
        address -= address % SHMLBA;
    if (address % SHMLBA != 0 || (flags & (SHM_REMAP | SHM_EXEC)) != 0) {
        errno = EINVAL;
        return (void *)-1;
    }
    int protection = (flags & SHM_RDONLY) != 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    int place = address == 0 ? 0 : MAP_FIXED_NOREPLACE;
    void *mapped = mapping_add(segment_of(id), (void *)address, place, 0, 0, protection);
    if (mapped != NULL)
        return mapped;
    if (errno == EEXIST || errno == ENOENT)
        errno = EINVAL;
    return (void *)-1;
}

INTERPOSED int shmdt(const void *address) {
    return mapping_remove((void *)address) ? 0 : NEXT(shmdt)(address);
}

static int tell(int id, struct shmid_ds *about) {
    struct krg_segment_info info;
    if (krg_segment_find_id(segment_of(id), &info) < 0)
        return -1;
    memset(about, 0, sizeof *about);
    about->shm_perm.uid = about->shm_perm.cuid = info.uid;
    about->shm_perm.gid = about->shm_perm.cgid = info.gid;
    about->shm_perm.mode = info.mode | (info.removed ? SHM_DEST : 0);
    about->shm_segsz = info.size;
    about->shm_ctime = info.created;
    about->shm_nattch = info.held;
    return 0;
}

INTERPOSED int shmctl(int id, int command, struct shmid_ds *about) {
    int result = -1;
    if (!is_shared_id(id))
        return NEXT(shmctl)(id, command, about);
    inside++;
    if (command == IPC_STAT)
        result = tell(id, about);
    else if (command == IPC_RMID)
        result = krg_segment_remove(segment_of(id));
    else
        errno = command == SHM_LOCK || command == SHM_UNLOCK ? EPERM : EINVAL;
    if (result < 0 && errno == ENOENT)
        errno = EINVAL;
    inside--;
    return result;
}
