// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// What a role lets its users do with the keys of a range.
public record KeyGrant(KeyRange range, Mode mode) {
    /// The kinds of access.
    public enum Mode {
        /// See keys, their values and that they change.
        READ,
        /// Change and delete keys, without seeing them.
        WRITE,
        /// Both.
        READ_WRITE;

        /// {@return whether this mode includes `wanted`}
        public boolean allows(Mode wanted) {
            return this == READ_WRITE || this == wanted;
        }
    }

    public KeyGrant {
        if (range.isEmpty()) {
            throw new IllegalArgumentException("a permission is about at least one key");
        }
    }
}
