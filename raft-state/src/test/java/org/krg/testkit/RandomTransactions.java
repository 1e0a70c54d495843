// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Transactions on a few keys whose bytes are the hard ones for whoever stores them: zeros, ones
/// and the largest, keys that begin with each other. Some make no sense and are refused.
public final class RandomTransactions {
    private static final byte[] ALPHABET = {0, 1, 'a', (byte) 0xfe, (byte) 0xff};

    private final RandomGenerator random;

    public RandomTransactions(RandomGenerator random) {
        this.random = random;
    }

    /// {@return a transaction made for a state at that revision}
    public KeyTransaction next(Revision present) {
        return transaction(present, 2);
    }

    private KeyTransaction transaction(Revision present, int depth) {
        var when = new ArrayList<KeyComparison>();
        while (random.nextInt(3) == 0) {
            when.add(comparison(present));
        }
        return new KeyTransaction(when, branch(present, depth), branch(present, depth));
    }

    private List<KeyRequest> branch(Revision present, int depth) {
        var requests = new ArrayList<KeyRequest>();
        for (var i = random.nextInt(4); i > 0; i--) {
            requests.add(request(present, depth));
        }
        return requests;
    }

    private KeyRequest request(Revision present, int depth) {
        return switch (random.nextInt(10)) {
            case 0, 1 -> new KeyRequest.Read(read(present));
            case 2 -> new KeyRequest.Delete(range(), random.nextBoolean());
            case 3 -> new KeyRequest.Delete(KeyRange.one(key()), random.nextBoolean());
            case 4 ->
                    depth > 0
                            ? new KeyRequest.Nested(transaction(present, depth - 1))
                            : new KeyRequest.Read(read(present));
            case 5 -> new KeyRequest.Put(key(), Bytes.EMPTY, lease(), true, true, false);
            case 6 -> new KeyRequest.Put(key(), value(), new LeaseId(0), false, false, true);
            default ->
                    new KeyRequest.Put(key(), value(), lease(), random.nextBoolean(), false, false);
        };
    }

    private KeyComparison comparison(Revision present) {
        var number = random.nextLong(Math.max(1, present.value() + 1));
        var operand =
                switch (random.nextInt(5)) {
                    case 0 -> new Operand.Version(random.nextInt(4));
                    case 1 -> new Operand.Created(number);
                    case 2 -> new Operand.Modified(number);
                    case 3 -> new Operand.OfLease(random.nextInt(4));
                    default -> new Operand.Value(value());
                };
        var range = random.nextBoolean() ? KeyRange.one(key()) : range();
        return new KeyComparison(range, pick(List.of(Relation.values())), operand);
    }

    /// {@return a read of the present or an older revision}
    public RangeRead read(Revision present) {
        var at =
                random.nextInt(3) > 0
                        ? Revision.ZERO
                        : new Revision(Math.max(0, present.value() - random.nextInt(12)));
        var by = pick(List.of(RangeRead.By.values()));
        // Among equal ones etcd's order is not said: only the key tells them apart for certain.
        var order =
                by == RangeRead.By.CREATED || by == RangeRead.By.KEY
                        ? new RangeRead.Order(RangeRead.By.KEY, random.nextBoolean())
                        : RangeRead.Order.KEYS;
        var bounds =
                random.nextInt(3) > 0
                        ? RangeRead.Bounds.NONE
                        : new RangeRead.Bounds(
                                bound(present), bound(present), bound(present), bound(present));
        return new RangeRead(
                random.nextBoolean() ? KeyRange.one(key()) : range(),
                at,
                random.nextInt(4),
                order,
                bounds,
                pick(List.of(RangeRead.Shows.values())));
    }

    private long bound(Revision present) {
        return random.nextBoolean() ? 0 : random.nextLong(present.value() + 1);
    }

    /// {@return a range of several keys}
    public KeyRange range() {
        return switch (random.nextInt(4)) {
            case 0 -> KeyRange.ALL;
            case 1 -> KeyRange.prefix(key());
            case 2 -> KeyRange.from(key());
            default -> new KeyRange(key(), key());
        };
    }

    /// {@return a key of one to three bytes}
    public Bytes key() {
        var key = new byte[1 + random.nextInt(3)];
        for (var i = 0; i < key.length; i++) {
            key[i] = ALPHABET[random.nextInt(key.length > 1 ? 3 : ALPHABET.length)];
        }
        return Bytes.wrap(key);
    }

    private Bytes value() {
        return Bytes.of("v" + random.nextInt(4));
    }

    private LeaseId lease() {
        return new LeaseId(random.nextInt(8) == 0 ? 1 + random.nextInt(3) : 0);
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
