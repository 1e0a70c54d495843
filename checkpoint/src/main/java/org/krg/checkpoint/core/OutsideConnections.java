// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.checkpoint.model.Endpoint;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TcpSocket;
import org.krg.checkpoint.model.TcpSocket.State;

/// TCP connections of a tree of processes whose other end is not in it.
public final class OutsideConnections {
    private final Set<Long> own;
    private final Collection<TcpSocket> network;

    /// By what each is bound and connected to.
    private final Map<String, TcpSocket> ends = new TreeMap<>();

    private OutsideConnections(Set<Long> own, Collection<TcpSocket> network) {
        this.own = own;
        this.network = network;
        network.forEach(it -> ends.put(pair(it.local(), it.remote()), it));
    }

    /// {@return the numbers of those of a tree}
    public static Set<Long> of(ProcessTree tree, Inspection inspection) {
        var own = new TreeSet<Long>();
        tree.processes().stream()
                .flatMap(process -> process.files().stream())
                .filter(file -> file.type() == OpenFile.Type.SOCKET)
                .forEach(file -> own.add(file.facts().inode()));
        return of(own, inspection.tcp()).keySet();
    }

    /// {@return the other end of each, by the numbers of the tree's sockets}
    ///
    /// @param own numbers of the tree's sockets
    /// @param network all TCP sockets that could be the other end of one
    static Map<Long, Endpoint> of(Set<Long> own, List<TcpSocket> network) {
        var connections = new OutsideConnections(own, network);
        var outside = new TreeMap<Long, Endpoint>();
        for (var socket : network) {
            if (own.contains(socket.inode())
                    && socket.state() != State.LISTENS
                    && !connections.leadsInside(socket)) {
                outside.put(socket.inode(), socket.remote());
            }
        }
        return outside;
    }

    private static String pair(Endpoint from, Endpoint to) {
        return from + " " + to;
    }

    private boolean leadsInside(TcpSocket socket) {
        var other = ends.get(pair(socket.remote(), socket.local()));
        if (other == null) {
            // An end on this machine that is in no table is gone altogether.
            return socket.remote().host().equals(socket.local().host())
                    || socket.remote().isLoopback();
        }
        // Nobody has one that was not accepted yet, or that was closed: the latter is missed by
        // nobody once all it has sent is saved with this end.
        return own.contains(other.inode())
                || (other.inode() == 0
                        && (other.state() == State.DELIVERED || isToBeAccepted(other)));
    }

    private boolean isToBeAccepted(TcpSocket socket) {
        return network.stream()
                .filter(it -> it.state() == State.LISTENS && own.contains(it.inode()))
                .map(TcpSocket::local)
                .anyMatch(it ->
                        it.port() == socket.local().port()
                                && (it.isAny() || it.equals(socket.local())));
    }
}
