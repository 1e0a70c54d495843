// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;

/// Memory without a name that processes share by its descriptor, `memfd_create(2)`.
///
/// Never maps it: a look through a mapping of our own would put a page of zeros where there is
/// none, and every other mapping would take it for data. It is sealed: whoever has the descriptor
/// may make it larger, and nobody smaller. Safe for use from any thread.
public final class Memfd implements AutoCloseable {
    private static final int MFD_CLOEXEC_ALLOW_SEALING = 1 | 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL_SHRINK = 1 | 2;

    /// `FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE`, `linux/falloc.h`
    private static final int PUNCH_HOLE_KEEP_SIZE = 2 | 1;

    private static final int SEEK_DATA = 3;

    /// `int memfd_create(const char *name, unsigned int flags)`
    private static final MethodHandle MEMFD_CREATE =
            Libc.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    /// `int fcntl(int fd, int cmd, ...)`
    private static final MethodHandle FCNTL =
            Libc.function(
                    "fcntl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    /// `int ftruncate(int fd, off_t length)`
    private static final MethodHandle FTRUNCATE =
            Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

    /// `int fallocate(int fd, int mode, off_t offset, off_t len)`
    private static final MethodHandle FALLOCATE =
            Libc.function(
                    "fallocate",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    /// `ssize_t pread(int fd, void *buf, size_t count, off_t offset)`
    private static final MethodHandle PREAD = Libc.function("pread", transfer());

    /// `ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)`
    private static final MethodHandle PWRITE = Libc.function("pwrite", transfer());

    /// `off_t lseek(int fd, off_t offset, int whence)`
    private static final MethodHandle LSEEK =
            Libc.function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));

    private final Descriptor descriptor;

    private Memfd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// Makes memory without any page.
    ///
    /// @param name shown as `/memfd:NAME` in `/proc/PID/maps`
    public static Memfd create(String name, long sizeBytes) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = memfdCreate(state, arena.allocateFrom(name));
            if (fd < 0) {
                throw new LinuxException("memfd_create(" + name + ")", Libc.errno(state));
            }
            var memfd = new Memfd(new Descriptor(fd));
            try {
                memfd.grow(sizeBytes);
                memfd.seal();
            } catch (LinuxException failure) {
                memfd.close();
                throw failure;
            }
            return memfd;
        }
    }

    private void seal() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (addSeals(state, descriptor.number(), F_SEAL_SEAL_SHRINK) != 0) {
                throw new LinuxException("fcntl(F_ADD_SEALS)", Libc.errno(state));
            }
        }
    }

    /// Makes it at least so large; what is new is holes.
    public void grow(long sizeBytes) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (ftruncate(state, descriptor.number(), sizeBytes) != 0
                    // Somebody else who has the descriptor has made it larger.
                    && !Libc.errno(state).equals(Errno.EPERM)) {
                throw new LinuxException("ftruncate(" + sizeBytes + ")", Libc.errno(state));
            }
        }
    }

    /// {@return what is given to a process that maps it; still owned by this}
    public Descriptor descriptor() {
        return descriptor;
    }

    /// Reads `target.byteSize()` bytes. Where there is no page it reads zeros and makes none.
    public void read(long offset, MemorySegment target) {
        var state = CallRoom.ofThread().state();
        var count = pread(state, descriptor.number(), target, target.byteSize(), offset);
        requireAll("pread", offset, count, target.byteSize(), state);
    }

    /// Writes all of `source`; pages that were not there appear.
    public void write(long offset, MemorySegment source) {
        var state = CallRoom.ofThread().state();
        var count = pwrite(state, descriptor.number(), source, source.byteSize(), offset);
        requireAll("pwrite", offset, count, source.byteSize(), state);
    }

    /// Takes pages away from every process that has them mapped. When it returns none of them can
    /// read or write what was there.
    public void punch(long offset, long length) {
        var state = CallRoom.ofThread().state();
        if (fallocate(state, descriptor.number(), offset, length) != 0) {
            throw new LinuxException(
                    "fallocate(PUNCH_HOLE, %d, %d)".formatted(offset, length), Libc.errno(state));
        }
    }

    /// {@return whether there is a page at `offset`}
    public boolean hasPage(long offset) {
        return nextPage(offset).stream().anyMatch(found -> found == offset);
    }

    /// {@return where the first page lies from `offset` on; empty if there is none} Holes cost
    /// nothing, however large they are.
    ///
    /// @param offset of a page
    public OptionalLong nextPage(long offset) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var found = lseek(state, descriptor.number(), offset);
            if (found >= 0) {
                return OptionalLong.of(found);
            }
            if (!Libc.errno(state).equals(Errno.ENXIO)) {
                throw new LinuxException("lseek(SEEK_DATA, " + offset + ")", Libc.errno(state));
            }
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    }

    private static void requireAll(
            String call, long offset, long count, long wanted, MemorySegment state) {
        if (count != wanted) {
            throw new LinuxException(
                    "%s(%d, %d) = %d".formatted(call, offset, wanted, count),
                    count < 0 ? Libc.errno(state) : Errno.NONE);
        }
    }

    private static int memfdCreate(MemorySegment state, MemorySegment name) {
        try {
            return (int) MEMFD_CREATE.invokeExact(state, name, MFD_CLOEXEC_ALLOW_SEALING);
        } catch (Throwable broken) {
            throw Libc.mismatch("memfd_create(2)", broken);
        }
    }

    private static int addSeals(MemorySegment state, int fd, int seals) {
        try {
            return (int) FCNTL.invokeExact(state, fd, F_ADD_SEALS, seals);
        } catch (Throwable broken) {
            throw Libc.mismatch("fcntl(2)", broken);
        }
    }

    private static int ftruncate(MemorySegment state, int fd, long length) {
        try {
            return (int) FTRUNCATE.invokeExact(state, fd, length);
        } catch (Throwable broken) {
            throw Libc.mismatch("ftruncate(2)", broken);
        }
    }

    private static int fallocate(MemorySegment state, int fd, long offset, long length) {
        try {
            return (int) FALLOCATE.invokeExact(state, fd, PUNCH_HOLE_KEEP_SIZE, offset, length);
        } catch (Throwable broken) {
            throw Libc.mismatch("fallocate(2)", broken);
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

    private static long lseek(MemorySegment state, int fd, long offset) {
        try {
            return (long) LSEEK.invokeExact(state, fd, offset, SEEK_DATA);
        } catch (Throwable broken) {
            throw Libc.mismatch("lseek(2)", broken);
        }
    }
}
