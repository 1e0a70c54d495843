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
/// Owned by the apply thread.
final class SessionTable {
    /// How many sessions are remembered: a client that comes back after so many others is new.
    static final int LIMIT = 10_000;

    /// Uses in one entry of the log are fewer than two to the power of this.
    private static final int USE_BITS = 20;

    private final SequencedMap<SessionId, Session> byUse = new LinkedHashMap<>();
    private final Set<SessionId> changed = new LinkedHashSet<>();
    private long uses;
    private long forgotten;
    private long forgottenStored;

    /// Takes over stored sessions, the one used least recently first.
    ///
    /// @param forgotten index of the log up to which forgotten ones were used
    SessionTable(SequencedMap<SessionId, Session> stored, long forgotten) {
        byUse.putAll(stored);
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
    void seen(SessionId id, long sequence, List<RowWrite> changes) {
        var before = find(id).orElse(Session.NEW);
        var after = before.seen(sequence, ++uses);
        for (var forgotten : before.forgottenBy(after)) {
            changes.add(RowWrite.delete(Family.REPLIES, replyKey(id, forgotten)));
        }
        put(id, after);
        if (byUse.size() > LIMIT) {
            forgetOldest(changes);
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
        for (var sequence : oldest.getValue().kept()) {
            changes.add(RowWrite.delete(Family.REPLIES, replyKey(id, sequence)));
        }
    }

    /// {@return how many are remembered}
    int size() {
        return byUse.size();
    }

    private Optional<Session> find(SessionId id) {
        return Optional.ofNullable(byUse.get(id));
    }

    static byte[] replyKey(SessionId id, long sequence) {
        return RowKey.of(id.value(), sequence);
    }

    static byte[] row(Session session) {
        return RowKey.of(session.lastUse(), session.highest(), session.newer(), session.older());
    }

    static Session parse(byte[] row) {
        return new Session(
                RowKey.number(row, 0),
                RowKey.number(row, 1),
                RowKey.number(row, 2),
                RowKey.number(row, 3));
    }
}
