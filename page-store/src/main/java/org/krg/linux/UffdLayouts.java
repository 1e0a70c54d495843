// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/// The structs and numbers of `linux/userfaultfd.h`.
final class UffdLayouts {
    /// `struct uffdio_api { __u64 api; __u64 features; __u64 ioctls; }`
    static final StructLayout API =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("api"),
                    JAVA_LONG.withName("features"),
                    JAVA_LONG.withName("ioctls"));

    /// `struct uffdio_range { __u64 start; __u64 len; }`
    static final StructLayout RANGE =
            MemoryLayout.structLayout(JAVA_LONG.withName("start"), JAVA_LONG.withName("len"));

    /// `struct uffdio_register { struct uffdio_range range; __u64 mode; __u64 ioctls; }`. The same
    /// four words are `struct uffdio_continue { range; mode; __s64 mapped; }` and `struct
    /// uffdio_poison { range; mode; __s64 updated; }`.
    static final StructLayout RANGE_MODE_RESULT =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("start"),
                    JAVA_LONG.withName("len"),
                    JAVA_LONG.withName("mode"),
                    JAVA_LONG.withName("result"));

    /// `struct uffdio_writeprotect { struct uffdio_range range; __u64 mode; }`
    static final StructLayout WRITEPROTECT =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("start"),
                    JAVA_LONG.withName("len"),
                    JAVA_LONG.withName("mode"));

    /// `struct uffd_msg { __u8 event; ...; union { struct { __u64 flags; __u64 address; union {
    /// __u32 ptid; } feat; } pagefault; ... } arg; }`, packed
    static final StructLayout MESSAGE =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("event"),
                    JAVA_LONG.withName("flags"),
                    JAVA_LONG.withName("address"),
                    JAVA_INT.withName("ptid"),
                    MemoryLayout.paddingLayout(4));

    static final long API_VERSION = 0xAA;
    static final long UFFDIO_API = 0xC018AA3FL;
    static final long UFFDIO_REGISTER = 0xC020AA00L;
    static final long UFFDIO_WAKE = 0x8010AA02L;
    static final long UFFDIO_WRITEPROTECT = 0xC018AA06L;
    static final long UFFDIO_CONTINUE = 0xC020AA07L;
    static final long UFFDIO_POISON = 0xC020AA08L;

    static final int EVENT_PAGEFAULT = 0x12;

    private UffdLayouts() {}
}
