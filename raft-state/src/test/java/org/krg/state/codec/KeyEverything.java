// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// What users ask of keys, one of each kind, with every field set to something that is not its
/// default.
final class KeyEverything {
    private static final KeyRange RANGE =
            new KeyRange(Bytes.wrap(new byte[] {0, -1}), Bytes.of("z"));

    private KeyEverything() {}

    /// A transaction with a part of every kind.
    static KeyTransaction transaction() {
        var inner =
                new KeyTransaction(
                        List.of(),
                        List.of(new KeyRequest.Delete(RANGE, true)),
                        List.of(KeyRequest.Put.of(Bytes.of("b"), Bytes.EMPTY, new LeaseId(0))));
        return new KeyTransaction(
                comparisons(),
                List.of(
                        new KeyRequest.Put(
                                Bytes.of("a"), Bytes.of("1"), new LeaseId(9), true, true, true),
                        new KeyRequest.Nested(inner)),
                reads());
    }

    private static List<KeyComparison> comparisons() {
        var operands =
                List.of(
                        new Operand.Version(3),
                        new Operand.Created(290),
                        new Operand.Modified(295),
                        new Operand.OfLease(9),
                        new Operand.Value(Bytes.of("1")));
        var comparisons = new ArrayList<KeyComparison>();
        for (var operand : operands) {
            for (var relation : Relation.values()) {
                comparisons.add(new KeyComparison(RANGE, relation, operand));
            }
        }
        return comparisons;
    }

    private static List<KeyRequest> reads() {
        var reads = new ArrayList<KeyRequest>();
        for (var by : RangeRead.By.values()) {
            for (var shows : RangeRead.Shows.values()) {
                reads.add(
                        new KeyRequest.Read(
                                new RangeRead(
                                        RANGE,
                                        new Revision(299),
                                        7,
                                        new RangeRead.Order(by, true),
                                        new RangeRead.Bounds(1, 2, 3, 4),
                                        shows)));
            }
        }
        return reads;
    }

    static List<KeyResult> results() {
        var value =
                new KeyValue(
                        Bytes.of("a"),
                        Bytes.of("1"),
                        new Revision(290),
                        new Revision(295),
                        3,
                        new LeaseId(9));
        return List.of(
                new KeyResult.Found(List.of(value), 5, true),
                new KeyResult.Written(Optional.of(value)),
                new KeyResult.Written(Optional.empty()),
                new KeyResult.Nested(true, List.of(new KeyResult.Deleted(1, List.of(value)))));
    }
}
