// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.krg.host.RequestMemory;

/// Counts what a caller was sent and did not take yet, and what is owed to it. Guarded by its
/// monitor, under which nothing is called but the memory.
final class Backlog {
    /// Bytes that may wait; then the caller is waited for.
    static final int AHEAD = 1 << 20;

    /// Bytes that wait at most before the last message, which may be of any size: what was under
    /// way when the caller stopped to take.
    static final int MOST = 16 * AHEAD;

    /// Bytes in which it is counted in the memory of the caller: a stream on which little waits
    /// costs nothing.
    static final int STEP = 64 << 10;

    private static final CompletableFuture<Void> ROOM = CompletableFuture.completedFuture(null);

    private final RequestMemory memory;
    private final Duration patience;
    private final Runnable stuck;
    private long written;
    private long owed;
    private long counted;
    private boolean isOver;
    private CompletableFuture<Void> room = ROOM;

    /// @param patience from when there is no room
    /// @param stuck is called when there is still none then
    Backlog(RequestMemory memory, Duration patience, Runnable stuck) {
        this.memory = memory;
        this.patience = patience;
        this.stuck = stuck;
    }

    /// Takes in bytes that are written now.
    ///
    /// @return whether they may wait
    synchronized boolean wrote(int bytes) {
        return add(bytes, 0);
    }

    /// Takes in bytes that will be written.
    ///
    /// @return whether they may wait
    synchronized boolean owe(int bytes) {
        return add(0, bytes);
    }

    /// Takes out bytes that were owed.
    void settle(int bytes) {
        give(0, bytes);
    }

    /// Takes out bytes that the caller has taken.
    void taken(int bytes) {
        give(bytes, 0);
    }

    /// {@return completes when less than [#AHEAD] waits; not at all once the caller is given up}
    synchronized CompletableFuture<Void> room() {
        return room;
    }

    /// Says that nobody takes anything any more.
    void end() {
        CompletableFuture<Void> waited;
        synchronized (this) {
            isOver = true;
            waited = room;
        }
        waited.complete(null);
    }

    private boolean add(int moreWritten, int moreOwed) {
        var isWithin = written + owed <= MOST;
        written += moreWritten;
        owed += moreOwed;
        if (isOver) {
            return true;
        }
        if (written + owed >= AHEAD && room.isDone()) {
            room = new CompletableFuture<>();
            var _ =
                    room.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                            .exceptionally(_ -> {
                                stuck.run();
                                return null;
                            });
        }
        var more = (written + owed - counted) / STEP * STEP;
        if (more > 0) {
            if (!memory.take(more)) {
                return false;
            }
            counted += more;
        }
        return isWithin;
    }

    private void give(int fewerWritten, int fewerOwed) {
        CompletableFuture<Void> waited;
        synchronized (this) {
            written -= fewerWritten;
            owed -= fewerOwed;
            var fewer = (counted - written - owed + STEP - 1) / STEP * STEP;
            if (fewer > 0) {
                memory.give(fewer);
                counted -= fewer;
            }
            waited = written + owed < AHEAD ? room : ROOM;
        }
        waited.complete(null);
    }
}
