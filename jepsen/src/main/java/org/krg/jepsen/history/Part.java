// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// One part of a transaction.
public sealed interface Part {
    /// Reads the keys of a span.
    record Read(Span span) implements Part {}

    /// Writes a key.
    record Write(String key, String value) implements Part {}

    /// Deletes the keys of a span.
    record Remove(Span span) implements Part {}
}
