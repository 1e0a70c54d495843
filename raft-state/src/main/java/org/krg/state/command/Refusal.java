// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

/// Why an operation changed nothing.
public enum Refusal {
    /// What it names does not exist.
    NOT_FOUND,
    /// A job of that name, or a lease of that number, lives.
    NAME_TAKEN,
    /// The values cannot be right.
    INVALID,
    /// The state moved on: wrong epoch, phase, incarnation or number.
    CONFLICT,
    /// The proposal was made under another leadership.
    WRONG_TERM,
    /// The session was forgotten: whether an earlier operation of it took effect cannot be told.
    SESSION_EXPIRED,
    /// There are too many of them, or a principal holds as much as it may.
    LIMIT,
    /// A key has at least one byte.
    KEY_EMPTY,
    /// The key, whose value or lease was to stay, does not exist.
    KEY_NOT_FOUND,
    /// A transaction would write a key twice.
    DUPLICATE_KEY,
    /// A put has a value and is to keep the one that is there.
    VALUE_PROVIDED,
    /// A put has a lease and is to keep the one that is there.
    LEASE_PROVIDED,
    /// The lease that a put names does not exist.
    LEASE_NOT_FOUND,
    /// A transaction has too many parts.
    TOO_MANY_OPERATIONS,
    /// It has, reads or changes too many bytes.
    TOO_LARGE,
    /// The revision that is asked for is compacted.
    COMPACTED,
    /// The revision that is asked for is not there yet.
    FUTURE_REVISION,
    /// Who asks may not.
    NOT_PERMITTED
}
