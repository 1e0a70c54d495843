// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// What a cell is made for.
///
/// @param user who the program runs as; a cell without isolation runs as the agent's own user
/// @param exclusive whether the cell stands still when the node's lease is over
public record CellSpec(
        Program program, UserIdentity user, ResourceLimits limits, Stdin stdin, boolean exclusive) {
    /// Where the program's standard input comes from.
    public enum Stdin {
        /// `/dev/null`.
        EMPTY,
        /// A FIFO that is written to through the agent until it is told that the input has ended.
        OPEN,
        /// A FIFO whose input has ended: for the restore of a program that was started with
        /// [#OPEN].
        ENDED
    }
}
