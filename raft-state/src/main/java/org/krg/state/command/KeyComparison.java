// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Holds when it holds for each key of `range`. Where there is no key, version, revisions and lease
/// are compared as 0, and a comparison of the value does not hold; so etcd has it.
public record KeyComparison(KeyRange range, Relation relation, Operand operand) {
    /// How the key's own property, on the left, relates to the operand.
    public enum Relation {
        EQUAL,
        NOT_EQUAL,
        GREATER,
        LESS
    }

    /// What is compared, and with what.
    public sealed interface Operand {
        /// The number of writes since the key was made.
        record Version(long version) implements Operand {}

        /// The revision that made the key.
        record Created(long revision) implements Operand {}

        /// The revision that wrote its value.
        record Modified(long revision) implements Operand {}

        /// Its lease; 0 for none.
        record OfLease(long lease) implements Operand {}

        /// Its value, as unsigned bytes.
        record Value(Bytes value) implements Operand {}
    }
}
