// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.state.codec.ReplyCodec;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.event.Event;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.SessionId;

/// One log entry on its way into the state: takes its operations one after the other and collects
/// what is to be written. Owned by the apply thread.
final class Step {
    private final LogPosition at;
    private final SessionTable sessions;
    private final RowStore rows;
    private final List<RowWrite> changes = new ArrayList<>();
    private final List<Recorded> events = new ArrayList<>();
    private final Map<ReplyKey, Reply> replies = new TreeMap<>();
    private ClusterImage image;
    private long compacted;

    private record ReplyKey(SessionId session, long sequence) implements Comparable<ReplyKey> {
        @Override
        public int compareTo(ReplyKey other) {
            var bySession = session.compareTo(other.session);
            return bySession != 0 ? bySession : Long.compare(sequence, other.sequence);
        }
    }

    Step(LogPosition at, ReplicaState before, SessionTable sessions, RowStore rows) {
        this.at = at;
        this.sessions = sessions;
        this.rows = rows;
        this.image = before.image();
        this.compacted = before.compacted();
    }

    /// Applies an operation, or finds the reply it was given before.
    Reply apply(Operation operation) {
        var session = operation.session();
        var sequence = operation.sequence();
        return switch (sessions.judge(session, sequence)) {
            case FRESH -> {
                var reply = decide(operation);
                sessions.seen(session, sequence, changes);
                replies.put(new ReplyKey(session, sequence), reply);
                changes.add(
                        RowWrite.put(
                                Family.REPLIES,
                                SessionTable.replyKey(session, sequence),
                                ReplyCodec.encode(reply)));
                yield reply;
            }
            case REPEATED -> {
                sessions.repeated(session, changes);
                yield kept(new ReplyKey(session, sequence));
            }
            case EXPIRED ->
                    refused(
                            Refusal.SESSION_EXPIRED,
                            "session "
                                    + session
                                    + " is forgotten, or its operation "
                                    + sequence
                                    + " too long ago");
        };
    }

    private Reply decide(Operation operation) {
        if (operation.term() != 0 && operation.term() != at.term()) {
            return refused(
                    Refusal.WRONG_TERM,
                    "proposed in term " + operation.term() + ", applied in term " + at.term());
        }
        return switch (ClusterStateMachine.decide(
                image, operation.principal(), operation.command())) {
            case Decision.Refuse(var refusal, var detail) -> refused(refusal, detail);
            case Decision.Accept(var accepted, var created) -> accept(accepted, created);
        };
    }

    private Reply accept(List<Event> accepted, long created) {
        if (accepted.isEmpty()) {
            return new Accepted(image.revision(), created);
        }
        var revision = image.revision().next();
        image = ClusterStateMachine.fold(image, revision, accepted);
        for (var i = 0; i < accepted.size(); i++) {
            events.add(new Recorded(revision, i, accepted.get(i)));
        }
        return new Accepted(revision, created);
    }

    private Reply refused(Refusal refusal, String detail) {
        return new Refused(image.revision(), refusal, detail);
    }

    private Reply kept(ReplyKey key) {
        var fresh = replies.get(key);
        if (fresh != null) {
            return fresh;
        }
        var row = SessionTable.replyKey(key.session, key.sequence);
        return rows.read(view -> view.find(Family.REPLIES, row))
                .map(ReplyCodec::decode)
                .orElseThrow(() -> new InvariantBroken("a seen operation has a reply: " + key));
    }

    /// Lets go of events that are older than the last `kept` revisions, many at a time.
    void compact(long kept) {
        var end = image.revision().value() - kept;
        if (end - compacted >= Math.max(1, kept / 16)) {
            changes.add(History.without(compacted, end));
            compacted = end;
        }
    }

    /// {@return everything that is to be written}
    List<RowWrite> finish() {
        if (!events.isEmpty()) {
            events.forEach(recorded -> changes.add(History.row(recorded)));
            changes.addAll(ImageRows.writes(events.stream().map(Recorded::event).toList(), image));
        }
        changes.add(StoredState.stateRow(state()));
        changes.add(StoredState.positionRow(at));
        return changes;
    }

    ReplicaState state() {
        return new ReplicaState(image, at.index(), compacted);
    }

    List<Recorded> events() {
        return events;
    }
}
