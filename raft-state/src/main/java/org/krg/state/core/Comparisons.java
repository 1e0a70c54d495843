// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.model.key.KeyValue;

/// Judges comparisons.
final class Comparisons {
    private Comparisons() {}

    static boolean holds(KeyComparison comparison, KeyValue key) {
        var order =
                switch (comparison.operand()) {
                    case Operand.Version(var version) -> Long.compare(key.version(), version);
                    case Operand.Created(var revision) ->
                            Long.compare(key.created().value(), revision);
                    case Operand.Modified(var revision) ->
                            Long.compare(key.modified().value(), revision);
                    case Operand.OfLease(var lease) -> Long.compare(key.lease().value(), lease);
                    case Operand.Value(var value) -> key.value().compareTo(value);
                };
        return holds(comparison.relation(), order);
    }

    /// {@return whether it holds where there is no key}
    static boolean holdsForNone(KeyComparison comparison) {
        return switch (comparison.operand()) {
            case Operand.Version(var number) -> isZero(comparison, number);
            case Operand.Created(var number) -> isZero(comparison, number);
            case Operand.Modified(var number) -> isZero(comparison, number);
            case Operand.OfLease(var number) -> isZero(comparison, number);
            case Operand.Value _ -> false;
        };
    }

    private static boolean isZero(KeyComparison comparison, long number) {
        return holds(comparison.relation(), Long.compare(0, number));
    }

    private static boolean holds(Relation relation, int order) {
        return switch (relation) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }
}
