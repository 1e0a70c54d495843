// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import java.util.Set;

/// What is asked about a tree only before it is saved, and not while it stands still.
///
/// @param bound its sockets with an address of the machine that it is on
/// @param tcp all TCP sockets of its network, those of other processes too; empty where its
///   connections go along with it
/// @param kinds what its sockets are
/// @param nested pids, as this process counts, of those of its processes that have namespaces of
///   their own inside the cell
public record Inspection(
        List<BoundSocket> bound, List<TcpSocket> tcp, List<SocketKind> kinds, List<Long> nested) {
    public Inspection {
        bound = List.copyOf(bound);
        tcp = List.copyOf(tcp);
        kinds = List.copyOf(kinds);
        nested = List.copyOf(nested);
    }

    /// {@return the same of a tree whose address goes along with it, and its connections with that}
    public Inspection withOwnAddress() {
        return new Inspection(bound, List.of(), kinds, nested);
    }

    /// {@return the same without some sockets of TCP}
    ///
    /// @param gone their numbers
    public Inspection without(Set<Long> gone) {
        var others = tcp.stream().filter(it -> !gone.contains(it.inode())).toList();
        return new Inspection(bound, others, kinds, nested);
    }
}
