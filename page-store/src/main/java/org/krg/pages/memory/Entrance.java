// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.krg.linux.DescriptorLimit;
import org.krg.linux.Epoll;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketConnection;
import org.krg.linux.PacketConnection.Peer;
import org.krg.linux.PacketListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket of an [AttachPort]: lets processes in one by one, of each user so many, and for a
/// moment nobody while this agent has no descriptors. Owned by the thread of the port.
final class Entrance {
    private static final Logger log = LoggerFactory.getLogger(Entrance.class);

    /// A connection costs the agent two descriptors, three with a mapping. What one user has leaves
    /// something for the others and for the agent.
    private static final int DESCRIPTORS_A_PLACE = 4;

    /// Descriptors may come free that no connection had.
    private static final Duration PAUSE = Duration.ofMillis(200);

    /// Who connects again and again is not to fill the log.
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final PacketListener listener;
    private final Epoll epoll;
    private final long tag;
    private final Executor thread;
    private final int share;
    private final Map<Integer, Integer> connections = new HashMap<>();
    private boolean isShut = true;

    /// When something was told of last, by [System#nanoTime].
    private long told = System.nanoTime() - SILENCE.toNanos();

    /// @param tag by which `epoll` tells that somebody has come
    /// @param thread the one that owns this
    /// @param share how many connections one user has
    Entrance(PacketListener listener, Epoll epoll, long tag, Executor thread, int share) {
        this.listener = listener;
        this.epoll = epoll;
        this.tag = tag;
        this.thread = thread;
        this.share = share;
    }

    /// {@return how many connections one user may have with an agent that has this process's
    /// descriptors}
    static int share() {
        return Math.max(1, DescriptorLimit.present() / DESCRIPTORS_A_PLACE);
    }

    /// Has `epoll` tell of who comes, if it does not already.
    void open() {
        if (isShut) {
            epoll.add(listener.descriptor(), tag);
            isShut = false;
        }
    }

    /// Takes the next one who has come. Those who were gone before do not count.
    void take(Consumer<PacketConnection> guest) {
        var accepted = Optional.<PacketConnection>empty();
        try {
            accepted = listener.accept();
            accepted.ifPresent(guest);
        } catch (LinuxException failure) {
            accepted.ifPresent(PacketConnection::close);
            if (accepted.isEmpty() || !isGone(failure)) {
                if (isTimeToTell()) {
                    log.warn("nobody is let in for a moment reason={}", failure.getMessage());
                }
                shut();
            }
        }
    }

    /// Before Linux 6.16 a process that has ended meanwhile has no descriptor (`SO_PEERPIDFD`).
    private static boolean isGone(LinuxException failure) {
        return switch (failure.errno().name()) {
            case "EINVAL", "ESRCH" -> true;
            default -> false;
        };
    }

    /// The listener is told of as long as somebody waits there, so it is not asked about.
    private void shut() {
        if (!isShut) {
            epoll.remove(listener.descriptor());
            isShut = true;
        }
        CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> thread.execute(this::open));
    }

    private boolean isTimeToTell() {
        var now = System.nanoTime();
        if (now - told < SILENCE.toNanos()) {
            return false;
        }
        told = now;
        return true;
    }

    /// Counts one more connection of a user.
    ///
    /// @return false if that would be too many
    boolean enter(Peer peer) {
        var count = connections.merge(peer.uid(), 1, Integer::sum);
        if (count <= share) {
            return true;
        }
        leave(peer);
        if (isTimeToTell()) {
            log.warn("not let in peer={} reason=the user has {} connections", peer, share);
        }
        return false;
    }

    /// Counts one less, whose descriptors are closed.
    void leave(Peer peer) {
        connections.computeIfPresent(peer.uid(), (_, count) -> count == 1 ? null : count - 1);
        open();
    }
}
