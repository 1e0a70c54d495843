// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.krg.state.codec.KeyRowCodec;
import org.krg.state.core.KeyDraft;
import org.krg.state.image.KeyState;
import org.krg.state.image.Table;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyAccount;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.LeaseHold;
import org.krg.state.model.key.OwnedKey;

/// What the changes of one log entry do to the rows of users' keys.
final class KeyRows {
    private KeyRows() {}

    /// Adds the writes that store a draft, which began with `before`.
    static void add(KeyDraft draft, KeyState before, List<RowWrite> writes) {
        var first = new HashMap<Bytes, Optional<OwnedKey>>();
        var last = new TreeMap<Bytes, Optional<OwnedKey>>();
        var owners = new TreeSet<String>();
        var ordinal = 0L;
        var revision = Revision.ZERO;
        for (var change : draft.changes()) {
            ordinal = change.revision().equals(revision) ? ordinal + 1 : 0;
            revision = change.revision();
            addHistory(change, ordinal, writes);
            first.putIfAbsent(change.key(), change.before());
            last.put(change.key(), change.after());
            change.before().ifPresent(key -> owners.add(key.owner()));
            change.after().ifPresent(key -> owners.add(key.owner()));
        }
        last.forEach((key, now) -> {
            addPresent(key, now, writes);
            addLease(key, first.getOrDefault(key, Optional.empty()), now, writes);
        });
        draft.holds().forEach((lease, hold) -> writes.add(row(lease, hold)));
        if (draft.isSet()) {
            // A limit may have been set, which is rare: any account may be another one.
            before.accounts().stream().forEach(entry -> owners.add(entry.key()));
            draft.state().accounts().stream().forEach(entry -> owners.add(entry.key()));
        }
        addAccounts(before, draft.state(), owners, writes);
    }

    private static void addHistory(KeyChange change, long ordinal, List<RowWrite> writes) {
        var replaced = change.before().map(key -> key.value().modified()).orElse(Revision.ZERO);
        writes.add(
                RowWrite.put(
                        Family.KEY_CHANGES,
                        RowKey.of(change.revision().value(), ordinal),
                        KeyRowCodec.encode(
                                new KeyRowCodec.Change(
                                        change.key(), change.after().isEmpty(), replaced))));
        change.before()
                .ifPresent(key ->
                        writes.add(
                                RowWrite.put(
                                        Family.KEY_VERSIONS,
                                        KeyRowCodec.versionKey(key.key(), replaced),
                                        KeyRowCodec.encode(key))));
        if (change.after().isEmpty()) {
            writes.add(
                    RowWrite.put(
                            Family.KEY_VERSIONS,
                            KeyRowCodec.versionKey(change.key(), change.revision()),
                            KeyRowCodec.deletion()));
        }
    }

    private static void addPresent(Bytes key, Optional<OwnedKey> now, List<RowWrite> writes) {
        writes.add(
                now.map(value -> RowWrite.put(Family.KEYS, key.unsafe(), KeyRowCodec.encode(value)))
                        .orElseGet(() -> RowWrite.delete(Family.KEYS, key.unsafe())));
    }

    private static void addLease(
            Bytes key, Optional<OwnedKey> before, Optional<OwnedKey> now, List<RowWrite> writes) {
        var had = before.map(each -> each.value().lease()).orElse(KeyValue.NO_LEASE);
        var has = now.map(each -> each.value().lease()).orElse(KeyValue.NO_LEASE);
        if (!had.equals(has)) {
            if (!had.equals(KeyValue.NO_LEASE)) {
                writes.add(RowWrite.delete(Family.LEASE_KEYS, StoredKeys.leaseKey(had, key)));
            }
            if (!has.equals(KeyValue.NO_LEASE)) {
                writes.add(
                        RowWrite.put(
                                Family.LEASE_KEYS, StoredKeys.leaseKey(has, key), new byte[0]));
            }
        }
    }

    private static RowWrite row(LeaseId lease, LeaseHold hold) {
        var key = RowKey.of(lease.value());
        return hold.keys() == 0
                ? RowWrite.delete(Family.LEASE_KEYS, key)
                : RowWrite.put(Family.LEASE_KEYS, key, RowKey.of(hold.keys(), hold.bytes()));
    }

    private static void addAccounts(
            KeyState before, KeyState after, Set<String> owners, List<RowWrite> writes) {
        for (var owner : owners) {
            if (!before.account(owner).equals(after.account(owner))) {
                writes.add(row(owner, after.account(owner)));
            }
        }
    }

    private static RowWrite row(String principal, KeyAccount account) {
        var key = principal.getBytes(StandardCharsets.UTF_8);
        if (account.isEmpty()) {
            return RowWrite.delete(Family.KEY_ACCOUNTS, key);
        }
        var limit = account.own();
        return RowWrite.put(
                Family.KEY_ACCOUNTS,
                key,
                withLeases(
                        limit.orElse(KeyLimit.DEFAULT),
                        account.keys(),
                        account.bytes(),
                        limit.map(KeyLimit::keys).orElse(-1L),
                        limit.map(KeyLimit::bytes).orElse(-1L)));
    }

    /// {@return the row of everything beside keys and accounts}
    static byte[] stateRow(KeyState state) {
        return withLeases(
                state.limit(),
                state.keys(),
                state.bytes(),
                state.compacted().value(),
                state.swept().value(),
                state.purged().value(),
                state.kept(),
                state.limit().keys(),
                state.limit().bytes());
    }

    /// Rows of before end where the default holds, and so do those that say nothing else.
    private static byte[] withLeases(KeyLimit limit, long... numbers) {
        return limit.leases() == KeyLimit.DEFAULT.leases()
                ? RowKey.of(numbers)
                : RowKey.of(
                        LongStream.concat(LongStream.of(numbers), LongStream.of(limit.leases()))
                                .toArray());
    }

    /// {@return the limit in a row, whose numbers begin at `first`}
    private static KeyLimit limit(byte[] row, int first) {
        return new KeyLimit(
                RowKey.number(row, first),
                RowKey.number(row, first + 1),
                row.length > (first + 2) * Long.BYTES
                        ? RowKey.number(row, first + 2)
                        : KeyLimit.DEFAULT.leases());
    }

    /// {@return the state in a row of [#stateRow], without accounts}
    static KeyState parseState(byte[] row) {
        return new KeyState(
                RowKey.number(row, 0),
                RowKey.number(row, 1),
                new Revision(RowKey.number(row, 2)),
                new Revision(RowKey.number(row, 3)),
                new Revision(RowKey.number(row, 4)),
                RowKey.number(row, 5),
                limit(row, 6),
                Table.empty());
    }

    static Table<String, KeyAccount> loadAccounts(RowStore.View view) {
        Map<String, KeyAccount> accounts = new TreeMap<>();
        view.scan(
                Family.KEY_ACCOUNTS,
                RowKey.FIRST,
                (key, row) -> {
                    var own =
                            RowKey.number(row, 2) < 0
                                    ? Optional.<KeyLimit>empty()
                                    : Optional.of(limit(row, 2));
                    accounts.put(
                            new String(key, StandardCharsets.UTF_8),
                            new KeyAccount(RowKey.number(row, 0), RowKey.number(row, 1), own));
                    return true;
                });
        var table = Table.<String, KeyAccount>empty();
        for (var each : accounts.entrySet()) {
            table = table.with(each.getKey(), each.getValue());
        }
        return table;
    }

    /// What a sweep did.
    record Swept(KeyState state, List<RowWrite> writes) {}

    /// Removes rows of old versions that are compacted, a bounded number: those that changes up to
    /// the compacted revision replaced, and deletions. Changes are purged when all is swept; those
    /// of the compacted revision itself stay, a watch may still begin with them.
    ///
    /// @param stored the revision up to which changes are in the rows of `view`
    static Swept sweep(RowStore.View view, KeyState state, Revision stored, int budget) {
        var target = state.compacted().compareTo(stored) <= 0 ? state.compacted() : stored;
        if (state.swept().compareTo(target) >= 0) {
            return new Swept(state, List.of());
        }
        var writes = new ArrayList<RowWrite>();
        var sweeper = new Sweeper(target, budget, state.swept(), writes);
        view.scan(Family.KEY_CHANGES, RowKey.of(state.swept().value() + 1, 0), sweeper);
        var swept = sweeper.finished ? target : sweeper.complete;
        var purged = state.purged();
        if (swept.equals(state.compacted()) && purged.compareTo(swept) < 0) {
            writes.add(
                    RowWrite.deleteRange(
                            Family.KEY_CHANGES,
                            RowKey.of(purged.value(), 0),
                            RowKey.of(swept.value(), 0)));
            purged = swept;
        }
        return new Swept(state.cleaned(swept, purged), writes);
    }

    private static final class Sweeper implements RowStore.Visitor {
        private final Revision target;
        private final List<RowWrite> writes;
        private final int budget;
        private Revision complete;
        private Revision current;
        private int seen;
        private boolean finished = true;

        Sweeper(Revision target, int budget, Revision from, List<RowWrite> writes) {
            this.target = target;
            this.budget = budget;
            this.complete = from;
            this.current = from;
            this.writes = writes;
        }

        @Override
        public boolean visit(byte[] rowKey, byte[] row) {
            var revision = new Revision(RowKey.number(rowKey, 0));
            if (revision.compareTo(target) > 0) {
                return false;
            }
            if (!revision.equals(current)) {
                complete = current;
                current = revision;
                if (seen >= budget) {
                    finished = false;
                    return false;
                }
            }
            seen++;
            var change = KeyRowCodec.decodeChange(row);
            if (!change.replaced().equals(Revision.ZERO)) {
                remove(change.key(), change.replaced());
            }
            if (change.isDeletion()) {
                remove(change.key(), revision);
            }
            return true;
        }

        private void remove(Bytes key, Revision version) {
            writes.add(RowWrite.delete(Family.KEY_VERSIONS, KeyRowCodec.versionKey(key, version)));
        }
    }
}
