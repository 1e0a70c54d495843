// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.time.Duration;
import java.util.function.Supplier;
import org.krg.linux.Boottime;
import org.krg.linux.Descriptor;
import org.krg.linux.PublishedWord;

/// How long programs of this node may use the pages that they have mapped. When it is over the
/// cluster may give these pages to others without this node hearing of it.
///
/// The deadline is in memory that each program maps: `libkrg` empties the program's mappings when
/// it has passed (`fence.c`), whatever the agent does or does not do then. From there on every
/// touch is a fault, which the agent resolves only while the lease holds. Safe for use from any
/// thread.
final class MemoryLease implements AutoCloseable {
    /// Nanoseconds of CLOCK_BOOTTIME; 0 before the first renewal.
    private final PublishedWord deadline;

    private final Supplier<Duration> clock;

    MemoryLease() {
        this(PublishedWord.create("krg-lease"), Boottime::now);
    }

    /// @param deadline closed with this
    MemoryLease(PublishedWord deadline, Supplier<Duration> clock) {
        this.deadline = deadline;
        this.clock = clock;
    }

    /// {@return what a program maps}
    Descriptor descriptor() {
        return deadline.descriptor();
    }

    /// {@return whether a page that is mapped now may be used}
    boolean holds() {
        return clock.get().toNanos() < deadline.get();
    }

    /// Lets programs use pages until then.
    ///
    /// @param until on the clock of [Boottime]
    /// @return whether it was over
    boolean renew(Duration until) {
        var before = deadline.get();
        deadline.set(until.toNanos());
        // Looked at behind the store: whoever found the old one over did so before.
        return clock.get().toNanos() >= before;
    }

    @Override
    public void close() {
        deadline.close();
    }
}
