// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketConnection;
import org.krg.pages.codec.AttachCodec;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.AttachOrder;
import org.krg.pages.codec.AttachRequest.Paused;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process that gives its shared memory back when it is told to. It holds the segments that the
/// process had open until that has opened them again, here or elsewhere. Owned by the thread of the
/// [AttachPort]; its answers may be awaited by any.
final class Attendant {
    private static final Logger log = LoggerFactory.getLogger(Attendant.class);

    private final int pid;
    private final PacketConnection connection;
    private final List<SegmentId> kept = new ArrayList<>();
    private CompletableFuture<Optional<Paused>> pausing = new CompletableFuture<>();
    private CompletableFuture<Boolean> detaching = new CompletableFuture<>();
    private boolean hasAgreed;
    private boolean isAsked;
    private boolean isDetached;
    private boolean isGone;

    Attendant(int pid, PacketConnection connection) {
        this.pid = pid;
        this.connection = connection;
    }

    int pid() {
        return pid;
    }

    /// {@return whether the process has given everything back}
    boolean isDetached() {
        return isDetached;
    }

    /// {@return whether callbacks of the program have agreed to what its process stands still for}
    boolean hasAgreed() {
        return hasAgreed;
    }

    /// {@return whether its connection has ended}
    boolean isGone() {
        return isGone;
    }

    /// {@return whether what its process closes is closed for the time being only}
    boolean isKeeping() {
        return isAsked;
    }

    void keep(SegmentId segment) {
        kept.add(segment);
    }

    List<SegmentId> kept() {
        return List.copyOf(kept);
    }

    /// {@return what it answers; empty if the process ends}
    CompletableFuture<Optional<Paused>> pause() {
        pausing = new CompletableFuture<>();
        order(AttachOrder.PAUSE);
        return pausing;
    }

    void resume() {
        order(AttachOrder.RESUME);
    }

    /// {@return whether it has given everything back, or ended}
    CompletableFuture<Boolean> detach() {
        detaching = new CompletableFuture<>();
        isAsked = true;
        order(AttachOrder.DETACH);
        return detaching;
    }

    private void order(AttachOrder order) {
        if (isGone) {
            // Whoever waits for its answer hears so.
            ended();
        } else {
            send(AttachCodec.encode(order));
        }
    }

    void saved(AttachError error) {
        if (!isGone) {
            send(AttachCodec.saved(error));
        }
    }

    /// The number of a connection that is closed may be another one's by now. What goes wrong with
    /// this one keeps nobody from telling the others.
    private void send(byte[] packet) {
        try {
            // Who is gone is let go of as such.
            var _ = connection.send(packet, List.of());
        } catch (LinuxException failure) {
            log.warn("process does not hear pid={} reason={}", pid, failure.getMessage());
        }
    }

    void paused(Paused answer) {
        hasAgreed = answer.error() == 0 && answer.number() > 0;
        pausing.complete(Optional.of(answer));
    }

    void detached() {
        isDetached = true;
        detaching.complete(true);
    }

    /// It says nothing any more.
    void ended() {
        isGone = true;
        pausing.complete(Optional.empty());
        detaching.complete(isDetached);
    }
}
