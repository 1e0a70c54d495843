// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Refusal;
import org.krg.state.core.Decision.Refuse;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

/// One transaction on its way, on a draft. The first refusal ends it. Local to one call of a rule.
final class KeyExecution {
    /// Rows that one transaction may look at to read, compare, count, write or delete, whether or
    /// not they hold what it asks for: everything else waits while it is applied. Larger ranges are
    /// read outside of transactions, and deleted in parts. Of a present key it is one row; of one
    /// that changed after the revision that is read, up to three.
    static final long MAX_ROWS = 100_000;

    /// Bytes of them: those that change are held in memory until they are stored.
    static final long MAX_BYTES = 64L << 20;

    /// Bytes of keys and values that it may read and answer: the answer is kept for a repetition.
    static final long MAX_ANSWER = 4 << 20;

    /// Keys of one lease: they are deleted together.
    static final long MAX_LEASE_KEYS = 100_000;

    /// Bytes of the keys and values of one lease.
    static final long MAX_LEASE_BYTES = 64L << 20;

    private static final KeyResult.Nested NOTHING = new KeyResult.Nested(false, List.of());

    private final KeyDraft draft;
    private final ClusterImage image;
    private final String principal;
    private final Revision revision;
    private final Budget budget = Budget.of(MAX_ROWS, MAX_BYTES, MAX_ANSWER);

    /// Whether the comparisons hold, of the transaction and those nested in the branches that are
    /// done, in the order in which they are done.
    private final Queue<Boolean> path = new ArrayDeque<>();

    private @Nullable Refuse refused;

    private KeyExecution(KeyDraft draft, ClusterImage image, String principal) {
        this.draft = draft;
        this.image = image;
        this.principal = principal;
        this.revision = image.revision().next();
    }

    static KeyExecution of(KeyView view, ClusterImage image, String principal) {
        return new KeyExecution(new KeyDraft(view), image, principal);
    }

    KeyDecision run(KeyTransaction transaction) {
        var before = draft.state().account(principal);
        decide(transaction);
        var done = refused == null ? execute(transaction) : NOTHING;
        var after = draft.state().account(principal);
        var limit = draft.state().limitOf(principal);
        if ((after.keys() > before.keys() && after.keys() > limit.keys())
                || (after.bytes() > before.bytes() && after.bytes() > limit.bytes())) {
            refuse(
                    Refusal.LIMIT,
                    "user \"%s\" may hold %d keys and %d bytes; delete some keys, or have root set another limit"
                            .formatted(principal, limit.keys(), limit.bytes()));
        }
        return refused == null
                ? new KeyDecision.Transacted(
                        done.succeeded(), done.results(), draft, budget.looked())
                : new KeyDecision.Refused(refused, budget.looked());
    }

    /// As in etcd (`compareToPath` in its `server/etcdserver/txn`), everything is compared before
    /// the first write.
    private void decide(KeyTransaction transaction) {
        var succeeded = holds(transaction.when());
        path.add(succeeded);
        for (var request : transaction.branch(succeeded)) {
            if (refused == null && request instanceof KeyRequest.Nested(var inner)) {
                decide(inner);
            }
        }
    }

    private KeyResult.Nested execute(KeyTransaction transaction) {
        var succeeded = path.remove();
        return new KeyResult.Nested(succeeded, run(transaction.branch(succeeded)));
    }

    private void refuse(Refusal refusal, String detail) {
        if (refused == null) {
            refused = new Refuse(refusal, detail);
        }
    }

    private boolean holds(List<KeyComparison> comparisons) {
        for (var comparison : comparisons) {
            if (refused != null || !holds(comparison)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(KeyComparison comparison) {
        var range = comparison.range();
        if (range.isEmpty()) {
            return Comparisons.holdsForNone(comparison);
        }
        if (range.isOne()) {
            return find(range.start())
                    .map(key -> Comparisons.holds(comparison, key.value()))
                    .orElseGet(() -> Comparisons.holdsForNone(comparison));
        }
        var judge = new Judge(comparison);
        draft.scan(range, judge);
        return judge.seen ? judge.holds : Comparisons.holdsForNone(comparison);
    }

    private Optional<OwnedKey> find(Bytes key) {
        var found = draft.find(key);
        found.ifPresent(each -> look(each.bytes()));
        return found;
    }

    private boolean look(long bytes) {
        var hasRoom = budget.look(bytes);
        if (!hasRoom) {
            tooLarge();
        }
        return hasRoom;
    }

    private List<KeyResult> run(List<KeyRequest> requests) {
        var results = new ArrayList<KeyResult>(requests.size());
        for (var request : requests) {
            if (refused != null) {
                return List.of();
            }
            results.add(
                    switch (request) {
                        case KeyRequest.Read(var read) -> read(read);
                        case KeyRequest.Put put -> put(put);
                        case KeyRequest.Delete(var range, var previous) -> delete(range, previous);
                        case KeyRequest.Nested(var inner) -> execute(inner);
                    });
        }
        return results;
    }

    private KeyResult.Found read(RangeRead read) {
        var problem = KeyRules.unreadable(draft, image, read.at());
        if (problem.isPresent()) {
            refuse(problem.get().refusal(), problem.get().detail());
            return new KeyResult.Found(List.of(), 0, false);
        }
        var keys = read.at().equals(Revision.ZERO) ? draft : draft.at(read.at());
        return RangeReads.read(keys, read, budget)
                .orElseGet(() -> {
                    tooLarge();
                    return new KeyResult.Found(List.of(), 0, false);
                });
    }

    private void tooLarge() {
        refuse(
                Refusal.TOO_LARGE,
                "a transaction looks at no more than "
                        + MAX_ROWS
                        + " keys and "
                        + MAX_BYTES
                        + " bytes of them, and answers "
                        + MAX_ANSWER
                        + " bytes; read outside of it, or delete in parts");
    }

    private KeyResult.Written put(KeyRequest.Put put) {
        var before = find(put.key());
        if (before.isEmpty() && (put.keepsValue() || put.keepsLease())) {
            refuse(Refusal.KEY_NOT_FOUND, "there is no key " + put.key().text() + " to keep from");
            return new KeyResult.Written(Optional.empty());
        }
        var lease = put.keepsLease() ? before.orElseThrow().value().lease() : put.lease();
        var value = put.keepsValue() ? before.orElseThrow().value().value() : put.value();
        var next =
                new KeyValue(
                        put.key(),
                        value,
                        before.map(each -> each.value().created()).orElse(revision),
                        revision,
                        before.map(each -> each.value().version()).orElse(0L) + 1,
                        lease);
        draft.write(put.key(), revision, before, Optional.of(new OwnedKey(next, principal)));
        checkLease(lease, before);
        return new KeyResult.Written(shown(before, put.previous()));
    }

    private void checkLease(LeaseId lease, Optional<OwnedKey> before) {
        if (lease.equals(KeyValue.NO_LEASE)) {
            return;
        }
        var found = image.leases().find(lease);
        if (found.isEmpty()) {
            refuse(
                    Refusal.LEASE_NOT_FOUND,
                    "there is no lease " + lease + ": it has ended; ask for a new one");
            return;
        }
        // With a key of somebody else on it its holder could not give it back.
        if (image.access().enabled() && before.filter(key -> has(key, lease)).isEmpty()) {
            Authority.problem(image, principal, found.get())
                    .ifPresent(problem -> refuse(Refusal.NOT_PERMITTED, problem));
        }
        var hold = draft.hold(lease);
        if (hold.keys() > MAX_LEASE_KEYS || hold.bytes() > MAX_LEASE_BYTES) {
            refuse(
                    Refusal.LIMIT,
                    "a lease has at most "
                            + MAX_LEASE_KEYS
                            + " keys and "
                            + MAX_LEASE_BYTES
                            + " bytes; use several leases");
        }
    }

    private static boolean has(OwnedKey key, LeaseId lease) {
        return key.value().lease().equals(lease);
    }

    private Optional<KeyValue> shown(Optional<OwnedKey> before, boolean wanted) {
        if (!wanted || before.isEmpty()) {
            return Optional.empty();
        }
        if (!budget.answer(before.get())) {
            tooLarge();
        }
        return before.map(OwnedKey::value);
    }

    private KeyResult.Deleted delete(KeyRange range, boolean previous) {
        var gone = new ArrayList<OwnedKey>();
        if (range.isOne()) {
            find(range.start()).ifPresent(gone::add);
        } else if (!range.isEmpty()) {
            draft.scan(range, new Gatherer(gone));
        }
        if (refused != null) {
            return new KeyResult.Deleted(0, List.of());
        }
        var shown = new ArrayList<KeyValue>();
        for (var key : gone) {
            draft.write(key.key(), revision, Optional.of(key), Optional.empty());
            shown(Optional.of(key), previous).ifPresent(shown::add);
        }
        return new KeyResult.Deleted(gone.size(), shown);
    }

    /// Gathers the keys of a range.
    private final class Gatherer implements Keys.Visitor {
        private final List<OwnedKey> into;

        Gatherer(List<OwnedKey> into) {
            this.into = into;
        }

        @Override
        public boolean visit(OwnedKey key) {
            into.add(key);
            return look(key.bytes());
        }

        @Override
        public boolean passed(long bytes) {
            return look(bytes);
        }
    }

    /// Compares every key of a range.
    private final class Judge implements Keys.Visitor {
        private final KeyComparison comparison;
        private boolean seen;
        private boolean holds = true;

        Judge(KeyComparison comparison) {
            this.comparison = comparison;
        }

        @Override
        public boolean visit(OwnedKey key) {
            seen = true;
            holds = look(key.bytes()) && Comparisons.holds(comparison, key.value());
            return holds;
        }

        @Override
        public boolean passed(long bytes) {
            return look(bytes);
        }
    }
}
