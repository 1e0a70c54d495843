// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// A key and whose it is.
///
/// @param owner the principal who wrote its value; it counts for their limit
public record OwnedKey(KeyValue value, String owner) {
    /// {@return the same with an empty value}
    public OwnedKey withoutValue() {
        return new OwnedKey(value.withValue(Bytes.EMPTY), owner);
    }

    public Bytes key() {
        return value.key();
    }

    /// {@return what counts for a limit: the bytes of the key and of its value}
    public long bytes() {
        return (long) value.key().size() + value.value().size();
    }
}
