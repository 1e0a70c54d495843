// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Refusal;
import org.krg.state.core.Decision.Refuse;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// Whether a transaction makes sense by itself, whatever the keys are. Asked before it goes into
/// the log, to answer at once, and again where it is applied.
public final class KeyCheck {
    /// Parts of a transaction, and of what is nested in it, on the longest way; as etcd's default.
    public static final int MAX_OPERATIONS = 128;

    /// Parts of all branches together: whatever is asked for each of them, and each pair of a write
    /// and a deletion is.
    static final int MAX_PARTS = 4_096;

    /// Transactions inside each other: the bytes of deeper ones could not be read back.
    static final int MAX_DEPTH = 16;

    private KeyCheck() {}

    /// {@return why `command` makes no sense; empty when it does}
    public static Optional<Refuse> problem(KeyCommand command) {
        return switch (command) {
            case KeyCommand.Transact(_, var transaction) ->
                    problem(transaction, MAX_OPERATIONS, MAX_DEPTH)
                            .or(() -> tooMany(transaction))
                            .or(() -> duplicates(transaction));
            case KeyCommand.KeepVersions(_, var revisions) when revisions < 0 ->
                    refuse(Refusal.INVALID, "a number of revisions is not negative");
            case KeyCommand.CompactKeys _, KeyCommand.LimitKeys _, KeyCommand.KeepVersions _ ->
                    Optional.empty();
        };
    }

    private static Optional<Refuse> problem(KeyTransaction transaction, int room, int depth) {
        var longest =
                Math.max(
                        transaction.when().size(),
                        Math.max(transaction.then().size(), transaction.otherwise().size()));
        if (longest > room || depth == 0) {
            return refuse(
                    Refusal.TOO_MANY_OPERATIONS,
                    "a transaction has at most "
                            + MAX_OPERATIONS
                            + " parts and "
                            + MAX_DEPTH
                            + " levels; divide it");
        }
        for (var comparison : transaction.when()) {
            if (isKeyless(comparison.range())) {
                return keyless();
            }
        }
        return problem(transaction.then(), room - longest, depth)
                .or(() -> problem(transaction.otherwise(), room - longest, depth));
    }

    private static Optional<Refuse> problem(List<KeyRequest> requests, int room, int depth) {
        for (var request : requests) {
            var problem =
                    switch (request) {
                        case KeyRequest.Read(var read) -> problem(read);
                        case KeyRequest.Put put -> problem(put);
                        case KeyRequest.Delete(var range, _) ->
                                isKeyless(range) ? keyless() : Optional.<Refuse>empty();
                        case KeyRequest.Nested(var inner) -> problem(inner, room, depth - 1);
                    };
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static Optional<Refuse> problem(RangeRead read) {
        if (read.limit() < 0 || read.at().value() < 0) {
            return refuse(Refusal.INVALID, "a limit and a revision are not negative");
        }
        return isKeyless(read.range()) ? keyless() : Optional.empty();
    }

    private static Optional<Refuse> problem(KeyRequest.Put put) {
        if (put.key().isEmpty()) {
            return keyless();
        }
        if (put.keepsValue() && !put.value().isEmpty()) {
            return refuse(Refusal.VALUE_PROVIDED, "a put that keeps the value has none");
        }
        if (put.keepsLease() && !put.lease().equals(KeyValue.NO_LEASE)) {
            return refuse(Refusal.LEASE_PROVIDED, "a put that keeps the lease has none");
        }
        return Optional.empty();
    }

    private static Optional<Refuse> tooMany(KeyTransaction transaction) {
        return parts(transaction) <= MAX_PARTS
                ? Optional.empty()
                : refuse(
                        Refusal.TOO_MANY_OPERATIONS,
                        "a transaction has at most "
                                + MAX_PARTS
                                + " parts with all that is nested in it; divide it");
    }

    private static int parts(KeyTransaction transaction) {
        return transaction.when().size()
                + parts(transaction.then())
                + parts(transaction.otherwise());
    }

    private static int parts(List<KeyRequest> requests) {
        return requests.size()
                + requests.stream()
                        .mapToInt(each ->
                                each instanceof KeyRequest.Nested(var inner) ? parts(inner) : 0)
                        .sum();
    }

    /// The range of the empty key alone, which no key has.
    private static boolean isKeyless(KeyRange range) {
        return range.start().isEmpty() && range.isOne();
    }

    private static Optional<Refuse> keyless() {
        return refuse(Refusal.KEY_EMPTY, "a key has at least one byte");
    }

    private static Optional<Refuse> duplicates(KeyTransaction transaction) {
        return meets(transaction.then()) || meets(transaction.otherwise())
                ? refuse(Refusal.DUPLICATE_KEY, "a transaction writes a key at most once")
                : Optional.empty();
    }

    private static boolean meets(List<KeyRequest> branch) {
        var isOneWrite = branch.size() == 1 && !(branch.getFirst() instanceof KeyRequest.Nested);
        return !branch.isEmpty() && !isOneWrite && Writes.of(branch).isEmpty();
    }

    private static Optional<Refuse> refuse(Refusal refusal, String detail) {
        return Optional.of(new Refuse(refusal, detail));
    }

    /// What a branch may write.
    private record Writes(TreeSet<Bytes> puts, List<KeyRange> deletes) {
        /// {@return the writes of a branch; empty when some may meet}
        static Optional<Writes> of(List<KeyRequest> requests) {
            var all = new Writes(new TreeSet<>(), new ArrayList<>());
            for (var request : requests) {
                var writes = of(request);
                if (writes.isEmpty() || (requests.size() > 1 && all.meets(writes.get()))) {
                    return Optional.empty();
                }
                all.puts.addAll(writes.get().puts);
                all.deletes.addAll(writes.get().deletes);
            }
            return Optional.of(all);
        }

        private static Optional<Writes> of(KeyRequest request) {
            return switch (request) {
                case KeyRequest.Read _ -> Optional.of(new Writes(new TreeSet<>(), List.of()));
                case KeyRequest.Put put ->
                        Optional.of(new Writes(new TreeSet<>(List.of(put.key())), List.of()));
                case KeyRequest.Delete(var range, _) ->
                        Optional.of(new Writes(new TreeSet<>(), List.of(range)));
                // Only one of the two branches is done: they may write the same.
                case KeyRequest.Nested(var inner) ->
                        of(inner.then())
                                .flatMap(then ->
                                        of(inner.otherwise())
                                                .map(otherwise -> then.and(otherwise)));
            };
        }

        private Writes and(Writes other) {
            puts.addAll(other.puts);
            deletes.addAll(other.deletes);
            return this;
        }

        /// As in etcd two deletes may meet: the second finds less.
        private boolean meets(Writes other) {
            return other.puts.stream().anyMatch(puts::contains)
                    || other.puts.stream().anyMatch(key -> isDeleted(deletes, key))
                    || puts.stream().anyMatch(key -> isDeleted(other.deletes, key));
        }

        private static boolean isDeleted(List<KeyRange> deletes, Bytes key) {
            return deletes.stream().anyMatch(range -> range.contains(key));
        }
    }
}
