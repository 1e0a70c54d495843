// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

/// Why an operation changed nothing.
public enum Refusal {
    /// What it names does not exist.
    NOT_FOUND,
    /// A job of that name lives.
    NAME_TAKEN,
    /// The values cannot be right.
    INVALID,
    /// The state moved on: wrong epoch, phase, incarnation or number.
    CONFLICT,
    /// The proposal was made under another leadership.
    WRONG_TERM,
    /// The session was forgotten: whether an earlier operation of it took effect cannot be told.
    SESSION_EXPIRED,
    /// There are too many of them.
    LIMIT,
    /// Who asks may not.
    NOT_PERMITTED
}
