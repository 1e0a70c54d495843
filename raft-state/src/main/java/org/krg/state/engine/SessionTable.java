// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.krg.state.command.Operation;
import org.krg.state.model.SessionId;

/// The sessions of all clients, the one used least recently first; beyond [#LIMIT] that one is
/// forgotten. Every replica forgets the same one, because use is counted in operations of the log.
/// What was handed in before the last use of a forgotten one cannot be told from a repetition.
///
/// Replies are as large as users want. Where they take more than [#REPLY_BYTES] together, sessions
/// with more than their even share of it have theirs let go of, the one used least recently first,
/// so that nobody loses a small reply to large ones of others. Owned by the apply thread.
final class SessionTable {
    /// How many sessions are remembered: a client that comes back after so many others is new.
    static final int LIMIT = 10_000;

    /// Bytes that kept replies take on each replica, about: those of 10 000 sessions are 150 MB
    /// where all of them only write.
    static final long REPLY_BYTES = 1L << 30;

    /// While sessions have no more than that, all of them together are within the bound.
    private static final long SHARE = REPLY_BYTES / LIMIT;

    /// Uses in one entry of the log are fewer than two to the power of this.
    private static final int USE_BITS = 20;

    private final SequencedMap<SessionId, Session> byUse = new LinkedHashMap<>();
    private final Set<SessionId> changed = new LinkedHashSet<>();
    private long uses;
    private long replyBytes;
    private long forgotten;
    private long forgottenStored;

    /// Takes over stored sessions, the one used least recently first.
    ///
    /// @param forgotten index of the log up to which forgotten ones were used
    SessionTable(SequencedMap<SessionId, Session> stored, long forgotten) {
        byUse.putAll(stored);
        replyBytes = stored.values().stream().mapToLong(each -> each.replies().sum()).sum();
        uses = stored.isEmpty() ? 0 : stored.lastEntry().getValue().lastUse();
        this.forgotten = forgotten;
        forgottenStored = forgotten;
    }

    static SessionTable empty() {
        return new SessionTable(new LinkedHashMap<>(), 0);
    }

    /// Uses are counted on from an entry of the log, so that they tell of which entry they are.
    void begin(long index) {
        uses = Math.max(uses, index << USE_BITS);
    }

    /// @param since how far the log was applied where the operation was first handed in, or
    ///   [Operation#UNKNOWN]
    Session.Judgement judge(SessionId id, long sequence, long since) {
        return find(id).map(session -> session.judge(sequence))
                .orElseGet(() ->
                        since == Operation.UNKNOWN || since >= forgotten
                                ? Session.judgeUnknown(sequence)
                                : Session.Judgement.EXPIRED);
    }

    /// Notes an operation that was judged fresh; replies that are forgotten by it are added to
    /// `changes`, the rows of sessions by [#addRows].
    ///
    /// @param bytes what the row of its reply takes
    /// @return whether its reply is to be kept
    boolean seen(SessionId id, long sequence, long bytes, List<RowWrite> changes) {
        if (replyBytes > REPLY_BYTES) {
            letGoOfReplies(changes);
        }
        var before = find(id).orElse(Session.NEW);
        var after = before.seen(sequence, ++uses, bytes);
        delete(before.forgottenBy(after), id, changes);
        replyBytes += after.replies().sum() - before.replies().sum();
        put(id, after);
        if (byUse.size() > LIMIT) {
            forgetOldest(changes);
        }
        return after.replies().keeps(sequence);
    }

    /// Lets go of replies until the others are within the bound.
    private void letGoOfReplies(List<RowWrite> changes) {
        for (var each : byUse.entrySet()) {
            var session = each.getValue();
            if (session.replies().sum() > SHARE) {
                delete(session.kept(), each.getKey(), changes);
                replyBytes -= session.replies().sum();
                each.setValue(session.withoutReplies());
                changed.add(each.getKey());
            }
            if (replyBytes <= REPLY_BYTES) {
                return;
            }
        }
    }

    private static void delete(List<Long> sequences, SessionId id, List<RowWrite> changes) {
        for (var sequence : sequences) {
            changes.add(RowWrite.delete(Family.REPLIES, replyKey(id, sequence)));
        }
    }

    /// Notes an operation that was judged repeated.
    void repeated(SessionId id) {
        find(id).ifPresent(session -> put(id, session.usedAt(++uses)));
    }

    private void put(SessionId id, Session session) {
        byUse.putLast(id, session);
        changed.add(id);
    }

    /// Adds the rows of all sessions that changed since the last call: one each, however many of
    /// its operations an entry has.
    void addRows(List<RowWrite> changes) {
        for (var id : changed) {
            var key = RowKey.of(id.value());
            var session = byUse.get(id);
            changes.add(
                    session == null
                            ? RowWrite.delete(Family.SESSIONS, key)
                            : RowWrite.put(Family.SESSIONS, key, row(session)));
        }
        changed.clear();
        if (forgotten != forgottenStored) {
            forgottenStored = forgotten;
            changes.add(StoredState.forgottenRow(forgotten));
        }
    }

    private void forgetOldest(List<RowWrite> changes) {
        var oldest = byUse.pollFirstEntry();
        var id = oldest.getKey();
        forgotten = oldest.getValue().lastUse() >>> USE_BITS;
        changed.add(id);
        replyBytes -= oldest.getValue().replies().sum();
        delete(oldest.getValue().kept(), id, changes);
    }

    /// {@return how many are remembered}
    int size() {
        return byUse.size();
    }

    /// {@return the bytes that the kept replies take, or up to twice as many}
    long replyBytes() {
        return replyBytes;
    }

    private Optional<Session> find(SessionId id) {
        return Optional.ofNullable(byUse.get(id));
    }

    static byte[] replyKey(SessionId id, long sequence) {
        return RowKey.of(id.value(), sequence);
    }

    static byte[] row(Session session) {
        var replies = session.replies();
        return RowKey.of(
                session.lastUse(),
                session.highest(),
                session.newer(),
                session.older(),
                replies.newest(),
                replies.before(),
                replies.letGo());
    }

    static Session parse(byte[] row) {
        return new Session(
                RowKey.number(row, 0),
                RowKey.number(row, 1),
                RowKey.number(row, 2),
                RowKey.number(row, 3),
                // Rows of an older version end here.
                row.length == 4 * Long.BYTES
                        ? ReplyBytes.NONE
                        : new ReplyBytes(
                                RowKey.number(row, 4),
                                RowKey.number(row, 5),
                                RowKey.number(row, 6)));
    }
}
