// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;

/// What processes of a cell have of the cluster's shared memory. They give it back before they
/// stand still, and get it again when they go on.
///
/// @param processes that do so, as this process counts
/// @param sockets of this machine that they are connected to for it, by inode
public record Sharing(List<Long> processes, List<Long> sockets) {
    /// No process has any.
    public static final Sharing NONE = new Sharing(List.of(), List.of());

    public Sharing {
        processes = List.copyOf(processes);
        sockets = List.copyOf(sockets);
    }
}
