// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Set;

/// On what kind of file system something lies, `statfs(2)`.
public final class FileSystems {
    /// `struct statfs`, `asm-generic/statfs.h` of 64 bits: its length; `f_type` comes first.
    static final int STATFS_BYTES = 120;

    /// Those whose files are calls of the kernel, `linux/magic.h`: proc, sysfs, cgroup2, debugfs,
    /// tracefs, securityfs, bpf, configfs. What is written there means what the writer may do, not
    /// who opened it.
    private static final Set<Long> OF_KERNEL =
            Set.of(
                    0x9fa0L,
                    0x62656572L,
                    0x63677270L,
                    0x64626720L,
                    0x74726163L,
                    0x73636673L,
                    0xcafe4a11L,
                    0x62656570L);

    /// `int fstatfs(int fd, struct statfs *buf)`
    private static final MethodHandle FSTATFS =
            Libc.function("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    /// Message queues of POSIX.
    private static final long MQUEUE = 0x19800202L;

    /// `int statfs(const char *path, struct statfs *buf)`
    private static final MethodHandle STATFS =
            Libc.function("statfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    private FileSystems() {}

    /// {@return whether a file is a message queue, `mq_overview(7)`; false if it is gone}
    public static boolean isMessageQueue(Path path) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var found = arena.allocate(STATFS_BYTES, Long.BYTES);
            return statfs(state, arena.allocateFrom(path.toString()), found) == 0
                    && found.get(JAVA_LONG, 0) == MQUEUE;
        }
    }

    private static int statfs(MemorySegment state, MemorySegment path, MemorySegment found) {
        try {
            return (int) STATFS.invokeExact(state, path, found);
        } catch (Throwable broken) {
            throw Libc.mismatch("statfs(2)", broken);
        }
    }

    /// {@return whether an open file is one of the kernel's own}
    static boolean isOfKernel(int fd) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var found = arena.allocate(STATFS_BYTES, Long.BYTES);
            if (fstatfs(state, fd, found) != 0) {
                throw new LinuxException("fstatfs(" + fd + ")", Libc.errno(state));
            }
            return OF_KERNEL.contains(found.get(JAVA_LONG, 0));
        }
    }

    private static int fstatfs(MemorySegment state, int fd, MemorySegment found) {
        try {
            return (int) FSTATFS.invokeExact(state, fd, found);
        } catch (Throwable broken) {
            throw Libc.mismatch("fstatfs(2)", broken);
        }
    }
}
