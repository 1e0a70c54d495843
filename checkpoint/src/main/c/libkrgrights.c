// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into CRIU for every restore, so that the program gets no more than its user has:
//
//   KRG_RIGHTS=UID,GID[,GID...]   the user, the group and the other groups of the program; none for root's
//
// Programs inherit the session keyring of whoever starts them, and its keys with it (keyrings(7)): CRIU
// takes an empty one.
//
// CRIU is root, and makes, removes, renames and chowns what had a path when the program was saved: names
// of sockets, deleted files, what lies in a FIFO. Whoever owns a directory on the way may since have put
// a link to one of root's there. So each such call is made with the user's rights to files (setfsuid(2),
// which takes CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_MKNOD off as well), and the kernel decides.
// What CRIU only reads is looked at afterwards. The file krg-rights in the directory that CRIU changes to
// says that this library is there: ld.so(8) only warns about one that it cannot load.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MARK "krg-rights"
#define PROC_SUPER_MAGIC 0x9fa0
#define UTIME_SCALE 1000
#define MAX_GROUPS 65536

static struct {
    uid_t user;
    gid_t group;
    gid_t *others;
    size_t count;
} theirs;

static gid_t *own_others;
static int own_count;

// The process that reads the images; its children become the program. 0: rights are left alone.
static pid_t criu;

static gid_t *room_for_groups(void) {
    gid_t *room = calloc(MAX_GROUPS, sizeof(gid_t));
    if (room == NULL) {
        abort();
    }
    return room;
}

__attribute__((constructor)) static void read_rights(void) {
    const char *text = getenv("KRG_RIGHTS");
    // The scripts that CRIU runs are the agent's.
    if (getenv("CRTOOLS_SCRIPT_ACTION") != NULL) {
        return;
    }
    // Where it is refused, programs cannot ask for keys either.
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    if (text == NULL) {
        return;
    }
    char *next;
    theirs.others = room_for_groups();
    theirs.user = (uid_t)strtoul(text, &next, 10);
    if (*next != ',') {
        abort();
    }
    theirs.group = (gid_t)strtoul(next + 1, &next, 10);
    while (*next == ',' && theirs.count < MAX_GROUPS) {
        theirs.others[theirs.count++] = (gid_t)strtoul(next + 1, &next, 10);
    }
    own_others = room_for_groups();
    own_count = getgroups(MAX_GROUPS, own_others);
    if (*next != 0 || own_count < 0) {
        abort();
    }
    criu = getpid();
}

// Of this task alone, other than the function of libc.
static long set_groups(size_t count, const gid_t *list) {
    return syscall(SYS_setgroups, count, list);
}

static void be_root(void) {
    int failure = errno;
    setfsuid(0);
    setfsgid(0);
    if (set_groups((size_t)own_count, own_others) != 0 || setfsuid((uid_t)-1) != 0) {
        abort();
    }
    errno = failure;
}

static bool be_user(void) {
    if (set_groups(theirs.count, theirs.others) != 0) {
        return false;
    }
    setfsgid(theirs.group);
    setfsuid(theirs.user);
    if (setfsgid((gid_t)-1) == (int)theirs.group && setfsuid((uid_t)-1) == (int)theirs.user) {
        return true;
    }
    be_root();
    errno = EPERM;
    return false;
}

#define AS_USER(call)                  \
    ({                                 \
        long result = -1;              \
        if (criu == 0) {               \
            result = (call);           \
        } else if (be_user()) {        \
            result = (call);           \
            be_root();                 \
        }                              \
        result;                        \
    })

static bool is_child(void) {
    return criu != 0 && getpid() != criu;
}

#define KDAT "/run/criu.kdat"
#define TRIAL "/tmp/.criu."

static bool starts_with(const char *path, const char *start) {
    return strncmp(path, start, strlen(start)) == 0;
}

// What CRIU finds out about the kernel before it restores anything. Its main process removes files of the
// program, too, whose directories may have any name.
static bool is_of_criu(const char *path) {
    return !is_child()
            && ((starts_with(path, KDAT) && strchr(path + strlen(KDAT), '/') == NULL)
                    || (starts_with(path, TRIAL) && strchr(path + strlen(TRIAL), '/') == NULL));
}

#define CHANGING(path, call) (is_of_criu(path) ? (int)(call) : (int)AS_USER(call))

int chdir(const char *path) {
    if (is_child()) {
        return (int)AS_USER(syscall(SYS_chdir, path));
    }
    int result = (int)syscall(SYS_chdir, path);
    if (result == 0 && criu != 0) {
        int failure = errno;
        close((int)syscall(SYS_openat, AT_FDCWD, MARK, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        errno = failure;
    }
    return result;
}

int unlink(const char *path) {
    return CHANGING(path, syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int rmdir(const char *path) {
    return CHANGING(path, syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

int unlinkat(int directory, const char *path, int flags) {
    return CHANGING(path, syscall(SYS_unlinkat, directory, path, flags));
}

int remove(const char *path) {
    int result = unlink(path);
    return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int rename(const char *from, const char *to) {
    return CHANGING(from, syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int linkat(int from_directory, const char *from, int directory, const char *path, int flags) {
    return CHANGING(path, syscall(SYS_linkat, from_directory, from, directory, path, flags));
}

int symlinkat(const char *target, int directory, const char *path) {
    return CHANGING(path, syscall(SYS_symlinkat, target, directory, path));
}

int symlink(const char *target, const char *path) {
    return symlinkat(target, AT_FDCWD, path);
}

int mkdirat(int directory, const char *path, mode_t mode) {
    return CHANGING(path, syscall(SYS_mkdirat, directory, path, mode));
}

// The main process makes directories in its own trials only.
int mkdir(const char *path, mode_t mode) {
    return is_child() ? mkdirat(AT_FDCWD, path, mode) : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mknod(const char *path, mode_t mode, dev_t device) {
    return CHANGING(path, syscall(SYS_mknodat, AT_FDCWD, path, mode, device));
}

int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    if (flags != 0) {
        errno = ENOTSUP;
        return -1;
    }
    return CHANGING(path, syscall(SYS_fchmodat, directory, path, mode));
}

int chmod(const char *path, mode_t mode) {
    return fchmodat(AT_FDCWD, path, mode, 0);
}

// With an empty path it is a file that CRIU has open and has made, such as one of memfd_create(2).
int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags) {
    if (*path == 0) {
        return (int)syscall(SYS_fchownat, directory, path, owner, group, flags);
    }
    return CHANGING(path, syscall(SYS_fchownat, directory, path, owner, group, flags));
}

int lutimes(const char *path, const struct timeval times[2]) {
    struct timespec exact[2];
    for (int i = 0; i < 2; i++) {
        exact[i].tv_sec = times[i].tv_sec;
        exact[i].tv_nsec = times[i].tv_usec * UTIME_SCALE;
    }
    return CHANGING(path, syscall(SYS_utimensat, AT_FDCWD, path, exact, AT_SYMLINK_NOFOLLOW));
}

static bool has_path(const struct sockaddr *address, socklen_t length) {
    return length > sizeof(sa_family_t) && address->sa_family == AF_UNIX
            && ((const struct sockaddr_un *)address)->sun_path[0] != 0;
}

int bind(int socket, const struct sockaddr *address, socklen_t length) {
    return is_child() && has_path(address, length) ? (int)AS_USER(syscall(SYS_bind, socket, address, length))
                                                   : (int)syscall(SYS_bind, socket, address, length);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    return is_child() && has_path(address, length)
            ? (int)AS_USER(syscall(SYS_connect, socket, address, length))
            : (int)syscall(SYS_connect, socket, address, length);
}

int inotify_add_watch(int notifier, const char *path, uint32_t mask) {
    return is_child() ? (int)AS_USER(syscall(SYS_inotify_add_watch, notifier, path, mask))
                      : (int)syscall(SYS_inotify_add_watch, notifier, path, mask);
}

int fanotify_mark(int group, unsigned int flags, uint64_t mask, int directory, const char *path) {
    return is_child() ? (int)AS_USER(syscall(SYS_fanotify_mark, group, flags, mask, directory, path))
                      : (int)syscall(SYS_fanotify_mark, group, flags, mask, directory, path);
}

static int open_here(int directory, const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

// A program keeps a file open that its owner forbade himself since, or made so: opened where the user
// finds it.
static int open_own(int directory, const char *path, int flags) {
    int there = (int)AS_USER(open_here(directory, path, O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW), 0));
    int opened = -1;
    struct stat found;
    if (there >= 0) {
        if (fstat(there, &found) == 0 && found.st_uid == theirs.user) {
            char link[64];
            snprintf(link, sizeof(link), "/proc/self/fd/%d", there);
            opened = open_here(AT_FDCWD, link, flags & ~(O_NOFOLLOW | O_CREAT | O_EXCL), 0);
        } else {
            errno = EACCES;
        }
        int failure = errno;
        close(there);
        errno = failure;
    }
    return opened;
}

static int open_as_user(int directory, const char *path, int flags, mode_t mode) {
    int opened = (int)AS_USER(open_here(directory, path, flags, mode));
    return opened < 0 && errno == EACCES && !(flags & (O_CREAT | O_PATH)) ? open_own(directory, path, flags)
                                                                          : opened;
}

static bool is_proc(int directory) {
    struct statfs found;
    return fstatfs(directory, &found) == 0 && found.f_type == PROC_SUPER_MAGIC;
}

static bool is_changing(int flags) {
    return (flags & O_PATH) || (flags & O_ACCMODE) != O_RDONLY;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

// A deleted file, or the name of a socket; where it stands now is CRIU's own, as all else.
static bool is_of_program(const char *path, int flags) {
    return ((flags & O_CREAT) && path[0] == '/')
            || ((flags & O_PATH) && strcmp(path, ".") != 0 && !starts_with(path, "/proc/"));
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return is_child() && is_of_program(path, flags) ? open_as_user(AT_FDCWD, path, flags, mode)
                                                    : open_here(AT_FDCWD, path, flags, mode);
}

// Below the root of the program, but for files of the kernel.
int openat64(int directory, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    bool is_theirs = is_child() && is_changing(flags) && directory != AT_FDCWD && path[0] != '/'
            && !is_proc(directory);
    return is_theirs ? open_as_user(directory, path, flags, mode) : open_here(directory, path, flags, mode);
}
