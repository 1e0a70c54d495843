// SPDX-License-Identifier: Apache-2.0
#include "krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Arguments and environment together are at most a few MiB (ARG_MAX).
#define SPEC_BYTES_MAX (16 << 20)

void list_add(struct list *list, char *item) {
    list->items = realloc(list->items, (list->count + 2) * sizeof *list->items);
    if (list->items == NULL) {
        die("no memory for", item);
    }
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

long spec_number(const char *text, int base) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, base);
    if (errno != 0 || end == text || *end != '\0') {
        errno = EINVAL;
        die("not a number in the spec", text);
    }
    return value;
}

static bool is_first(const char *value, const char *first, const char *second) {
    if (strcmp(value, first) == 0) {
        return true;
    }
    if (strcmp(value, second) != 0) {
        errno = EINVAL;
        die("neither of two possible values in the spec", value);
    }
    return false;
}

static void take(struct spec *spec, const char *key, char *value) {
    if (strcmp(key, "isolation") == 0) {
        spec->full = is_first(value, "full", "plain");
    } else if (strcmp(key, "mode") == 0) {
        spec->restore = is_first(value, "restore", "start");
    } else if (strcmp(key, "epoch") == 0) {
        spec->epoch = value;
    } else if (strcmp(key, "exclusive") == 0) {
        spec->exclusive = is_first(value, "yes", "no");
    } else if (strcmp(key, "lease") == 0) {
        spec->lease = value;
    } else if (strcmp(key, "start-by") == 0) {
        spec->start_by = (uint64_t)spec_number(value, 10);
    } else if (strcmp(key, "library") == 0) {
        list_add(&spec->libraries, value);
    } else if (strcmp(key, "pages") == 0) {
        spec->pages = value;
    } else if (strcmp(key, "kdat") == 0) {
        spec->kdat = value;
    } else if (strcmp(key, "state") == 0) {
        spec->state = is_first(value, "yes", "no");
    } else if (strcmp(key, "stdin") == 0) {
        spec->input = strcmp(value, "empty") == 0          ? INPUT_EMPTY
                      : strcmp(value, "terminal") == 0   ? INPUT_TERMINAL
                      : is_first(value, "open", "ended") ? INPUT_OPEN
                                                           : INPUT_ENDED;
    } else if (strcmp(key, "init-cgroup") == 0) {
        list_add(&spec->init_groups, value);
    } else if (strcmp(key, "app-cgroup") == 0) {
        list_add(&spec->app_groups, value);
    } else if (strcmp(key, "uid") == 0) {
        spec->uid = (uid_t)spec_number(value, 10);
    } else if (strcmp(key, "gid") == 0) {
        spec->gid = (gid_t)spec_number(value, 10);
    } else if (strcmp(key, "group") == 0) {
        list_add(&spec->groups, value);
    } else if (strcmp(key, "umask") == 0) {
        spec->umask = (mode_t)spec_number(value, 8);
    } else if (strcmp(key, "cwd") == 0) {
        spec->cwd = value;
    } else if (strcmp(key, "rlimit") == 0) {
        list_add(&spec->limits, value);
    } else if (strcmp(key, "env") == 0) {
        list_add(&spec->environment, value);
    } else if (strcmp(key, "arg") == 0) {
        list_add(&spec->arguments, value);
    } else {
        errno = EINVAL;
        die("unknown key in the spec", key);
    }
}

void spec_read(struct spec *spec) {
    int fd = open("spec", O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        die("cannot read", "spec");
    }
    if (about.st_size > SPEC_BYTES_MAX) {
        errno = EFBIG;
        die("cannot read", "spec");
    }
    size_t length = (size_t)about.st_size;
    char *text = malloc(length + 1); // lives as long as the process
    if (text == NULL || read(fd, text, length) != (ssize_t)length) {
        die("cannot read", "spec");
    }
    text[length] = '\0';
    close(fd);
    for (char *entry = text; entry < text + length; entry += strlen(entry) + 1) {
        char *value = strchr(entry, '=');
        if (value == NULL) {
            errno = EINVAL;
            die("no value in the spec for", entry);
        }
        *value++ = '\0';
        take(spec, entry, value);
        entry = value;
    }
    if (spec->arguments.count == 0 || spec->cwd == NULL
        || (spec->exclusive && spec->lease == NULL) || (spec->full && spec->app_groups.count == 0)) {
        errno = EINVAL;
        die("something is missing in", "spec");
    }
}
