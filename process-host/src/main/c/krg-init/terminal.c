// SPDX-License-Identifier: Apache-2.0
//
// What a terminal holds for the program besides its two sides: its settings, its size, and what was
// typed and not read yet. A dump of the program has nothing of it: it is kept in a file, and put into
// the terminal of the cell in which the program goes on. The file is
//
//   MAGIC, struct termios, struct winsize, then pieces: a letter, the length (uint32), the bytes
#include "krg-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define MAGIC "krgtty1\n"
#define MAGIC_BYTES 8
#define END_OF_INPUT 4 // the character; see enter

// The kernel has 4 KiB that are ready to be read, and at most 64 KiB on their way there.
#define TYPED_BYTES_MAX (128 << 10)

enum piece {
    PIECE_WHOLE = 'w', // a line, or what a program reads at once where there are no lines
    PIECE_ENDED = 'e', // it, without a line end, and the end of input
    PIECE_BEGUN = 'b', // a line that is not complete yet
};

static bool put(FILE *file, enum piece kind, const char *bytes, size_t length) {
    uint32_t count = (uint32_t)length;
    return fputc(kind, file) != EOF && fwrite(&count, sizeof count, 1, file) == 1
           && fwrite(bytes, 1, length, file) == length;
}

// Reading is taking: whoever calls puts it back.
static bool take_typed(int slave, const struct termios *settings, FILE *file) {
    char bytes[8192];
    ssize_t length;
    bool good = true;
    size_t total = 0;
    bool lines = settings->c_lflag & ICANON;
    while (good && total < TYPED_BYTES_MAX && (length = read(slave, bytes, sizeof bytes)) >= 0) {
        if (!lines && length == 0) {
            break;
        }
        bool ended = lines && (length == 0 || bytes[length - 1] != '\n');
        good = put(file, ended ? PIECE_ENDED : PIECE_WHOLE, bytes, (size_t)length);
        total += (size_t)length + 1;
    }
    if (good && lines) {
        struct termios open = *settings;
        open.c_lflag &= ~(tcflag_t)ICANON;
        open.c_cc[VMIN] = 1;
        open.c_cc[VTIME] = 0;
        if (tcsetattr(slave, TCSANOW, &open) != 0) {
            return false;
        }
        length = read(slave, bytes, sizeof bytes);
        good = (length <= 0 || put(file, PIECE_BEGUN, bytes, (size_t)length))
               && tcsetattr(slave, TCSANOW, settings) == 0;
    }
    return good;
}

static bool type(int slave, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (ioctl(slave, TIOCSTI, bytes + i) != 0) {
            return false;
        }
    }
    return true;
}

// With settings under which no character means anything, none is changed and none is shown: all of
// that was done when it was typed. Only whether there are lines stays, because a change of that would
// end the line that is begun.
static bool enter(int slave, const struct termios *settings, FILE *file) {
    struct termios plain = *settings;
    plain.c_iflag &= IXON; // without it a terminal that was stopped would go on
    plain.c_lflag &= ICANON;
    memset(plain.c_cc, _POSIX_VDISABLE, sizeof plain.c_cc);
    plain.c_cc[VMIN] = 1;
    struct termios ending = plain;
    ending.c_cc[VEOF] = END_OF_INPUT;
    char *bytes = malloc(TYPED_BYTES_MAX);
    bool good = bytes != NULL && tcsetattr(slave, TCSANOW, &plain) == 0;
    for (int kind; good && (kind = fgetc(file)) != EOF;) {
        uint32_t length = 0;
        good = fread(&length, sizeof length, 1, file) == 1 && length <= TYPED_BYTES_MAX
               && fread(bytes, 1, length, file) == length && type(slave, bytes, length);
        if (good && kind == PIECE_ENDED) {
            good = tcsetattr(slave, TCSANOW, &ending) == 0
                   && type(slave, (const char[]){END_OF_INPUT}, 1)
                   && tcsetattr(slave, TCSANOW, &plain) == 0;
        }
    }
    free(bytes);
    return tcsetattr(slave, TCSANOW, settings) == 0 && good;
}

bool terminal_save(int slave, const char *path) {
    struct termios settings;
    struct winsize size;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
    bool good = file != NULL && tcgetattr(slave, &settings) == 0
                && ioctl(slave, TIOCGWINSZ, &size) == 0
                && fwrite(MAGIC, MAGIC_BYTES, 1, file) == 1
                && fwrite(&settings, sizeof settings, 1, file) == 1
                && fwrite(&size, sizeof size, 1, file) == 1;
    long typed = good ? ftell(file) : 0;
    if (good) {
        good = take_typed(slave, &settings, file);
        // Also when not all of it could be kept: the program goes on here.
        good = fflush(file) == 0 && fseek(file, typed, SEEK_SET) == 0
               && enter(slave, &settings, file) && good;
    }
    if (file != NULL) {
        good = fclose(file) == 0 && good;
    }
    return good;
}

bool terminal_load(int slave, const char *path) {
    char magic[MAGIC_BYTES];
    struct termios settings;
    struct winsize size;
    FILE *file = fopen(path, "re");
    bool good = file != NULL && fread(magic, MAGIC_BYTES, 1, file) == 1
                && memcmp(magic, MAGIC, MAGIC_BYTES) == 0
                && fread(&settings, sizeof settings, 1, file) == 1
                && fread(&size, sizeof size, 1, file) == 1;
    if (file != NULL && !good) {
        errno = EBADMSG;
    }
    good = good && ioctl(slave, TIOCSWINSZ, &size) == 0 && enter(slave, &settings, file);
    if (file != NULL) {
        fclose(file);
    }
    return good;
}
