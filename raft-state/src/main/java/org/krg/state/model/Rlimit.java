// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A limit of the kernel on each process of a program by itself, `setrlimit(2)`.
///
/// @param soft the limit in force, in the unit of the resource
/// @param hard what the program may raise it to
public record Rlimit(Resource resource, long soft, long hard) {
    /// `RLIM_INFINITY`.
    public static final long UNLIMITED = -1;

    public Rlimit {
        if (soft < UNLIMITED || hard < UNLIMITED) {
            throw new IllegalArgumentException("a limit is not negative");
        }
        if (hard != UNLIMITED && (soft == UNLIMITED || soft > hard)) {
            throw new IllegalArgumentException("a soft limit is not above the hard one");
        }
    }

    /// What is limited. Those that limit a user over all processes of a node (`RLIMIT_NPROC` and
    /// others) are none: cells have limits of their own.
    public enum Resource {
        /// Bytes of address space.
        AS(9),
        /// Bytes of a core file.
        CORE(4),
        /// Seconds of processor time.
        CPU(0),
        /// Bytes of data segment and heap.
        DATA(2),
        /// Bytes of a file that is written.
        FSIZE(1),
        /// Bytes of locked memory.
        MEMLOCK(8),
        /// One more than the highest file descriptor.
        NOFILE(7),
        /// Bytes of the stack of the main thread, and what threads get by default.
        STACK(3);

        private final int number;

        Resource(int number) {
            this.number = number;
        }

        /// {@return the kernel's number, as in `asm-generic/resource.h`}
        public int number() {
            return number;
        }
    }
}
