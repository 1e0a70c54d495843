// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.key.KeyValue;

/// What one part of a transaction gave.
public sealed interface KeyResult {
    /// {@return the bytes of memory that the keys and values in it take, about}
    default long weight() {
        return switch (this) {
            case Found(var keys, _, _) -> weight(keys);
            case Written(var previous) -> previous.map(KeyValue::weight).orElse(0L);
            case Deleted(_, var previous) -> weight(previous);
            case Nested(_, var results) -> results.stream().mapToLong(KeyResult::weight).sum();
        };
    }

    private static long weight(List<KeyValue> keys) {
        return keys.stream().mapToLong(KeyValue::weight).sum();
    }

    /// What a read found.
    ///
    /// @param count keys of the range, also those that are not shown
    /// @param more whether the limit hid some
    record Found(List<KeyValue> keys, long count, boolean more) implements KeyResult {
        public Found {
            keys = List.copyOf(keys);
        }
    }

    /// A key was written.
    ///
    /// @param previous what was there before, where that was asked for
    record Written(Optional<KeyValue> previous) implements KeyResult {}

    /// Keys were deleted.
    ///
    /// @param previous what was there before, where that was asked for
    record Deleted(long count, List<KeyValue> previous) implements KeyResult {
        public Deleted {
            previous = List.copyOf(previous);
        }
    }

    /// A transaction inside was done.
    ///
    /// @param succeeded whether the comparisons held
    record Nested(boolean succeeded, List<KeyResult> results) implements KeyResult {
        public Nested {
            results = List.copyOf(results);
        }
    }
}
