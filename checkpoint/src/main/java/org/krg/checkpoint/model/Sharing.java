// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.Set;

/// What processes of a cell have of the cluster's shared memory. They give it back before they
/// stand still, and get it again when they go on.
///
/// @param processes that do so, as this process counts
/// @param sockets of this machine that they are connected to for it, by inode
public record Sharing(Set<Long> processes, Set<Long> sockets) {
    /// No process has any.
    public static final Sharing NONE = new Sharing(Set.of(), Set.of());

    public Sharing {
        processes = Set.copyOf(processes);
        sockets = Set.copyOf(sockets);
    }
}
