// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// An open directory: makes the names in it durable and gives its entries short paths.
///
/// Owned by whoever opened it.
public final class DirectoryFd implements AutoCloseable {
    private static final int O_RDONLY_DIRECTORY_CLOEXEC = 0x10000 | 0x80000;

    /// `int open(const char *pathname, int flags, ...)`
    private static final MethodHandle OPEN =
            Libc.function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    /// `int fsync(int fd)`
    private static final MethodHandle FSYNC =
            Libc.function("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Path directory;
    private final int fd;

    private DirectoryFd(Path directory, int fd) {
        this.directory = directory;
        this.fd = fd;
    }

    /// Opens a directory.
    ///
    /// @throws LinuxException if it does not exist, is not a directory or may not be read
    public static DirectoryFd open(Path directory) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = open(state, arena.allocateFrom(directory.toString()));
            if (fd < 0) {
                throw new LinuxException("open(" + directory + ")", Libc.errno(state));
            }
            return new DirectoryFd(directory, fd);
        }
    }

    /// Makes what was created, renamed or removed in `directory` survive a crash of the machine.
    public static void sync(Path directory) {
        try (var opened = open(directory)) {
            opened.sync();
        }
    }

    /// Makes what was created, renamed or removed in this directory survive a crash of the machine.
    public void sync() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (fsync(state, fd) != 0) {
                throw new LinuxException("fsync(" + directory + ")", Libc.errno(state));
            }
        }
    }

    /// {@return a path of a few bytes to an entry, valid in this process while this is open}
    ///
    /// The address of a unix socket has room for 107 bytes (`unix(7)`), whatever the depth of the
    /// directory it lies in.
    public Path shortPath(String entry) {
        return Path.of("/proc/self/fd/" + fd, entry);
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }

    private static int open(MemorySegment state, MemorySegment path) {
        try {
            return (int) OPEN.invokeExact(state, path, O_RDONLY_DIRECTORY_CLOEXEC);
        } catch (Throwable broken) {
            throw Libc.mismatch("open(2)", broken);
        }
    }

    private static int fsync(MemorySegment state, int fd) {
        try {
            return (int) FSYNC.invokeExact(state, fd);
        } catch (Throwable broken) {
            throw Libc.mismatch("fsync(2)", broken);
        }
    }
}
