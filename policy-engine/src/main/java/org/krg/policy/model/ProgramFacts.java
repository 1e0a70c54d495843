// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

/// What a node answered when it was asked whether it could run a program.
///
/// @param presence whether it has the executable, and whether it is the same
/// @param detail what it found, as a sentence part
public record ProgramFacts(Presence presence, String detail) {
    /// Whether the executable is there.
    public enum Presence {
        /// There, executable by the user, with the digest that was asked for.
        SAME,
        /// Not there, or not executable by the user.
        MISSING,
        /// There with another digest.
        DIFFERENT,
        /// The node did not answer in time.
        UNKNOWN
    }

    /// {@return the facts of a node that did not answer}
    public static ProgramFacts unknown(String detail) {
        return new ProgramFacts(Presence.UNKNOWN, detail);
    }
}
