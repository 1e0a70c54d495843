// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.checkpoint.model.SocketKind;

/// Which sockets CRIU cannot save, whatever they are connected to.
final class UnsavedSockets {
    /// Protocols that it saves, as the kernel calls them.
    private static final TreeSet<String> SAVED =
            new TreeSet<>(
                    List.of(
                            "",
                            "UNIX",
                            "UNIX-STREAM",
                            "TCP",
                            "TCPv6",
                            "UDP",
                            "UDPv6",
                            "UDP-Lite",
                            "UDPLITEv6",
                            "RAW",
                            "RAWv6",
                            "PING",
                            "PINGv6",
                            "PACKET",
                            "NETLINK"));

    private UnsavedSockets() {}

    /// Why a socket is in the way.
    ///
    /// @param remedy what the user can do
    record Unsaved(String what, String remedy) {}

    /// {@return why a socket cannot be saved; empty if it can}
    static Optional<Unsaved> find(SocketKind socket) {
        if (socket.corked()) {
            return Optional.of(
                    new Unsaved(
                            "a UDP socket keeps back what was sent (UDP_CORK)",
                            "Have the program send it before the checkpoint"));
        }
        if (!socket.group().isEmpty()) {
            return Optional.of(
                    new Unsaved(
                            "a socket would come back without its multicast group "
                                    + socket.group(),
                            "Have the program leave the group before the checkpoint and join it"
                                    + " again afterwards"));
        }
        return SAVED.contains(socket.protocol())
                ? Optional.empty()
                : Optional.of(unsaved(socket.protocol()));
    }

    private static Unsaved unsaved(String protocol) {
        return switch (protocol) {
            case "MPTCP", "MPTCPv6" ->
                    new Unsaved(
                            "a socket of MPTCP cannot be saved",
                            "Have the program use plain TCP (Go: GODEBUG=multipathtcp=0; others:"
                                    + " start it without mptcpize)");
            case "AF_VSOCK" ->
                    new Unsaved(
                            "a socket to the host of this virtual machine (vsock) cannot be saved",
                            "Have the program close it before the checkpoint, or use TCP in a job"
                                    + " with --net cell");
            case "SCTP", "SCTPv6" ->
                    new Unsaved(
                            "a socket of SCTP cannot be saved",
                            "Have the program use TCP, in a job with --net cell");
            default ->
                    new Unsaved(
                            "a socket of protocol " + protocol + " cannot be saved",
                            "Have the program close it before the checkpoint");
        };
    }
}
