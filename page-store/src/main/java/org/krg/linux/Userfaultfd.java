// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The page faults of another process and the power to resolve them, `userfaultfd(2)`.
///
/// The process made the descriptor (only its own memory can be registered with it) and sent it
/// here; all else is done from here. The open file is the process's as well, which may change its
/// flags at any time: nothing here waits for it nevertheless. Calls are safe from any thread; a
/// process that has ended, or has unmapped the range, is an [Outcome].
public final class Userfaultfd implements AutoCloseable {
    /// What became of a call on a range.
    public enum Outcome {
        DONE,
        /// `EEXIST`: a page is mapped there.
        PRESENT,
        /// `EAGAIN`: the address space is just changing; the same call works soon.
        CHANGING,
        /// `EFAULT`: the memory does not have the page.
        ABSENT,
        /// `ENOENT`: the range is not, or no longer, a registered mapping.
        UNMAPPED,
        /// `ESRCH`: the process has ended.
        ENDED
    }

    /// `PAGEFAULT_FLAG_WP | MISSING_SHMEM | MINOR_SHMEM | WP_HUGETLBFS_SHMEM | POISON`, bits 0, 5,
    /// 10, 12, 14. The last one came with Linux 6.6.
    public static final long SHARED_MEMORY_FEATURES = 1 | 1 << 5 | 1 << 10 | 1 << 12 | 1 << 14;

    private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
    private static final int O_NONBLOCK = 0x800;
    private static final int F_GETFL = 3;
    private static final int RWF_NOWAIT = 8;

    /// Of a file without positions.
    private static final long NO_OFFSET = -1;

    private static final Path ITS_NAME = Path.of("anon_inode:[userfaultfd]");
    private static final long MISSING_WP_MINOR = 1 | 2 | 4;
    private static final long WRITEPROTECT_MODE_WP = 1;
    private static final long CONTINUE_MODE_DONTWAKE = 1;
    private static final long CONTINUE_MODE_WP = 2;

    /// A process has rarely more threads than that waiting; what does not fit comes with the next
    /// call.
    private static final int EVENTS_AT_ONCE = 64;

    /// `int ioctl(int fd, unsigned long request, ...)`
    private static final MethodHandle IOCTL =
            Libc.function(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));

    /// `ssize_t preadv2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags)`
    private static final MethodHandle PREADV2 =
            Libc.function(
                    "preadv2",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));

    /// `int fcntl(int fd, int cmd, ...)`
    private static final MethodHandle FCNTL =
            Libc.function(
                    "fcntl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    /// `ssize_t read(int fd, void *buf, size_t count)`
    private static final MethodHandle READ =
            Libc.function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    /// `int open(const char *pathname, int flags, ...)`
    private static final MethodHandle OPEN =
            Libc.function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    private final Descriptor descriptor;

    /// Whether the kernel can be asked not to wait, whatever flags the file has: from Linux 6.10
    /// on.
    private volatile boolean isAskedNotToWait = true;

    /// Takes over a descriptor that a process sent, which opened it with `O_NONBLOCK`.
    public Userfaultfd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// {@return the device by which a process without privileges makes a descriptor that is told of
    /// faults inside system calls too; empty where there is none for this process, or none at all}
    public static Optional<Descriptor> device() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = open(state, arena.allocateFrom("/dev/userfaultfd"));
            return fd < 0 ? Optional.empty() : Optional.of(new Descriptor(fd));
        }
    }

    /// {@return what to await events with; still owned by this}
    public Descriptor descriptor() {
        return descriptor;
    }

    /// Agrees on features. Possible once in the life of a descriptor.
    ///
    /// @throws LinuxException if the kernel lacks one of them, or the descriptor is something else,
    ///   or one that blocks
    public void agree(long features) {
        requireUserfaultfd();
        requireNonBlocking();
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var api = arena.allocate(UffdLayouts.API);
            api.set(JAVA_LONG, 0, UffdLayouts.API_VERSION);
            api.set(JAVA_LONG, 8, features);
            if (ioctl(state, UffdLayouts.UFFDIO_API, api) != 0) {
                throw new LinuxException("UFFDIO_API(" + features + ")", Libc.errno(state));
            }
        }
    }

    /// Whoever serves another file, as programs do with FUSE, could let a call on it wait.
    private void requireUserfaultfd() {
        try {
            var link = Path.of("/proc/self/fd", "" + descriptor.number());
            if (Files.readSymbolicLink(link).equals(ITS_NAME)) {
                return;
            }
        } catch (IOException closed) {
            throw new LinuxException("readlink(userfaultfd)", Errno.EBADF);
        }
        throw new LinuxException("userfaultfd: it is another file", Errno.EINVAL);
    }

    /// Of one that blocks epoll tells without end that something is to be read.
    private void requireNonBlocking() {
        var state = CallRoom.ofThread().state();
        var flags = flags(state);
        if (flags < 0) {
            throw new LinuxException("fcntl(userfaultfd, F_GETFL)", Libc.errno(state));
        }
        if ((flags & O_NONBLOCK) == 0) {
            throw new LinuxException("userfaultfd: its process lets it block", Errno.EINVAL);
        }
    }

    /// From now on threads of the process that touch a page of the range which is absent,
    /// write-protected, or in the memory but not yet theirs, stand still and are told of here.
    ///
    /// @throws LinuxException if there is no mapping of a memfd at exactly that place
    public void register(long start, long length) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var range = arena.allocate(UffdLayouts.RANGE_MODE_RESULT);
            put(range, start, length, MISSING_WP_MINOR);
            if (ioctl(state, UffdLayouts.UFFDIO_REGISTER, range) != 0) {
                throw new LinuxException(
                        "UFFDIO_REGISTER(%#x, %d)".formatted(start, length), Libc.errno(state));
            }
        }
    }

    /// Maps pages that the memory has. Who waits for them goes on waiting until [#wake].
    public Outcome map(long address, long length, boolean writable) {
        var mode = CONTINUE_MODE_DONTWAKE | (writable ? 0 : CONTINUE_MODE_WP);
        return outcome("UFFDIO_CONTINUE", UffdLayouts.UFFDIO_CONTINUE, address, length, mode);
    }

    /// Lets nobody write any more: when it returns, every store of the process is in the memory.
    public Outcome protect(long address, long length) {
        return writeProtect(address, length, WRITEPROTECT_MODE_WP);
    }

    /// Lets the process write again where pages are mapped, and wakes who waits.
    public Outcome unprotect(long address, long length) {
        return writeProtect(address, length, 0);
    }

    private Outcome writeProtect(long address, long length, long mode) {
        return outcome(
                "UFFDIO_WRITEPROTECT", UffdLayouts.UFFDIO_WRITEPROTECT, address, length, mode);
    }

    /// Lets those who wait touch the page again.
    public Outcome wake(long address, long length) {
        return outcome("UFFDIO_WAKE", UffdLayouts.UFFDIO_WAKE, address, length, 0);
    }

    /// Makes every touch of the pages, now and later, a SIGBUS.
    public Outcome poison(long address, long length) {
        return outcome("UFFDIO_POISON", UffdLayouts.UFFDIO_POISON, address, length, 0);
    }

    /// {@return the threads that stood still since the last call; none if there are none. It does
    /// not block}
    ///
    /// @throws LinuxException if the process has made the file one that blocks
    public List<PageFault> takeFaults() {
        var room = CallRoom.ofThread();
        var messages = room.arguments().asSlice(0, EVENTS_AT_ONCE * UffdLayouts.MESSAGE.byteSize());
        var count = readNow(room, messages);
        if (count >= 0) {
            return faults(messages, count / UffdLayouts.MESSAGE.byteSize());
        }
        var errno = Libc.errno(room.state());
        if (errno.equals(Errno.EAGAIN) || errno.equals(Errno.EINTR)) {
            requireNonBlocking();
            return List.of();
        }
        throw new LinuxException("read(userfaultfd)", errno);
    }

    /// An older kernel is trusted with the flag as it was right before the call.
    private long readNow(CallRoom room, MemorySegment messages) {
        if (isAskedNotToWait) {
            var vector = room.arguments().asSlice(messages.byteSize());
            vector.set(ADDRESS, 0, messages);
            vector.set(JAVA_LONG, 8, messages.byteSize());
            var count = preadv2(room.state(), vector);
            if (count >= 0 || !Libc.errno(room.state()).equals(Errno.EOPNOTSUPP)) {
                return count;
            }
            isAskedNotToWait = false;
        }
        requireNonBlocking();
        return read(room.state(), messages);
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static List<PageFault> faults(MemorySegment messages, long count) {
        var faults = new ArrayList<PageFault>((int) count);
        for (var i = 0L; i < count; i++) {
            var at = i * UffdLayouts.MESSAGE.byteSize();
            if (messages.get(JAVA_BYTE, at) == UffdLayouts.EVENT_PAGEFAULT) {
                faults.add(
                        new PageFault(
                                messages.get(JAVA_LONG, at + 16), messages.get(JAVA_LONG, at + 8)));
            }
        }
        return faults;
    }

    private static void put(MemorySegment range, long start, long length, long mode) {
        range.set(JAVA_LONG, 0, start);
        range.set(JAVA_LONG, 8, length);
        range.set(JAVA_LONG, 16, mode);
    }

    /// The structs of all these calls begin with start, length and mode; UFFDIO_WAKE has no mode.
    private Outcome outcome(String name, long request, long address, long length, long mode) {
        var room = CallRoom.ofThread();
        put(room.arguments(), address, length, mode);
        if (ioctl(room.state(), request, room.arguments()) == 0) {
            return Outcome.DONE;
        }
        var errno = Libc.errno(room.state());
        return switch (errno.name()) {
            case "EEXIST" -> Outcome.PRESENT;
            case "EAGAIN" -> Outcome.CHANGING;
            case "EFAULT" -> Outcome.ABSENT;
            case "ENOENT" -> Outcome.UNMAPPED;
            case "ESRCH" -> Outcome.ENDED;
            default -> throw new LinuxException("%s(%#x)".formatted(name, address), errno);
        };
    }

    private int ioctl(MemorySegment state, long request, MemorySegment argument) {
        try {
            return (int) IOCTL.invokeExact(state, descriptor.number(), request, argument);
        } catch (Throwable broken) {
            throw Libc.mismatch("ioctl(2)", broken);
        }
    }

    private static int open(MemorySegment state, MemorySegment path) {
        try {
            return (int) OPEN.invokeExact(state, path, O_RDWR_CLOEXEC);
        } catch (Throwable broken) {
            throw Libc.mismatch("open(2)", broken);
        }
    }

    private int flags(MemorySegment state) {
        try {
            return (int) FCNTL.invokeExact(state, descriptor.number(), F_GETFL);
        } catch (Throwable broken) {
            throw Libc.mismatch("fcntl(2)", broken);
        }
    }

    private long preadv2(MemorySegment state, MemorySegment vector) {
        try {
            return (long)
                    PREADV2.invokeExact(
                            state, descriptor.number(), vector, 1, NO_OFFSET, RWF_NOWAIT);
        } catch (Throwable broken) {
            throw Libc.mismatch("preadv2(2)", broken);
        }
    }

    private long read(MemorySegment state, MemorySegment messages) {
        try {
            return (long)
                    READ.invokeExact(state, descriptor.number(), messages, messages.byteSize());
        } catch (Throwable broken) {
            throw Libc.mismatch("read(2)", broken);
        }
    }
}
