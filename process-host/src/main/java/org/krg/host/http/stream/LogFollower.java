// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.OutputStreamName;
import org.krg.host.RestartMark;
import org.krg.host.http.access.Caller;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.stream.Outputs.Incarnation;
import org.krg.host.http.view.Json;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Sends the output of a process, from one incarnation to the next and from one node to the other.
/// Owned by the thread that runs it.
///
/// Each incarnation but the first begins with a `mark` that says where in the surviving stream it
/// begins; a client that has more than that forgets the rest. So a client that comes back with an
/// offset of a lost incarnation loses nothing, and one that is up to date drops what it has.
public final class LogFollower {
    /// Beyond the end of whatever a program writes.
    public static final long LARGEST_OFFSET = 1L << 56;

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    /// Who waits for nothing more, and cannot read what is there in so many attempts, ends without
    /// the rest.
    private static final int ATTEMPTS = 8;

    private final Replica replica;
    private final Outputs outputs;
    private final Wish wish;
    private final Map<OutputStreamName, Long> offsets = new EnumMap<>(OutputStreamName.class);
    private Epoch shown = Epoch.ZERO;
    private Duration pause = SHORTEST_PAUSE;
    private Optional<Phase> phase = Optional.empty();
    private int failures;

    /// What a client wants to read.
    ///
    /// @param offset of the first byte, in each of the streams
    /// @param last how many bytes before the present end it is at most
    /// @param follow whether it waits for what is still to come
    public record Wish(
            ProcessId process,
            List<OutputStreamName> streams,
            long offset,
            long last,
            boolean follow,
            Caller caller) {
        public Wish {
            streams = List.copyOf(streams);
        }
    }

    public LogFollower(Replica replica, Outputs outputs, Wish wish) {
        this.replica = replica;
        this.outputs = outputs;
        this.wish = wish;
        if (wish.last() == LARGEST_OFFSET) {
            wish.streams().forEach(stream -> offsets.put(stream, wish.offset()));
        }
    }

    /// Throws [HostFailure] when the output of a process that is or was somewhere cannot be read
    /// there. Where it is being brought up there may be nothing yet.
    public void requireReadable() {
        var found = replica.image().processes().find(wish.process());
        if (found.isPresent()
                && found.get().lastNode().isPresent()
                && !(found.get().phase() instanceof Phase.Starting)) {
            var process = found.get();
            var _ =
                    outputs.read(
                            incarnation(process, process.lastNode().get()),
                            wish.streams().getFirst(),
                            wish.offset());
        }
    }

    /// Sends until the process has ended, or, without following, until the present end.
    public void run(SseWriter out) {
        while (out.isOpen()) {
            var found = replica.image().processes().find(wish.process());
            if (found.isEmpty()) {
                end(out, "its job ended long ago and was forgotten", Optional.empty());
                return;
            }
            if (!phase.equals(Optional.of(found.get().phase()))) {
                phase = Optional.of(found.get().phase());
                failures = 0;
            }
            if (isDone(out, found.get())) {
                return;
            }
            out.keepAlive();
        }
    }

    private boolean isDone(SseWriter out, HostedProcess process) {
        return switch (process.phase()) {
            case Phase.Starting _ -> isDoneWaiting(out, process, "it is being brought up");
            // Until it has a node again, the rest of what it wrote is where it was.
            case Phase.Waiting _ when process.lastNode().isPresent() -> {
                var moved = show(out, process, process.lastNode().get());
                yield !moved && isDoneWaiting(out, process, "it waits for a node");
            }
            case Phase.Waiting _ -> isDoneWaiting(out, process, "it waits for a node");
            case Phase.Running(var node, _, _) -> {
                var moved = show(out, process, node);
                yield !moved && isDoneWaiting(out, process, "it runs");
            }
            case Phase.Ended(var outcome, var node, _) -> {
                var moved = node.isPresent() && show(out, process, node.get());
                yield !moved && isDoneEnding(out, process, outcome);
            }
        };
    }

    private boolean isDoneWaiting(SseWriter out, HostedProcess process, String reason) {
        if (wish.follow() || mayBeReadable()) {
            rest(process);
            return false;
        }
        end(out, reason, Optional.empty());
        return true;
    }

    private boolean isDoneEnding(SseWriter out, HostedProcess process, Outcome outcome) {
        if (mayBeReadable()) {
            rest(process);
            return false;
        }
        end(out, text(outcome), Optional.of(outcome.exitCode()));
        return true;
    }

    /// {@return whether what could not be read just now may be in a moment}
    private boolean mayBeReadable() {
        return failures > 0 && failures < ATTEMPTS;
    }

    /// Waits a little, longer each time, but not once the process is somewhere else.
    private void rest(HostedProcess process) {
        var _ =
                replica.await(
                        image ->
                                image.processes()
                                        .find(process.id())
                                        .filter(it -> it.phase().equals(process.phase()))
                                        .isEmpty(),
                        pause);
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /// {@return whether anything was sent}
    private boolean show(SseWriter out, HostedProcess process, NodeId node) {
        var incarnation = incarnation(process, node);
        try {
            if (!process.epoch().equals(shown)) {
                begin(out, incarnation);
            }
            var moved = false;
            for (var stream : wish.streams()) {
                moved |= show(out, incarnation, stream);
            }
            failures = 0;
            if (moved) {
                pause = SHORTEST_PAUSE;
            }
            return moved;
        } catch (HostFailure unreadable) {
            failures++;
            return false;
        }
    }

    private boolean show(SseWriter out, Incarnation incarnation, OutputStreamName stream) {
        var offset = offsets.computeIfAbsent(stream, it -> first(incarnation, it));
        var chunk = outputs.read(incarnation, stream, offset);
        if (!chunk.bytes().hasRemaining()) {
            return false;
        }
        out.sendTyped(
                stream == OutputStreamName.STDOUT ? "out" : "err",
                Json.object()
                        .put("offset", chunk.offset())
                        .put("base64", Outputs.base64(chunk.bytes())));
        offsets.put(stream, chunk.offset() + chunk.bytes().remaining());
        return true;
    }

    private long first(Incarnation incarnation, OutputStreamName stream) {
        var size = outputs.read(incarnation, stream, LARGEST_OFFSET).sizeBytes();
        return Math.max(wish.offset(), size - wish.last());
    }

    private void begin(SseWriter out, Incarnation incarnation) {
        if (incarnation.epoch().value() > 1) {
            var mark = outputs.mark(incarnation);
            var from = mark.orElse(new RestartMark(0, 0, 0));
            var text = text(incarnation, mark);
            out.sendTyped(
                    "mark",
                    Json.object()
                            .put("text", text)
                            .put("epoch", incarnation.epoch().value())
                            .put("generation", from.generation())
                            .put("stdoutBytes", from.stdoutBytes())
                            .put("stderrBytes", from.stderrBytes()));
            offsets.computeIfPresent(
                    OutputStreamName.STDOUT, (_, at) -> Math.min(at, from.stdoutBytes()));
            offsets.computeIfPresent(
                    OutputStreamName.STDERR, (_, at) -> Math.min(at, from.stderrBytes()));
        }
        shown = incarnation.epoch();
    }

    private String text(Incarnation incarnation, Optional<RestartMark> mark) {
        var move =
                replica.image().migrations().values().stream()
                        .map(Migration::route)
                        .filter(route -> route.process().equals(incarnation.process()))
                        .filter(route -> route.next().equals(incarnation.epoch()))
                        .findFirst();
        if (move.isPresent()) {
            return "moved from %s to %s".formatted(move.get().from(), move.get().to());
        }
        return mark.map(from ->
                        "brought back on %s from checkpoint %s"
                                .formatted(incarnation.node(), from.generation()))
                .orElse("started again on %s from the beginning".formatted(incarnation.node()));
    }

    private Incarnation incarnation(HostedProcess process, NodeId node) {
        return new Incarnation(node, process.id(), process.epoch(), wish.caller());
    }

    private void end(SseWriter out, String reason, Optional<Integer> exitCode) {
        var complete = failures == 0;
        var view =
                Json.object()
                        .put("reason", complete ? reason : reason + "; the rest is out of reach")
                        .put("complete", complete);
        exitCode.ifPresent(code -> view.put("exitCode", code));
        out.sendTyped("end", view);
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(var code, _) -> "it exited with " + code;
            case Outcome.Signaled(var signal, _) -> "signal " + signal + " ended it";
            case Outcome.NotStarted(_, var reason) -> "it never started: " + reason;
            case Outcome.LostForGood(var reason) -> "it was lost: " + reason;
            case Outcome.Cancelled _ -> "it was stopped while it waited for a node";
        };
    }
}
