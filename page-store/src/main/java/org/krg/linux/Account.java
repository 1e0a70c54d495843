// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A user as the machine's name services know it, `getpwnam_r(3)`.
///
/// @param groups all groups of the user, the primary one included, in the order of libc
public record Account(String name, int uid, int gid, List<Integer> groups, String home) {
    /// `struct passwd { char *pw_name; char *pw_passwd; uid_t pw_uid; gid_t pw_gid; char *pw_gecos;
    /// char *pw_dir; char *pw_shell; }`, `pwd.h`
    static final StructLayout PASSWD =
            MemoryLayout.structLayout(
                    ADDRESS.withName("pw_name"),
                    ADDRESS.withName("pw_passwd"),
                    JAVA_INT.withName("pw_uid"),
                    JAVA_INT.withName("pw_gid"),
                    ADDRESS.withName("pw_gecos"),
                    ADDRESS.withName("pw_dir"),
                    ADDRESS.withName("pw_shell"));

    /// Enough for any entry seen; libc answers ERANGE when it is not.
    private static final int ENTRY_BYTES = 64 * 1024;

    /// NGROUPS_MAX of the kernel, `limits.h`.
    private static final int MOST_GROUPS = 65_536;

    /// `int getpwnam_r(const char *name, struct passwd *pwd, char *buf, size_t buflen, struct
    /// passwd **result)`
    private static final MethodHandle GETPWNAM_R =
            Libc.function(
                    "getpwnam_r",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    /// `int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t buflen, struct passwd
    /// **result)`
    private static final MethodHandle GETPWUID_R =
            Libc.function(
                    "getpwuid_r",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    /// `int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups)`
    private static final MethodHandle GETGROUPLIST =
            Libc.function(
                    "getgrouplist",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));

    /// `uid_t geteuid(void)`
    private static final MethodHandle GETEUID =
            Libc.function("geteuid", FunctionDescriptor.of(JAVA_INT));

    public Account {
        groups = List.copyOf(groups);
    }

    /// {@return the effective user of this process}
    public static int ownUid() {
        try (var arena = Arena.ofConfined()) {
            return (int) GETEUID.invokeExact(Libc.callState(arena));
        } catch (Throwable broken) {
            throw Libc.mismatch("geteuid(2)", broken);
        }
    }

    /// {@return the user with that name, if the machine knows one}
    public static Optional<Account> find(String name) {
        try (var arena = Arena.ofConfined()) {
            var entry = new Entry(arena);
            var error = entry.read(arena.allocateFrom(name));
            return entry.account(arena, "getpwnam_r(" + name + ")", error);
        }
    }

    /// {@return the user with that number, if the machine knows one}
    public static Optional<Account> find(int uid) {
        try (var arena = Arena.ofConfined()) {
            var entry = new Entry(arena);
            var error = entry.read(uid);
            return entry.account(arena, "getpwuid_r(" + uid + ")", error);
        }
    }

    /// The places one look-up needs: libc fills them.
    private record Entry(
            MemorySegment state, MemorySegment passwd, MemorySegment text, MemorySegment result) {
        Entry(Arena arena) {
            this(
                    Libc.callState(arena),
                    arena.allocate(PASSWD),
                    arena.allocate(ENTRY_BYTES),
                    arena.allocate(ADDRESS));
        }

        int read(MemorySegment name) {
            try {
                return (int)
                        GETPWNAM_R.invokeExact(
                                state, name, passwd, text, (long) ENTRY_BYTES, result);
            } catch (Throwable broken) {
                throw Libc.mismatch("getpwnam_r(3)", broken);
            }
        }

        int read(int uid) {
            try {
                return (int)
                        GETPWUID_R.invokeExact(
                                state, uid, passwd, text, (long) ENTRY_BYTES, result);
            } catch (Throwable broken) {
                throw Libc.mismatch("getpwuid_r(3)", broken);
            }
        }

        Optional<Account> account(Arena arena, String call, int error) {
            if (error != 0 && error != Errno.ENOENT.number() && error != Errno.ESRCH.number()) {
                throw new LinuxException(call, new Errno(error));
            }
            if (result.get(ADDRESS, 0).equals(MemorySegment.NULL)) {
                return Optional.empty();
            }
            var name = string("pw_name");
            var gid = passwd.get(JAVA_INT, offset("pw_gid"));
            return Optional.of(
                    new Account(
                            name,
                            passwd.get(JAVA_INT, offset("pw_uid")),
                            gid,
                            groups(arena, name, gid),
                            string("pw_dir")));
        }

        private List<Integer> groups(Arena arena, String name, int gid) {
            var count = arena.allocateFrom(JAVA_INT, MOST_GROUPS);
            var list = arena.allocate(JAVA_INT, MOST_GROUPS);
            var found = getgrouplist(state, arena.allocateFrom(name), gid, list, count);
            if (found < 0) {
                throw new LinuxException("getgrouplist(" + name + ")", Errno.ERANGE);
            }
            return IntStream.range(0, found).mapToObj(i -> list.getAtIndex(JAVA_INT, i)).toList();
        }

        @SuppressWarnings("restricted") // libc's strings end with a zero inside our own buffer
        private String string(String field) {
            return passwd.get(ADDRESS, offset(field)).reinterpret(ENTRY_BYTES).getString(0);
        }

        private static long offset(String field) {
            return PASSWD.byteOffset(MemoryLayout.PathElement.groupElement(field));
        }
    }

    private static int getgrouplist(
            MemorySegment state,
            MemorySegment name,
            int gid,
            MemorySegment list,
            MemorySegment count) {
        try {
            return (int) GETGROUPLIST.invokeExact(state, name, gid, list, count);
        } catch (Throwable broken) {
            throw Libc.mismatch("getgrouplist(3)", broken);
        }
    }
}
