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
import java.util.List;

/// What a user may do with files: the kernel itself is asked, by a thread that takes the user's
/// identity for files (`setfsuid(2)`). Only root may do that for others.
public record UserRights(int uid, int gid, List<Integer> groups) {
    public UserRights {
        groups = List.copyOf(groups);
    }

    private static final long SYS_SETGROUPS = 116;

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

    /// Makes this thread the user's for what has to do with files, for as long as it lives.
    ///
    /// @return whether it is
    boolean take() {
        if (uid == Account.ownUid()) {
            return true;
        }
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var list = arena.allocate(JAVA_INT, Math.max(1, groups.size()));
            for (var index = 0; index < groups.size(); index++) {
                list.setAtIndex(JAVA_INT, index, groups.get(index));
            }
            return setgroups(state, groups.size(), list) == 0
                    && isSet(state, SETFSGID, gid)
                    && isSet(state, SETFSUID, uid);
        }
    }

    /// Each answers what it was before, and never fails: asked again it says what it is.
    private static boolean isSet(MemorySegment state, MethodHandle call, int id) {
        var before = setfs(state, call, id);
        return before == id || setfs(state, call, id) == id;
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
