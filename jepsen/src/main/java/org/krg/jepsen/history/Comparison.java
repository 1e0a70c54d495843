// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// What must hold of a key for a transaction to succeed.
public sealed interface Comparison {
    String key();

    /// Its value equals `value`; does not hold of a key that does not exist.
    record ValueIs(String key, String value) implements Comparison {}

    /// It was written so often since it was made; 0: it does not exist.
    record VersionIs(String key, long version) implements Comparison {}
}
