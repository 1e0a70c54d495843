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
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What a user may do with files: the kernel itself is asked, by a thread that takes the user's
/// identity for files (`setfsuid(2)`) and ends with it. Only root may do that for others.
public record UserRights(int uid, int gid, List<Integer> groups) {
    public UserRights {
        groups = List.copyOf(groups);
    }

    private static final int AT_FDCWD = -100;
    private static final long SYS_SETGROUPS = 116;
    private static final long SYS_OPENAT2 = 437;

    /// `O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC`, `asm-generic/fcntl.h`
    private static final long FLAGS = 2 | 0400 | 04000 | 0400000 | 02000000;

    private static final long O_CREAT = 0100;
    private static final long OWNER_ONLY = 0600;

    /// `linux/openat2.h`
    private static final long RESOLVE_NO_MAGICLINKS = 2;

    /// `struct open_how { u64 flags; u64 mode; u64 resolve; }`
    private static final int HOW_BYTES = 24;

    /// `long syscall(SYS_openat2, int dirfd, const char *path, struct open_how *how, size_t size)`
    private static final MethodHandle OPENAT2 =
            Libc.function(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    /// `long syscall(SYS_setgroups, size_t size, const gid_t *list)`: of this thread alone, other
    /// than the function of libc
    private static final MethodHandle SETGROUPS =
            Libc.function(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(1));

    /// `int setfsuid(uid_t fsuid)`
    private static final MethodHandle SETFSUID =
            Libc.function("setfsuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /// `int setfsgid(gid_t fsgid)`
    private static final MethodHandle SETFSGID =
            Libc.function("setfsgid", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private record Opened(int fd, Errno errno) {}

    /// {@return the number of a descriptor of a file, to read and to write it}
    ///
    /// @throws LinuxException if the user may not, or there is none
    static int open(Path path, UserRights user, boolean create) {
        var outcome = new CompletableFuture<Opened>();
        var thread =
                Thread.ofPlatform()
                        .name("open-as-user")
                        .start(() -> {
                            try {
                                outcome.complete(user.openHere(path, create));
                            } catch (Throwable failure) {
                                outcome.completeExceptionally(failure);
                            }
                        });
        var opened = outcome.join();
        join(thread);
        if (opened.fd < 0) {
            throw new LinuxException(
                    "openat2(%s) as uid %d".formatted(path, user.uid), opened.errno);
        }
        return opened.fd;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private Opened openHere(Path path, boolean create) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var name = arena.allocateFrom(path.toString());
            var how = arena.allocate(HOW_BYTES, Long.BYTES);
            how.set(JAVA_LONG, 0, create ? FLAGS | O_CREAT : FLAGS);
            how.set(JAVA_LONG, 8, create ? OWNER_ONLY : 0);
            how.set(JAVA_LONG, 16, RESOLVE_NO_MAGICLINKS);
            var list = arena.allocate(JAVA_INT, Math.max(1, groups.size()));
            for (var index = 0; index < groups.size(); index++) {
                list.setAtIndex(JAVA_INT, index, groups.get(index));
            }
            if (uid != Account.ownUid() && !isTaken(state, list)) {
                return new Opened(-1, Errno.EPERM);
            }
            var fd = openat2(state, name, how);
            return new Opened(fd, fd < 0 ? Libc.errno(state) : Errno.NONE);
        }
    }

    private boolean isTaken(MemorySegment state, MemorySegment list) {
        if (setgroups(state, groups.size(), list) != 0) {
            return false;
        }
        return isSet(state, SETFSGID, gid) && isSet(state, SETFSUID, uid);
    }

    /// Each answers what it was before, and never fails: asked again it says what it is.
    private static boolean isSet(MemorySegment state, MethodHandle call, int id) {
        var before = setfs(state, call, id);
        return before == id || setfs(state, call, id) == id;
    }

    private static int openat2(MemorySegment state, MemorySegment path, MemorySegment how) {
        try {
            return (int)
                    (long)
                            OPENAT2.invokeExact(
                                    state, SYS_OPENAT2, AT_FDCWD, path, how, (long) HOW_BYTES);
        } catch (Throwable broken) {
            throw Libc.mismatch("openat2(2)", broken);
        }
    }

    private static long setgroups(MemorySegment state, long size, MemorySegment list) {
        try {
            return (long) SETGROUPS.invokeExact(state, SYS_SETGROUPS, size, list);
        } catch (Throwable broken) {
            throw Libc.mismatch("setgroups(2)", broken);
        }
    }

    private static int setfs(MemorySegment state, MethodHandle call, int id) {
        try {
            return (int) call.invokeExact(state, id);
        } catch (Throwable broken) {
            throw Libc.mismatch("setfsuid(2)", broken);
        }
    }
}
