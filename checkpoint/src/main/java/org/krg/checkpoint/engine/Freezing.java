// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.SocketQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stops a program at a moment at which CRIU can save it. Used once, by one thread.
///
/// @param cell the program
record Freezing(CellView cell, CellFiles cellFiles, Scope scope) {
    private static final Logger log = LoggerFactory.getLogger(Freezing.class);

    /// How long a program may be in the middle of something that only it can end.
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Freezes the program.
    ///
    /// @return since when it stands still, as the monotonic clock counts
    /// @throws CheckpointFailed if there is no such moment; the program goes on then
    long freeze() {
        var until = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            var since = System.nanoTime();
            standStill();
            var hindrance = hindrance(() -> Duration.ZERO);
            if (hindrance.isEmpty()) {
                return since;
            }
            thaw();
            if (System.nanoTime() > until) {
                throw hindrance.get();
            }
            var lasting = hindrance(() -> left(until));
            if (lasting.isPresent()) {
                throw lasting.get();
            }
        }
    }

    /// {@return what still keeps the program from being saved after a time}
    ///
    /// @param limit how long is left; zero looks once, at a frozen program
    private Optional<CheckpointFailed> hindrance(Supplier<Duration> limit) {
        try {
            var starting = cellFiles.awaitNoVfork(cell, limit.get());
            return starting.isPresent()
                    ? starting.map(Freezing::startsNothing)
                    : scope.awaitQueues(cell, limit.get()).map(Freezing::waits);
        } catch (IOException failure) {
            thaw();
            throw Failures.of(Phase.FREEZE, failure);
        }
    }

    private static Duration left(long until) {
        return Duration.ofNanos(Math.max(1, until - System.nanoTime()));
    }

    private static CheckpointFailed startsNothing(String task) {
        return Failures.of(
                Phase.FREEZE,
                Code.FREEZE_TIMEOUT,
                task
                        + " waits for a child that vfork(2) made, which has started no program for "
                        + LIMIT.toSeconds()
                        + " s",
                "Try again when the child has started its program or ended");
    }

    private static CheckpointFailed waits(SocketQueue queue) {
        return switch (queue.of()) {
            case CONNECTIONS ->
                    waits(
                            queue,
                            "listens on %s and has a backlog of %d connection%s",
                            "Try again when the program has accepted them, or have it close the"
                                    + " socket");
            case BYTES ->
                    waits(
                            queue,
                            "is %s and has %d byte%s to send that the other end has not read",
                            "Try again when the program has read them, or run the job with --net"
                                    + " cell");
        };
    }

    private static CheckpointFailed waits(SocketQueue queue, String what, String remedy) {
        var socket = queue.socket();
        var plural = queue.count() == 1 ? "" : "s";
        var cause =
                "fd %d of pid %d %s after %d s"
                        .formatted(
                                socket.fd(),
                                socket.pid(),
                                what.formatted(socket.address(), queue.count(), plural),
                                LIMIT.toSeconds());
        return Failures.of(Phase.FREEZE, Code.TCP, cause, remedy);
    }

    private void standStill() {
        try {
            cell.freeze();
        } catch (CheckpointFailed known) {
            throw known;
        } catch (RuntimeException failure) {
            thaw();
            throw Failures.of(
                    Phase.FREEZE,
                    Code.FREEZE_TIMEOUT,
                    String.valueOf(failure.getMessage()),
                    "A task waits for a disk or a network file system; try again");
        }
    }

    /// Lets the program go on.
    void thaw() {
        try {
            cell.thaw();
        } catch (RuntimeException failure) {
            log.error("a cell stays frozen process={}", cell.process(), failure);
        }
    }
}
