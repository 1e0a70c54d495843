// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

/// What a node answered when it was asked whether it could run a program.
///
/// @param presence whether it has the executable, and whether it is the same
/// @param detail what it found, as a sentence part
/// @param pages of the memory that the program shares, in the memory of the node
/// @param load how busy the machine is
public record ProgramFacts(Presence presence, String detail, long pages, NodeLoad load) {
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

    /// Of a node that has no page of a program's shared memory, and does not say how busy it is.
    public ProgramFacts(Presence presence, String detail) {
        this(presence, detail, 0, NodeLoad.UNKNOWN);
    }

    /// {@return the same of a node that has so many pages}
    public ProgramFacts withPages(long held) {
        return new ProgramFacts(presence, detail, held, load);
    }

    /// {@return the same of a node that is so busy}
    public ProgramFacts withLoad(NodeLoad measured) {
        return new ProgramFacts(presence, detail, pages, measured);
    }

    /// {@return the facts of a node that did not answer}
    public static ProgramFacts unknown(String detail) {
        return new ProgramFacts(Presence.UNKNOWN, detail);
    }
}
