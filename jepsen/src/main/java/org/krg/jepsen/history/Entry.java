// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// A key as an operation left it, as krg tells it.
///
/// @param created revision of the operation that made it
/// @param modified revision of the operation that wrote the value
/// @param version writes since it was made, 1 for the first
public record Entry(String key, String value, long created, long modified, long version) {
    /// {@return this key after another write}
    public Entry written(String next, long revision) {
        return new Entry(key, next, created, revision, version + 1);
    }

    /// {@return a key that did not exist before}
    public static Entry made(String key, String value, long revision) {
        return new Entry(key, value, revision, revision, 1);
    }
}
