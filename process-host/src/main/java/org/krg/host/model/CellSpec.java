// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.time.Duration;
import java.util.Optional;
import org.krg.state.model.Identity;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.ResourceLimits;

/// What a cell is made for.
///
/// @param user who the program runs as; a cell without isolation runs as the agent's own user
/// @param exclusive whether the cell stands still when the node's lease is over
/// @param address its own, in a network namespace of its own; empty where it uses the node's
///   network
/// @param savesItself whether the program is given a directory to save itself in
/// @param startBy up to when an exclusive program may begin, on the machine's monotonic clock: it
///   was decided under the lease that ends then; empty if it was decided under none
public record CellSpec(
        Program program,
        Identity user,
        ResourceLimits limits,
        Stdin stdin,
        boolean exclusive,
        Optional<Ipv4Address> address,
        boolean savesItself,
        Optional<Duration> startBy) {
    /// A cell on the network of its node.
    public CellSpec(
            Program program, Identity user, ResourceLimits limits, Stdin stdin, boolean exclusive) {
        this(program, user, limits, stdin, exclusive, Optional.empty(), false, Optional.empty());
    }

    /// {@return the same cell, whose program begins by then or not at all}
    public CellSpec startingBy(Duration latest) {
        return new CellSpec(
                program, user, limits, stdin, exclusive, address, savesItself, Optional.of(latest));
    }

    /// Where the program's standard input comes from.
    public enum Stdin {
        /// `/dev/null`.
        EMPTY,
        /// A FIFO that is written to through the agent until it is told that the input has ended.
        OPEN,
        /// A FIFO whose input has ended: for the restore of a program that was started with
        /// [#OPEN].
        ENDED,
        /// A terminal of the program's own, which takes its output as well. Written to through the
        /// agent.
        TERMINAL
    }
}
