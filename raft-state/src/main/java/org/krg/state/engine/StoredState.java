// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.krg.state.ClusterStore.StateHash;
import org.krg.state.image.KeyState;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.Sha256;

/// A replica as it is found in its rows.
record StoredState(ReplicaState state, SessionTable sessions, LogPosition position) {
    private static final byte[] POSITION = "applied".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FORGOTTEN = "forgotten".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATE = "state".getBytes(StandardCharsets.US_ASCII);

    static StoredState load(RowStore.View view) {
        return new StoredState(readState(view), readSessions(view), readPosition(view));
    }

    static RowWrite positionRow(LogPosition position) {
        return RowWrite.put(
                Family.POSITION, POSITION, RowKey.of(position.term(), position.index()));
    }

    /// Of sessions; see [SessionTable].
    static RowWrite forgottenRow(long index) {
        return RowWrite.put(Family.META, FORGOTTEN, RowKey.of(index));
    }

    /// One row says all that is agreed beside objects and keys: it is written with every entry, and
    /// read with every read of keys.
    static RowWrite stateRow(ReplicaState state) {
        var numbers =
                RowKey.of(
                        state.lastEntry(),
                        state.compacted(),
                        state.events(),
                        state.image().revision().value());
        var keys = KeyRows.stateRow(state.keys());
        var row = Arrays.copyOf(numbers, numbers.length + keys.length);
        System.arraycopy(keys, 0, row, numbers.length, keys.length);
        return RowWrite.put(Family.META, STATE, row);
    }

    private static ReplicaState readState(RowStore.View view) {
        return new ReplicaState(
                ImageRows.load(view),
                readKeys(view).state().withAccounts(KeyRows.loadAccounts(view)),
                readLastEntry(view),
                readCompacted(view),
                readEvents(view));
    }

    /// The keys of a view and the revision they are of.
    record KeysAt(Revision revision, KeyState state) {}

    /// {@return what the rows say of keys, without accounts}
    static KeysAt readKeys(RowStore.View view) {
        return view.find(Family.META, STATE)
                .map(row ->
                        new KeysAt(
                                new Revision(RowKey.number(row, 3)),
                                KeyRows.parseState(
                                        Arrays.copyOfRange(row, 4 * Long.BYTES, row.length))))
                .orElse(new KeysAt(Revision.ZERO, KeyState.EMPTY));
    }

    private static long readEvents(RowStore.View view) {
        return view.find(Family.META, STATE)
                .map(row -> RowKey.number(row, 2))
                .orElse(ReplicaState.EMPTY.events());
    }

    private static long readLastEntry(RowStore.View view) {
        return view.find(Family.META, STATE)
                .map(row -> RowKey.number(row, 0))
                .orElse(ReplicaState.EMPTY.lastEntry());
    }

    /// {@return the revision up to which events are no longer kept}
    static long readCompacted(RowStore.View view) {
        return view.find(Family.META, STATE)
                .map(row -> RowKey.number(row, 1))
                .orElse(ReplicaState.EMPTY.compacted());
    }

    static LogPosition readPosition(RowStore.View view) {
        return view.find(Family.POSITION, POSITION)
                .map(row -> new LogPosition(RowKey.number(row, 0), RowKey.number(row, 1)))
                .orElse(LogPosition.NONE);
    }

    private static SessionTable readSessions(RowStore.View view) {
        var byUse = new TreeMap<Long, Map.Entry<SessionId, Session>>();
        view.scan(
                Family.SESSIONS,
                RowKey.FIRST,
                (key, value) -> {
                    var session = SessionTable.parse(value);
                    byUse.put(
                            session.lastUse(),
                            Map.entry(new SessionId(RowKey.number(key, 0)), session));
                    return true;
                });
        var ordered = new LinkedHashMap<SessionId, Session>();
        byUse.values().forEach(each -> ordered.put(each.getKey(), each.getValue()));
        return new SessionTable(
                ordered,
                view.find(Family.META, FORGOTTEN).map(row -> RowKey.number(row, 0)).orElse(0L));
    }

    /// Digests the rows of each agreed family in the order of their keys. The position is left out:
    /// it also counts entries that are not ours, when they are noted differs from node to node.
    static StateHash hash(RowStore.View view) {
        var digest = sha256();
        for (var family : Family.values()) {
            if (family.isAgreed()) {
                add(digest, family.name().getBytes(StandardCharsets.US_ASCII));
                view.scan(
                        family,
                        RowKey.FIRST,
                        (key, value) -> {
                            add(digest, key);
                            add(digest, value);
                            return true;
                        });
            }
        }
        return new StateHash(
                readLastEntry(view),
                ImageRows.loadCounters(view).revision(),
                new Sha256(HexFormat.of().formatHex(digest.digest())));
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(RowKey.of(bytes.length));
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
