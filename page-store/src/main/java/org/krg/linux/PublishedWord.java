// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// A number that this process says and other processes see at once, in a page of memory that they
/// map: they go on seeing the last one while this process stands still, and when it has ended.
///
/// Eight bytes, little endian, 0 at first. Safe for use from any thread.
public final class PublishedWord implements AutoCloseable {
    private static final int PAGE_BYTES = 4_096;
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final VarHandle WORD = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /// `int open(const char *pathname, int flags, ...)`
    private static final MethodHandle OPEN =
            Libc.function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));

    private final MemorySegment page;
    private final Descriptor readable;

    private PublishedWord(MemorySegment page, Descriptor readable) {
        this.page = page;
        this.readable = readable;
    }

    /// Makes the page.
    ///
    /// @param name shown as `/memfd:NAME` in `/proc/PID/maps`
    public static PublishedWord create(String name) {
        try (var memory = Memfd.create(name, PAGE_BYTES)) {
            var path = Path.of("/proc/self/fd/" + memory.descriptor().number());
            MemorySegment page;
            try (var channel =
                    FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                page = channel.map(MapMode.READ_WRITE, 0, PAGE_BYTES, Arena.ofAuto());
                // Who has it to read could open it to write, by this path.
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--------"));
            }
            return new PublishedWord(page, openToRead(path));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Descriptor openToRead(Path path) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = open(state, arena.allocateFrom(path.toString()));
            if (fd < 0) {
                throw new LinuxException("open(" + path + ")", Libc.errno(state));
            }
            return new Descriptor(fd);
        }
    }

    /// {@return what is given to processes that map it to read; still owned by this}
    public Descriptor descriptor() {
        return readable;
    }

    /// Says another number.
    public void set(long number) {
        WORD.setRelease(page, 0L, number);
    }

    /// {@return what was said last}
    public long get() {
        return (long) WORD.getAcquire(page, 0L);
    }

    /// Nobody else gets it any more; who has mapped it sees the last number.
    @Override
    public void close() {
        readable.close();
    }

    private static int open(MemorySegment state, MemorySegment path) {
        try {
            return (int) OPEN.invokeExact(state, path, O_RDONLY_CLOEXEC);
        } catch (Throwable broken) {
            throw Libc.mismatch("open(2)", broken);
        }
    }
}
