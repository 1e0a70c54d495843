// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// One way of opening a file, `openat2(2)`.
///
/// @param flags as those of `open(2)`
/// @param mode of a file that is made
/// @param resolve which links and mounts count
record OpenAt(long flags, long mode, long resolve) {
    /// The working directory of this process.
    static final int AT_FDCWD = -100;

    /// `asm-generic/fcntl.h`
    static final long O_RDONLY = 0;

    static final long O_WRONLY = 1;
    static final long O_RDWR = 2;
    static final long O_CREAT = 0100;
    static final long O_NOCTTY = 0400;
    static final long O_NONBLOCK = 04000;
    static final long O_DIRECTORY = 0200000;
    static final long O_NOFOLLOW = 0400000;
    static final long O_CLOEXEC = 02000000;
    static final long O_PATH = 010000000;
    static final long O_TMPFILE = 020000000 | O_DIRECTORY;

    /// `linux/openat2.h`
    static final long RESOLVE_NO_MAGICLINKS = 2;

    static final long RESOLVE_IN_ROOT = 16;

    private static final long SYS_OPENAT2 = 437;

    /// `struct open_how { u64 flags; u64 mode; u64 resolve; }`
    private static final int HOW_BYTES = 24;

    /// `openat2(2)`: it may be tried again where `..` met something that was renamed meanwhile.
    private static final int TRIES = 16;

    /// `long syscall(SYS_openat2, int dirfd, const char *path, struct open_how *how, size_t size)`
    private static final MethodHandle OPENAT2 =
            Libc.function(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    /// What came of it.
    ///
    /// @param fd the number of the descriptor; negative if there is none
    record Opened(int fd, Errno errno) {}

    /// Opens an absolute path.
    ///
    /// @param directory descriptor of the one that a relative path starts from
    Opened open(int directory, Path path) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var bytes = bytes(path);
            var name = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, name, JAVA_BYTE, 0, bytes.length);
            var how = arena.allocate(HOW_BYTES, Long.BYTES);
            how.set(JAVA_LONG, 0, flags | O_CLOEXEC);
            how.set(JAVA_LONG, 8, mode);
            how.set(JAVA_LONG, 16, resolve);
            var opened = new Opened(-1, Errno.EAGAIN);
            for (var tries = 0; tries < TRIES && opened.errno.equals(Errno.EAGAIN); tries++) {
                var fd = openat2(state, directory, name, how);
                opened = new Opened(fd, fd < 0 ? Libc.errno(state) : Errno.NONE);
            }
            return opened;
        }
    }

    /// {@return the bytes of an absolute path, which need be no text in the language of this
    /// process}
    private static byte[] bytes(Path path) {
        // Of all that the JDK says of a path, only its address has every byte; it adds a slash to
        // what is a directory here.
        var address = path.toUri().getRawPath().replaceFirst("(?<=.)/$", "");
        var bytes = new ByteArrayOutputStream();
        for (var index = 0; index < address.length(); index++) {
            var letter = address.charAt(index);
            if (letter == '%') {
                bytes.write(Integer.parseInt(address, index + 1, index + 3, 16));
                index += 2;
            } else {
                bytes.write(letter);
            }
        }
        return bytes.toByteArray();
    }

    private static int openat2(
            MemorySegment state, int directory, MemorySegment path, MemorySegment how) {
        try {
            return (int)
                    (long)
                            OPENAT2.invokeExact(
                                    state, SYS_OPENAT2, directory, path, how, (long) HOW_BYTES);
        } catch (Throwable broken) {
            throw Libc.mismatch("openat2(2)", broken);
        }
    }
}
