// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.krg.linux.Epoll;
import org.krg.linux.PacketConnection;
import org.krg.linux.PidFd;
import org.krg.pages.engine.SyncEngine;
import org.krg.pages.engine.SyncProcess;
import org.krg.state.model.SyncId;

/// Which processes of this node synchronise, each until it ends, whatever connections it closes.
/// Owned by the thread of the [AttachPort].
final class SyncDoor {
    private final SyncEngine engine;
    private final Epoll epoll;
    private final LongSupplier tags;
    private final Executor thread;
    private final Map<Long, Known> byTag = new HashMap<>();

    private record Known(int pid, PidFd process, SyncProcess synchronising) {}

    /// @param tags what the ends of processes are told by
    /// @param thread the one that owns this
    SyncDoor(SyncEngine engine, Epoll epoll, LongSupplier tags, Executor thread) {
        this.engine = engine;
        this.epoll = epoll;
        this.tags = tags;
        this.thread = thread;
    }

    /// {@return the process at the other side}
    SyncProcess process(int pid, PacketConnection connection) {
        for (var known : byTag.values()) {
            if (known.pid == pid) {
                return known.synchronising;
            }
        }
        var known = new Known(pid, connection.peerProcess(), engine.process());
        var tag = tags.getAsLong();
        byTag.put(tag, known);
        epoll.add(known.process.descriptor(), tag);
        return known.synchronising;
    }

    /// {@return what processes hold, each object with the process}
    ///
    /// @param what of one process
    List<CompletableFuture<List<HeldObject>>> held(
            Set<Integer> pids, Function<SyncProcess, CompletableFuture<List<SyncId>>> what) {
        return byTag.values().stream()
                .filter(known -> pids.contains(known.pid))
                .map(known ->
                        what.apply(known.synchronising)
                                .thenApply(held ->
                                        held.stream()
                                                .map(it -> new HeldObject(known.pid, it))
                                                .toList()))
                .toList();
    }

    /// {@return whether that is the tag of a process, which has ended then}
    boolean ended(long tag) {
        var known = byTag.remove(tag);
        if (known == null) {
            return false;
        }
        release(known);
        known.synchronising.end();
        return true;
    }

    void post(Runnable task) {
        thread.execute(task);
    }

    private void release(Known known) {
        epoll.remove(known.process.descriptor());
        known.process.close();
    }

    /// The agent stops: that its processes are over is for the log to say.
    void close() {
        List.copyOf(byTag.values()).forEach(this::release);
        byTag.clear();
    }
}
