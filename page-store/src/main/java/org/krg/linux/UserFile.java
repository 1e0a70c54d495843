// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.krg.linux.OpenAt.AT_FDCWD;
import static org.krg.linux.OpenAt.O_CREAT;
import static org.krg.linux.OpenAt.O_NOCTTY;
import static org.krg.linux.OpenAt.O_NOFOLLOW;
import static org.krg.linux.OpenAt.O_NONBLOCK;
import static org.krg.linux.OpenAt.O_RDWR;
import static org.krg.linux.OpenAt.RESOLVE_NO_MAGICLINKS;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// A regular file that a user may read and write, opened in that user's name. Safe for use from any
/// thread; what is called once it is closed fails with `EBADF`.
public final class UserFile implements AutoCloseable {
    /// `struct stat`, `asm/stat.h` of x86-64: its length, and where `st_mode` and `st_size` are.
    static final int STAT_BYTES = 144;

    static final int STAT_MODE = 24;
    static final int STAT_SIZE = 48;

    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;

    /// `int fstat(int fd, struct stat *statbuf)`
    private static final MethodHandle FSTAT =
            Libc.function("fstat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    /// `int ftruncate(int fd, off_t length)`
    private static final MethodHandle FTRUNCATE =
            Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

    /// `int fsync(int fd)`
    private static final MethodHandle FSYNC =
            Libc.function("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /// `ssize_t pread(int fd, void *buf, size_t count, off_t offset)`
    private static final MethodHandle PREAD = Libc.function("pread", transfer());

    /// `ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)`
    private static final MethodHandle PWRITE = Libc.function("pwrite", transfer());

    private static final long FLAGS = O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;

    private static final OpenAt OPEN = new OpenAt(FLAGS, 0, RESOLVE_NO_MAGICLINKS);
    private static final OpenAt MAKE = new OpenAt(FLAGS | O_CREAT, 0600, RESOLVE_NO_MAGICLINKS);

    private final Path path;
    private final Descriptor descriptor;

    private UserFile(Path path, Descriptor descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /// Opens a file with the rights of a user: of the path, no symbolic link in its last part is
    /// followed, and none of `/proc` that is not a path.
    ///
    /// @param create whether to make it, for its owner alone, if it is not there
    /// @throws LinuxException if the user may not read and write it, or it is no regular file of a
    ///   disk: `EINVAL`
    public static UserFile open(Path path, UserRights user, boolean create) {
        var opened = new UserFile(path, descriptor(path, user, create));
        try {
            opened.requireRegular();
            return opened;
        } catch (LinuxException failure) {
            opened.close();
            throw failure;
        }
    }

    private static Descriptor descriptor(Path path, UserRights user, boolean create) {
        try (var thread = new UserThread(user)) {
            return new Descriptor(thread.open(create ? MAKE : OPEN, AT_FDCWD, path));
        }
    }

    private void requireRegular() {
        var isRegular = (stat().mode & S_IFMT) == S_IFREG;
        if (!isRegular || FileSystems.isOfKernel(descriptor.number())) {
            throw new LinuxException("open(" + path + ") of a regular file", Errno.EINVAL);
        }
    }

    /// {@return how long it is now, in bytes}
    public long size() {
        return stat().size;
    }

    private record Stat(int mode, long size) {}

    private Stat stat() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var stat = arena.allocate(STAT_BYTES, Long.BYTES);
            if (fstat(state, descriptor.number(), stat) != 0) {
                throw failed("fstat", 0, state);
            }
            return new Stat(stat.get(JAVA_INT, STAT_MODE), stat.get(JAVA_LONG, STAT_SIZE));
        }
    }

    /// Makes it longer, by a hole; leaves it if it is so long.
    ///
    /// @throws LinuxException if that is impossible
    public void extend(long bytes) {
        if (size() >= bytes) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (ftruncate(state, descriptor.number(), bytes) != 0) {
                throw failed("ftruncate", bytes, state);
            }
        }
    }

    /// Reads until `target` is full or the file ends.
    ///
    /// @return how many bytes were read
    /// @throws LinuxException if that fails
    public long read(long offset, MemorySegment target) {
        var done = 0L;
        while (done < target.byteSize()) {
            try (var arena = Arena.ofConfined()) {
                var state = Libc.callState(arena);
                var rest = target.asSlice(done);
                var count = pread(state, descriptor.number(), rest, rest.byteSize(), offset + done);
                if (count < 0) {
                    throw failed("pread", offset + done, state);
                }
                if (count == 0) {
                    return done;
                }
                done += count;
            }
        }
        return done;
    }

    /// Writes all of `source`.
    ///
    /// @throws LinuxException if that fails; a part of it may have been written
    public void write(long offset, MemorySegment source) {
        var done = 0L;
        while (done < source.byteSize()) {
            try (var arena = Arena.ofConfined()) {
                var state = Libc.callState(arena);
                var rest = source.asSlice(done);
                var count =
                        pwrite(state, descriptor.number(), rest, rest.byteSize(), offset + done);
                if (count < 0) {
                    throw failed("pwrite", offset + done, state);
                }
                done += count;
            }
        }
    }

    /// Returns when all of it survives a crash of the machine.
    ///
    /// @throws LinuxException if it may not
    public void sync() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (fsync(state, descriptor.number()) != 0) {
                throw failed("fsync", 0, state);
            }
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private LinuxException failed(String call, long at, MemorySegment state) {
        return new LinuxException("%s(%s, %d)".formatted(call, path, at), Libc.errno(state));
    }

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    }

    private static int fstat(MemorySegment state, int fd, MemorySegment stat) {
        try {
            return (int) FSTAT.invokeExact(state, fd, stat);
        } catch (Throwable broken) {
            throw Libc.mismatch("fstat(2)", broken);
        }
    }

    private static int ftruncate(MemorySegment state, int fd, long length) {
        try {
            return (int) FTRUNCATE.invokeExact(state, fd, length);
        } catch (Throwable broken) {
            throw Libc.mismatch("ftruncate(2)", broken);
        }
    }

    private static int fsync(MemorySegment state, int fd) {
        try {
            return (int) FSYNC.invokeExact(state, fd);
        } catch (Throwable broken) {
            throw Libc.mismatch("fsync(2)", broken);
        }
    }

    private static long pread(
            MemorySegment state, int fd, MemorySegment target, long count, long offset) {
        try {
            return (long) PREAD.invokeExact(state, fd, target, count, offset);
        } catch (Throwable broken) {
            throw Libc.mismatch("pread(2)", broken);
        }
    }

    private static long pwrite(
            MemorySegment state, int fd, MemorySegment source, long count, long offset) {
        try {
            return (long) PWRITE.invokeExact(state, fd, source, count, offset);
        } catch (Throwable broken) {
            throw Libc.mismatch("pwrite(2)", broken);
        }
    }
}
