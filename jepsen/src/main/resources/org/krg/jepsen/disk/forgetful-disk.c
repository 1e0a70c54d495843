// SPDX-License-Identifier: Apache-2.0
//
// A file system in memory that loses on demand whatever was not synced, as a disk does when the power
// is cut.
//
// usage: forgetful-disk MOUNT-POINT        (as root; stays in the foreground)
//
// Every file has two contents and every directory two sets of names: the present ones, which
// programs see, and the kept ones. fsync(2) and fdatasync(2) of a file make its content kept, fsync(2)
// of a directory makes its names kept, and nothing else does: this is all that POSIX promises, and less
// than what ext4 does. In particular a new file, even a synced one, is lost with its name until its
// directory is synced, and a rename is undone.
//
// The file .power in the root, which no listing shows: writing "cut" replaces all that is present by
// what is kept, writing "sync" makes everything kept, after "stall" every fsync waits until "go" is
// written, after "stall files" every one of a file; it reads as "cuts N lost-bytes N lost-names N". Programs should have ended before the power is
// cut.
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static const char POWER[] = "/.power";

// What statvfs(2) tells of the size; memory is the limit.
enum { BLOCK = 4096 };
static const fsblkcnt_t BLOCKS = (64ULL << 30) / BLOCK;

struct name {
    char *text;
    struct node *node;
};

struct names {
    struct name *at;
    size_t count, room;
};

struct content {
    char *at;
    size_t size, room;
};

struct node {
    ino_t number;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    dev_t device;
    struct timespec accessed, modified, changed;
    unsigned links;                   // present names
    unsigned uses;                    // present and kept names, open descriptors
    struct content present, kept;     // of a file; of a symbolic link, its target is the present one
    size_t dirty_start, dirty_end;    // where the present content may differ from the kept one
    struct names present_names, kept_names;
    struct node *previous, *next;     // all nodes
};

static struct node *root;
static struct node *all;
static ino_t last_number;
static unsigned long cuts, lost_bytes, lost_names;

// Held by whoever looks at anything above.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t going = PTHREAD_COND_INITIALIZER;
static bool stalled, stalls_directories;

static int lock(void) {
    return pthread_mutex_lock(&mutex);
}

static void unlock(const int *locked) {
    (void) locked;
    pthread_mutex_unlock(&mutex);
}

// The rest of the block holds the mutex.
#define LOCKED __attribute__((cleanup(unlock), unused)) const int locked = lock()

static void *require(void *memory) {
    if (!memory) {
        perror("forgetful-disk");
        abort();
    }
    return memory;
}

static struct timespec now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time;
}

static struct node *make_node(mode_t mode, dev_t device) {
    struct node *node = require(calloc(1, sizeof *node));
    struct fuse_context *caller = fuse_get_context();
    node->number = ++last_number;
    node->mode = mode;
    node->device = device;
    node->uid = caller ? caller->uid : 0;
    node->gid = caller ? caller->gid : 0;
    node->accessed = node->modified = node->changed = now();
    node->next = all;
    if (all) all->previous = node;
    all = node;
    return node;
}

static void forget_names(struct names *names, bool present);

static void release(struct node *node) {
    if (--node->uses > 0) return;
    forget_names(&node->present_names, true);
    forget_names(&node->kept_names, false);
    if (node->previous) node->previous->next = node->next;
    else all = node->next;
    if (node->next) node->next->previous = node->previous;
    free(node->present.at);
    free(node->kept.at);
    free(node);
}

// ---- names

static struct name *find_name(struct names *names, const char *text) {
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i].text, text) == 0) return &names->at[i];
    return NULL;
}

static void add_name(struct names *names, const char *text, struct node *node, bool present) {
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 8;
        names->at = require(realloc(names->at, names->room * sizeof *names->at));
    }
    names->at[names->count++] = (struct name) {require(strdup(text)), node};
    node->uses++;
    if (present) node->links++;
}

static void remove_name(struct names *names, struct name *name, bool present) {
    struct node *node = name->node;
    free(name->text);
    *name = names->at[--names->count];
    if (present) node->links--;
    release(node);
}

static void forget_names(struct names *names, bool present) {
    while (names->count) remove_name(names, &names->at[names->count - 1], present);
    free(names->at);
    *names = (struct names) {0};
}

static void copy_names(struct names *to, const struct names *from, bool present) {
    struct names old = *to;
    *to = (struct names) {0};
    for (size_t i = 0; i < from->count; i++)
        add_name(to, from->at[i].text, from->at[i].node, present);
    forget_names(&old, present);
}

static bool has_name_of(struct names *names, const struct name *wanted) {
    struct name *found = find_name(names, wanted->text);
    return found && found->node == wanted->node;
}

static unsigned long differences(struct names *one, struct names *other) {
    unsigned long count = 0;
    for (size_t i = 0; i < one->count; i++) count += !has_name_of(other, &one->at[i]);
    return count;
}

// ---- contents

static void resize(struct content *content, size_t size) {
    if (size > content->room) {
        content->room = size > 2 * content->room ? size : 2 * content->room;
        content->at = require(realloc(content->at, content->room));
    }
    if (size > content->size) memset(content->at + content->size, 0, size - content->size);
    content->size = size;
}

static void touch(struct node *node, size_t start, size_t end) {
    if (node->dirty_start == node->dirty_end) {
        node->dirty_start = start;
        node->dirty_end = end;
    } else {
        if (start < node->dirty_start) node->dirty_start = start;
        if (end > node->dirty_end) node->dirty_end = end;
    }
    node->modified = node->changed = now();
}

static void copy_dirty(struct node *node, struct content *to, const struct content *from) {
    resize(to, from->size);
    size_t end = node->dirty_end < from->size ? node->dirty_end : from->size;
    if (node->dirty_start < end)
        memcpy(to->at + node->dirty_start, from->at + node->dirty_start, end - node->dirty_start);
    node->dirty_start = node->dirty_end = 0;
}

// A symbolic link is written once, with its name.
static bool has_kept_content(const struct node *node) {
    return S_ISREG(node->mode);
}

static void keep_content(struct node *node) {
    if (has_kept_content(node)) copy_dirty(node, &node->kept, &node->present);
}

static void keep_names(struct node *node) {
    if (S_ISDIR(node->mode)) copy_names(&node->kept_names, &node->present_names, false);
}

// ---- power

static void hold_all(void) {
    for (struct node *node = all; node; node = node->next) node->uses++;
}

static void let_go(void) {
    for (struct node *node = all, *next; node; node = next) {
        next = node->next;
        // A release frees what is below a directory too, the next one perhaps: it is held still.
        release(node);
    }
}

static void cut_power(void) {
    hold_all();
    for (struct node *node = all; node; node = node->next) {
        lost_names += differences(&node->present_names, &node->kept_names)
                + differences(&node->kept_names, &node->present_names);
        if (S_ISDIR(node->mode)) copy_names(&node->present_names, &node->kept_names, true);
        if (has_kept_content(node)) {
            lost_bytes += node->dirty_end - node->dirty_start;
            copy_dirty(node, &node->present, &node->kept);
        }
    }
    let_go();
    cuts++;
}

static void keep_all(void) {
    hold_all();
    for (struct node *node = all; node; node = node->next) {
        keep_content(node);
        keep_names(node);
    }
    let_go();
}

static int write_power(const char *order, size_t size) {
    if (size >= 3 && memcmp(order, "cut", 3) == 0) cut_power();
    else if (size >= 4 && memcmp(order, "sync", 4) == 0) keep_all();
    else if (size >= 5 && memcmp(order, "stall", 5) == 0) {
        stalled = true;
        stalls_directories = size < 11 || memcmp(order, "stall files", 11) != 0;
    }
    else if (size >= 2 && memcmp(order, "go", 2) == 0) {
        stalled = false;
        pthread_cond_broadcast(&going);
    }
    else return -EINVAL;
    return (int) size;
}

static int read_power(char *buffer, size_t size, off_t offset) {
    char text[128];
    int length = snprintf(text, sizeof text, "cuts %lu lost-bytes %lu lost-names %lu\n", cuts,
            lost_bytes, lost_names);
    if (offset >= length) return 0;
    size_t rest = (size_t) (length - offset);
    if (size > rest) size = rest;
    memcpy(buffer, text + offset, size);
    return (int) size;
}

// Stands for .power in an open descriptor, whose path the library does not tell.
static struct node power;

static bool is_power(const char *path, const struct fuse_file_info *file) {
    return (path && strcmp(path, POWER) == 0) || (file && file->fh == (uintptr_t) &power);
}

// ---- paths

static struct node *find(const char *path) {
    struct node *node = root;
    char *copy = require(strdup(path)), *rest = copy, *text;
    while (node && (text = strsep(&rest, "/"))) {
        if (!*text) continue;
        struct name *name = find_name(&node->present_names, text);
        node = name ? name->node : NULL;
    }
    free(copy);
    return node;
}

static struct node *find_parent(const char *path, const char **last) {
    *last = strrchr(path, '/') + 1;
    char *copy = require(strndup(path, (size_t) (*last - path)));
    struct node *parent = find(copy);
    free(copy);
    return parent;
}

static struct node *opened(const char *path, struct fuse_file_info *file) {
    return file && file->fh ? (struct node *) (uintptr_t) file->fh : path ? find(path) : NULL;
}

static int add(const char *path, struct node *node) {
    const char *last;
    struct node *parent = find_parent(path, &last);
    if (!parent) return -ENOENT;
    add_name(&parent->present_names, last, node, true);
    parent->modified = parent->changed = now();
    return 0;
}

static int make(const char *path, mode_t mode, dev_t device, struct node **made) {
    *made = make_node(mode, device);
    (*made)->uses++;
    int failed = add(path, *made);
    if (failed) release(*made);
    else (*made)->uses--;
    return failed;
}

// ---- what the kernel asks for

static int disk_getattr(const char *path, struct stat *stat, struct fuse_file_info *file) {
    LOCKED;
    memset(stat, 0, sizeof *stat);
    if (is_power(path, file)) {
        stat->st_mode = S_IFREG | 0600;
        stat->st_nlink = 1;
        return 0;
    }
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    stat->st_ino = node->number;
    stat->st_mode = node->mode;
    stat->st_nlink = S_ISDIR(node->mode) ? 2 : node->links;
    stat->st_uid = node->uid;
    stat->st_gid = node->gid;
    stat->st_rdev = node->device;
    stat->st_size = (off_t) node->present.size;
    stat->st_blocks = (blkcnt_t) ((node->present.size + 511) / 512);
    stat->st_blksize = BLOCK;
    stat->st_atim = node->accessed;
    stat->st_mtim = node->modified;
    stat->st_ctim = node->changed;
    return 0;
}

static int disk_readlink(const char *path, char *buffer, size_t size) {
    LOCKED;
    struct node *node = find(path);
    if (!node) return -ENOENT;
    snprintf(buffer, size, "%.*s", (int) node->present.size, node->present.at);
    return 0;
}

static int disk_mknod(const char *path, mode_t mode, dev_t device) {
    LOCKED;
    struct node *made;
    return make(path, mode, device, &made);
}

static int disk_mkdir(const char *path, mode_t mode) {
    return disk_mknod(path, S_IFDIR | mode, 0);
}

static int disk_symlink(const char *target, const char *path) {
    LOCKED;
    struct node *made;
    int failed = make(path, S_IFLNK | 0777, 0, &made);
    if (!failed) {
        resize(&made->present, strlen(target));
        memcpy(made->present.at, target, strlen(target));
    }
    return failed;
}

static int remove_path(const char *path, bool directory) {
    const char *last;
    struct node *parent = find_parent(path, &last);
    struct name *name = parent ? find_name(&parent->present_names, last) : NULL;
    if (!name) return -ENOENT;
    if (directory && name->node->present_names.count) return -ENOTEMPTY;
    remove_name(&parent->present_names, name, true);
    parent->modified = parent->changed = now();
    return 0;
}

static int disk_unlink(const char *path) {
    LOCKED;
    return remove_path(path, false);
}

static int disk_rmdir(const char *path) {
    LOCKED;
    return remove_path(path, true);
}

static int disk_rename(const char *from, const char *to, unsigned flags) {
    LOCKED;
    struct node *node = find(from), *old = find(to);
    if (flags & ~RENAME_NOREPLACE) return -EINVAL;
    if (!node) return -ENOENT;
    if (old && (flags & RENAME_NOREPLACE)) return -EEXIST;
    if (node == old) return 0;
    if (old) {
        int failed = remove_path(to, S_ISDIR(old->mode));
        if (failed) return failed;
    }
    int failed = add(to, node);
    return failed ? failed : remove_path(from, false);
}

static int disk_link(const char *from, const char *to) {
    LOCKED;
    struct node *node = find(from);
    return node ? add(to, node) : -ENOENT;
}

static int disk_chmod(const char *path, mode_t mode, struct fuse_file_info *file) {
    LOCKED;
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    node->mode = (node->mode & S_IFMT) | (mode & ~S_IFMT);
    node->changed = now();
    return 0;
}

static int disk_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *file) {
    LOCKED;
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    if (uid != (uid_t) -1) node->uid = uid;
    if (gid != (gid_t) -1) node->gid = gid;
    node->changed = now();
    return 0;
}

static int disk_truncate(const char *path, off_t size, struct fuse_file_info *file) {
    LOCKED;
    if (is_power(path, file)) return 0;
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    size_t before = node->present.size, after = (size_t) size;
    resize(&node->present, after);
    touch(node, before < after ? before : after, before < after ? after : before);
    return 0;
}

static int disk_open(const char *path, struct fuse_file_info *file) {
    LOCKED;
    if (is_power(path, file)) {
        file->direct_io = 1;
        file->fh = (uintptr_t) &power;
        return 0;
    }
    struct node *node = find(path);
    if (!node) return -ENOENT;
    node->uses++;
    file->fh = (uintptr_t) node;
    return 0;
}

static int disk_create(const char *path, mode_t mode, struct fuse_file_info *file) {
    LOCKED;
    struct node *made;
    int failed = make(path, S_IFREG | mode, 0, &made);
    if (!failed) {
        made->uses++;
        file->fh = (uintptr_t) made;
    }
    return failed;
}

static int disk_read(
        const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *file) {
    LOCKED;
    if (is_power(path, file)) return read_power(buffer, size, offset);
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    if ((size_t) offset >= node->present.size) return 0;
    size_t rest = node->present.size - (size_t) offset;
    if (size > rest) size = rest;
    memcpy(buffer, node->present.at + offset, size);
    return (int) size;
}

static int disk_write(const char *path, const char *buffer, size_t size, off_t offset,
        struct fuse_file_info *file) {
    LOCKED;
    if (is_power(path, file)) return write_power(buffer, size);
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    size_t before = node->present.size, end = (size_t) offset + size;
    if (end > before) resize(&node->present, end);
    memcpy(node->present.at + offset, buffer, size);
    touch(node, (size_t) offset < before ? (size_t) offset : before, end);
    return (int) size;
}

static int disk_release(const char *path, struct fuse_file_info *file) {
    LOCKED;
    if (file->fh && !is_power(path, file)) release((struct node *) (uintptr_t) file->fh);
    return 0;
}

static void await_power(bool directory) {
    while (stalled && (stalls_directories || !directory)) pthread_cond_wait(&going, &mutex);
}

static int disk_fsync(const char *path, int only_data, struct fuse_file_info *file) {
    LOCKED;
    (void) only_data;
    await_power(false);
    struct node *node = opened(path, file);
    if (node) keep_content(node);
    return 0;
}

static int disk_fsyncdir(const char *path, int only_data, struct fuse_file_info *file) {
    LOCKED;
    (void) only_data;
    await_power(true);
    struct node *node = opened(path, file);
    if (node) keep_names(node);
    return 0;
}

static int disk_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
        struct fuse_file_info *file, enum fuse_readdir_flags flags) {
    LOCKED;
    (void) offset, (void) flags;
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    fill(buffer, ".", NULL, 0, 0);
    fill(buffer, "..", NULL, 0, 0);
    for (size_t i = 0; i < node->present_names.count; i++) {
        struct stat stat = {
                .st_ino = node->present_names.at[i].node->number,
                .st_mode = node->present_names.at[i].node->mode};
        fill(buffer, node->present_names.at[i].text, &stat, 0, 0);
    }
    return 0;
}

static int disk_utimens(
        const char *path, const struct timespec times[2], struct fuse_file_info *file) {
    LOCKED;
    struct node *node = opened(path, file);
    if (!node) return -ENOENT;
    if (times[0].tv_nsec != UTIME_OMIT)
        node->accessed = times[0].tv_nsec == UTIME_NOW ? now() : times[0];
    if (times[1].tv_nsec != UTIME_OMIT)
        node->modified = times[1].tv_nsec == UTIME_NOW ? now() : times[1];
    return 0;
}

static int disk_statfs(const char *path, struct statvfs *stat) {
    (void) path;
    *stat = (struct statvfs) {
            .f_bsize = BLOCK,
            .f_frsize = BLOCK,
            .f_blocks = BLOCKS,
            .f_bfree = BLOCKS,
            .f_bavail = BLOCKS,
            .f_files = 1 << 20,
            .f_ffree = 1 << 20,
            .f_namemax = 255};
    return 0;
}

// What the kernel remembered would outlive a cut: it is to ask every time.
static void *disk_init(struct fuse_conn_info *connection, struct fuse_config *config) {
    (void) connection;
    config->use_ino = 1;
    config->hard_remove = 1;
    config->nullpath_ok = 1;
    config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
    root = make_node(S_IFDIR | 0755, 0);
    root->uses = 1;
    return NULL;
}

static const struct fuse_operations OPERATIONS = {
        .init = disk_init,
        .getattr = disk_getattr,
        .readlink = disk_readlink,
        .mknod = disk_mknod,
        .mkdir = disk_mkdir,
        .symlink = disk_symlink,
        .unlink = disk_unlink,
        .rmdir = disk_rmdir,
        .rename = disk_rename,
        .link = disk_link,
        .chmod = disk_chmod,
        .chown = disk_chown,
        .truncate = disk_truncate,
        .open = disk_open,
        .opendir = disk_open,
        .create = disk_create,
        .read = disk_read,
        .write = disk_write,
        .release = disk_release,
        .releasedir = disk_release,
        .fsync = disk_fsync,
        .fsyncdir = disk_fsyncdir,
        .readdir = disk_readdir,
        .utimens = disk_utimens,
        .statfs = disk_statfs,
};

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: forgetful-disk MOUNT-POINT\n");
        return 2;
    }
    char *options[] = {
            arguments[0], "-f", "-o",
            "allow_other,default_permissions,dev,suid,max_threads=16,fsname=forgetful-disk", arguments[1], NULL};
    return fuse_main(5, options, &OPERATIONS, NULL);
}
