// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Up to which entry a log should be forced: what is being forced, and what was only written or not
/// even that. Looking never waits for the log.
final class ToForce {
    private static final Logger log = LoggerFactory.getLogger(ToForce.class);

    private final LongSupplier forcing;
    private final LongSupplier end;
    private final Executor executor;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long lastEntry = -1;

    /// @param forcing up to which entry the log is being forced
    /// @param end tells the last entry; may wait for the disk, since who writes to one that hangs
    ///   may hold the lock of the log
    /// @param executor asks for the end
    ToForce(LongSupplier forcing, LongSupplier end, Executor executor) {
        this.forcing = forcing;
        this.end = end;
        this.executor = executor;
    }

    /// {@return the index of the entry} The end of the log may be some looks old.
    long look() {
        if (asking.compareAndSet(false, true)) {
            executor.execute(this::ask);
        }
        return Math.max(forcing.getAsLong(), lastEntry);
    }

    private void ask() {
        try {
            lastEntry = end.getAsLong();
        } catch (IllegalStateException closed) {
            log.debug("the log has no end", closed);
        } finally {
            asking.set(false);
        }
    }
}
