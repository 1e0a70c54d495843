// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.state.codec.KeptReply;
import org.krg.state.codec.ReplyCodec;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand;
import org.krg.state.command.GenerationCommand;
import org.krg.state.command.JobCommand;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.LeaseCommand;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.MigrationCommand;
import org.krg.state.command.NodeCommand;
import org.krg.state.command.Operation;
import org.krg.state.command.OwnerCommand;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.ProcessCommand;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.Reply.Refused;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SyncCommand;
import org.krg.state.core.Authority;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.core.KeyDecision;
import org.krg.state.core.KeyDraft;
import org.krg.state.core.KeyRules;
import org.krg.state.core.pages.OwnerDraft;
import org.krg.state.core.pages.OwnerRules;
import org.krg.state.core.sync.SyncDraft;
import org.krg.state.core.sync.SyncRules;
import org.krg.state.event.Event;
import org.krg.state.event.LeaseEvent;
import org.krg.state.event.Recorded;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.KeyChange;

/// One log entry on its way into the state: takes its operations one after the other and collects
/// what is to be written. Owned by the apply thread.
final class Step {
    /// Changes whose old versions are swept with each entry, at least; four for each that the entry
    /// makes, so that sweeping keeps up.
    private static final int SWEEP = 256;

    /// Bytes of memory that the changes and the replies of an entry take, about, and what takes as
    /// long as so many bytes of changes, after which it takes no more operations. Keys and values
    /// are in memory several times until they are stored, and one operation may add 64 MiB of them,
    /// 100 000 changes, or a reply of 100 000 keys; everything waits while keys are looked at.
    static final long FULL = 16L << 20;

    /// Revisions between two compactions by itself, at most a sixteenth of those kept.
    private static final long COMPACTION_STEP = 4_096;

    private final LogPosition at;
    private final SessionTable sessions;
    private final RowStore.View view;
    private final List<RowWrite> changes = new ArrayList<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private final Map<ReplyKey, KeptReply> replies = new TreeMap<>();
    private final ReplicaState before;
    private final KeyDraft keys;
    private final SyncDraft sync;
    private final OwnerDraft owners;
    private ClusterImage image;
    private long compacted;
    private long events;

    /// Of replies and of what was looked at.
    private long weight;

    private record ReplyKey(SessionId session, long sequence) implements Comparable<ReplyKey> {
        @Override
        public int compareTo(ReplyKey other) {
            var bySession = session.compareTo(other.session);
            return bySession != 0 ? bySession : Long.compare(sequence, other.sequence);
        }
    }

    /// @param view the rows as the entry before left them
    Step(LogPosition at, ReplicaState before, SessionTable sessions, RowStore.View view) {
        this.at = at;
        this.sessions = sessions;
        sessions.begin(at.index());
        this.view = view;
        this.before = before;
        this.keys = new KeyDraft(new StoredKeys(view, before.keys()));
        this.image = before.image();
        this.sync = new SyncDraft(image.sync());
        this.owners = new OwnerDraft(new OwnerRows(view));
        this.compacted = before.compacted();
        this.events = before.events();
    }

    /// {@return whether no more operations are to be applied}
    boolean isFull() {
        return keys.weight() + weight >= FULL;
    }

    /// Applies an operation, or finds the reply it was given before.
    Reply apply(Operation operation) {
        var reply = reply(operation);
        weight += reply.weight();
        return reply;
    }

    private Reply reply(Operation operation) {
        var session = operation.session();
        var sequence = operation.sequence();
        return switch (sessions.judge(session, sequence, operation.since())) {
            case FRESH -> {
                var reply = decide(operation);
                // Repeated, a read reads again: that is as good, and no reply has to be kept.
                if (!isReadOnly(operation.command())) {
                    note(session, sequence, KeptReply.to(operation, reply));
                }
                yield reply;
            }
            case REPEATED -> {
                sessions.repeated(session);
                var kept = kept(new ReplyKey(session, sequence));
                if (kept.answers(operation)) {
                    yield kept.reply();
                }
                weight += kept.reply().weight();
                yield refused(
                        Refusal.INVALID,
                        "operation %d of session %s was another one; number each anew"
                                .formatted(sequence, session));
            }
            case EXPIRED ->
                    refused(
                            Refusal.SESSION_EXPIRED,
                            "session "
                                    + session
                                    + " is forgotten, or its operation "
                                    + sequence
                                    + " too long ago, or the reply to it was too large to keep");
        };
    }

    private void note(SessionId session, long sequence, KeptReply reply) {
        var key = SessionTable.replyKey(session, sequence);
        var row = ReplyCodec.encode(reply);
        if (sessions.seen(session, sequence, key.length + row.length, changes)) {
            replies.put(new ReplyKey(session, sequence), reply);
            changes.add(RowWrite.put(Family.REPLIES, key, row));
        }
    }

    private static boolean isReadOnly(Command command) {
        return command instanceof KeyCommand.Transact(_, var transaction)
                && transaction.isReadOnly();
    }

    private Reply decide(Operation operation) {
        if (operation.term() != 0 && operation.term() != at.term()) {
            return refused(
                    Refusal.WRONG_TERM,
                    "proposed in term " + operation.term() + ", applied in term " + at.term());
        }
        return switch (operation.command()) {
            case KeyCommand command -> decideKeys(operation.principal(), command);
            case SyncCommand command -> decideSync(operation.principal(), command);
            case OwnerCommand command -> decideOwners(operation.principal(), command);
            case RevokeLease revoke -> revoke(operation, revoke.lease());
            case GrantLease grant ->
                    KeyRules.ungrantable(keys, image, grant.holder())
                            .map(why -> refused(why.refusal(), why.detail()))
                            .orElseGet(() -> decideOthers(operation));
            case NodeCommand _,
                    JobCommand _,
                    ProcessCommand _,
                    MigrationCommand _,
                    GenerationCommand _,
                    CutCommand _,
                    LeaseCommand _,
                    SegmentCommand _,
                    PolicyCommand _,
                    AccessCommand _ ->
                    decideOthers(operation);
        };
    }

    private Reply revoke(Operation operation, LeaseId lease) {
        var principal = operation.principal();
        var problem = Authority.problem(image, principal, operation.command());
        if (problem.isPresent()) {
            return refused(Refusal.NOT_PERMITTED, problem.get());
        }
        var refusal = KeyRules.unrevocable(keys, image, principal, lease);
        if (refusal.isPresent()) {
            weight += KeyRules.looked(keys, lease);
            return refused(refusal.get().refusal(), refusal.get().detail());
        }
        return decideOthers(operation);
    }

    private Reply decideOthers(Operation operation) {
        var whole = image.withSync(sync.state());
        return switch (ClusterStateMachine.decide(
                whole, operation.principal(), operation.command())) {
            case Decision.Refuse(var refusal, var detail) -> refused(refusal, detail);
            case Decision.Accept(var accepted, var created) -> accept(accepted, created);
        };
    }

    private Reply decideKeys(String principal, KeyCommand command) {
        var problem = Authority.problem(image, principal, command);
        if (problem.isPresent()) {
            return refused(Refusal.NOT_PERMITTED, problem.get());
        }
        return switch (KeyRules.decide(keys, image, command)) {
            case KeyDecision.Refused(var why, var looked) -> {
                weight += looked;
                yield refused(why.refusal(), why.detail());
            }
            case KeyDecision.Changed(var state, var revises) -> {
                keys.set(state);
                if (revises) {
                    image = image.at(image.revision().next());
                }
                yield new Accepted(image.revision(), 0);
            }
            case KeyDecision.Transacted(var succeeded, var results, var draft, var looked) -> {
                weight += looked;
                if (!draft.changes().isEmpty()) {
                    image = image.at(image.revision().next());
                    keys.addAll(draft);
                }
                yield new Reply.Transacted(image.revision(), succeeded, results);
            }
        };
    }

    private Reply decideSync(String principal, SyncCommand command) {
        var problem = Authority.problem(image, principal, command);
        return problem.isPresent()
                ? refused(Refusal.NOT_PERMITTED, problem.get())
                : SyncRules.decide(sync, image, command);
    }

    private Reply decideOwners(String principal, OwnerCommand command) {
        var problem = Authority.problem(image, principal, command);
        return problem.isPresent()
                ? refused(Refusal.NOT_PERMITTED, problem.get())
                : OwnerRules.decide(owners, image, command);
    }

    private Reply accept(List<Event> accepted, long created) {
        if (accepted.isEmpty()) {
            return new Accepted(image.revision(), created);
        }
        var revision = image.revision().next();
        image = ClusterStateMachine.fold(image, revision, accepted);
        SyncRules.follow(sync, image, accepted);
        for (var i = 0; i < accepted.size(); i++) {
            recorded.add(new Recorded(revision, i, accepted.get(i)));
            endLease(accepted.get(i), revision);
            endOwners(accepted.get(i));
        }
        return new Accepted(revision, created);
    }

    private void endLease(Event event, Revision revision) {
        if (event instanceof LeaseEvent(var kind, var lease, _) && kind.isEnd()) {
            KeyRules.end(keys, lease.id(), revision);
        }
    }

    private void endOwners(Event event) {
        if (event instanceof SegmentEvent.Destroyed(var segment, _)) {
            owners.destroyed(segment.id());
            changes.add(OwnerRows.without(segment.id()));
        }
    }

    private Reply refused(Refusal refusal, String detail) {
        return new Refused(image.revision(), refusal, detail);
    }

    private KeptReply kept(ReplyKey key) {
        var fresh = replies.get(key);
        if (fresh != null) {
            return fresh;
        }
        return view.find(Family.REPLIES, SessionTable.replyKey(key.session, key.sequence))
                .map(ReplyCodec::decodeKept)
                .orElseThrow(() -> new InvariantBroken("a seen operation has a reply: " + key));
    }

    /// {@return everything that is to be written} Ends the step.
    ///
    /// @param eventsKept how many of the newest events are kept, about
    List<RowWrite> finish(long eventsKept) {
        trimEvents(eventsKept);
        recorded.forEach(each -> changes.add(History.row(each)));
        events += recorded.size();
        if (!image.revision().equals(before.image().revision())) {
            changes.addAll(
                    ImageRows.writes(recorded.stream().map(Recorded::event).toList(), image));
        }
        finishKeys();
        changes.addAll(ImageRows.writes(sync));
        OwnerRows.add(owners, changes);
        image = image.withSync(sync.state());
        sessions.addRows(changes);
        changes.add(StoredState.stateRow(state()));
        changes.add(StoredState.positionRow(at));
        return changes;
    }

    /// Lets go of the oldest events, many at a time.
    private void trimEvents(long kept) {
        var excess = events - kept;
        if (excess >= Math.clamp(kept / 16, 1, History.TRIM)) {
            var trimmed = History.oldest(view, compacted, Math.min(excess, History.TRIM));
            changes.add(History.without(compacted, trimmed.end()));
            compacted = trimmed.end();
            events -= trimmed.events();
        }
    }

    private void finishKeys() {
        KeyRows.add(keys, before.keys(), changes);
        compactKeys();
        var swept =
                KeyRows.sweep(
                        view,
                        keys.state(),
                        before.image().revision(),
                        SWEEP + 4 * keys.changes().size());
        changes.addAll(swept.writes());
        keys.set(swept.state());
    }

    private void compactKeys() {
        var state = keys.state();
        var end = image.revision().value() - state.kept();
        var step = Math.clamp(state.kept() / 16, 1, COMPACTION_STEP);
        if (state.kept() > 0 && end - state.compacted().value() >= step) {
            keys.set(state.compactedTo(new Revision(end)));
        }
    }

    ReplicaState state() {
        return new ReplicaState(image, keys.state(), at.index(), compacted, events);
    }

    /// {@return whether a thread may wait no longer}
    boolean changedSync() {
        return !sync.callers().isEmpty();
    }

    List<Recorded> events() {
        return recorded;
    }

    List<KeyChange> keyChanges() {
        return keys.changes();
    }
}
