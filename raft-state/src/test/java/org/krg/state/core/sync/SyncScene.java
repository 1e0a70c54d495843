// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.event.Event;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Segments;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.Identity;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncResult;
import org.krg.testkit.Samples;

/// Three nodes, a segment, and threads that ask as a test tells them. Every command is an entry of
/// its own.
final class SyncScene {
    static final SegmentId SEGMENT = new SegmentId(1);

    private static final Segment GRID =
            new Segment(
                    SEGMENT,
                    "grid",
                    4_096,
                    new Identity(1, 1, List.of(), "ann"),
                    0600,
                    OwnershipMode.DEFAULT,
                    Samples.START,
                    false,
                    List.of());

    /// The number of the first object that [#fill] makes.
    static final long FILLED = 1_000_000;

    private final TreeMap<Caller, Long> sequences = new TreeMap<>();
    private ClusterImage image;

    SyncScene() {
        image = ClusterImage.EMPTY.withSegments(Segments.EMPTY.with(GRID));
        for (var node : List.of(Samples.HOME, Samples.AWAY, Samples.THIRD)) {
            register(node, 1);
        }
    }

    static SyncId id(long number) {
        return new SyncId(SEGMENT, number);
    }

    /// {@return the only thread of a process}
    static Caller caller(NodeId node, long process) {
        return new Caller(new Member(node, 1), process, process);
    }

    SyncState state() {
        return image.sync();
    }

    /// Has so many more words that are not 0, in the same segment.
    void fill(int count) {
        var draft = new SyncDraft(image.sync());
        for (var i = 0; i < count; i++) {
            draft.put(id(FILLED + i), new SyncObject.Word(1));
        }
        image = image.withSync(draft.state());
    }

    Reply take(SyncCommand command) {
        var draft = new SyncDraft(image.sync());
        var reply = SyncRules.decide(draft, image, command);
        image = image.withSync(draft.state());
        return reply;
    }

    /// {@return how the request ended; empty while the caller waits}
    Optional<SyncResult> ask(Caller caller, SyncRequest request) {
        return answer(caller, request).map(SyncAnswer::result);
    }

    Optional<SyncAnswer> answer(Caller caller, SyncRequest request) {
        var sequence = lastSequence(caller) + 1;
        sequences.put(caller, sequence);
        return ((Reply.Synchronised) take(new Perform(caller, sequence, request))).answer();
    }

    private long lastSequence(Caller caller) {
        return sequences.getOrDefault(caller, 0L);
    }

    Optional<SyncAnswer> repeat(Caller caller, SyncRequest request) {
        var sequence = lastSequence(caller);
        return ((Reply.Synchronised) take(new Perform(caller, sequence, request))).answer();
    }

    Optional<SyncResult> giveUp(Caller caller) {
        var reply = (Reply.Synchronised) take(new GiveUp(caller, lastSequence(caller)));
        return reply.answer().map(SyncAnswer::result);
    }

    void end(Caller caller) {
        take(new End(caller));
    }

    /// {@return how the last request of a caller ended; empty while it waits}
    Optional<SyncResult> result(Caller caller) {
        return switch (state().callers().require(caller).progress()) {
            case Progress.Answered(var answer) -> Optional.of(answer.result());
            case Progress.Waiting _ -> Optional.empty();
        };
    }

    void register(NodeId node, long run) {
        follow(
                node(
                        NodeEvent.Kind.REGISTERED,
                        Samples.node(node, 1).registered(run, Samples.START)));
    }

    void lose(NodeId node) {
        var lost = image.nodes().require(node).inState(Node.State.LOST, Samples.START);
        follow(node(NodeEvent.Kind.LOST, lost));
    }

    private static NodeEvent node(NodeEvent.Kind kind, Node node) {
        return new NodeEvent(kind, node, "");
    }

    void destroy() {
        follow(new SegmentEvent.Destroyed(GRID, ""));
    }

    private void follow(Event event) {
        image =
                switch (event) {
                    case NodeEvent node ->
                            image.withNodes(image.nodes().with(node.node().id(), node.node()));
                    case SegmentEvent _ -> image.withSegments(Segments.EMPTY);
                    default -> throw new AssertionError(event);
                };
        var draft = new SyncDraft(image.sync());
        SyncRules.follow(draft, image, List.of(event));
        image = image.withSync(draft.state());
    }
}
