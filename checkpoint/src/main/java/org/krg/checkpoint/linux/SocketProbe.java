// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.SocketKind;
import org.krg.linux.LinuxException;
import org.krg.linux.MulticastGroup;
import org.krg.linux.PidFd;
import org.krg.linux.SocketOption;
import org.krg.linux.SocketProtocol;

/// What a socket of a running process is.
final class SocketProbe {
    private static final int IPPROTO_TCP = 6;

    private SocketProbe() {}

    /// {@return what it is, by its name; the socket itself is asked, and held meanwhile, only where
    /// that does not tell}
    ///
    /// @param hostPid the process, as this one counts
    /// @param mayBeCorked whether it has datagrams to send
    /// @param groups those that sockets of its network are in
    static SocketKind kind(
            long hostPid, OpenFile socket, boolean mayBeCorked, List<MulticastGroup> groups)
            throws IOException {
        var descriptor = Path.of("/proc", "" + hostPid, "fd", "" + socket.fd());
        try {
            var name = SocketProtocol.of(descriptor).orElse("");
            // The other end of a connection can be one that knows only TCP.
            var isTcp =
                    name.startsWith("MPTCP")
                            && ask(hostPid, socket.fd(), SocketOption.PROTOCOL)
                                    .equals(OptionalInt.of(IPPROTO_TCP));
            var isCorked =
                    mayBeCorked
                            && ask(hostPid, socket.fd(), SocketOption.UDP_CORK)
                                    .equals(OptionalInt.of(1));
            var group =
                    groups.isEmpty() || !name.startsWith("UDP")
                            ? ""
                            : group(hostPid, socket.fd(), groups);
            return new SocketKind(socket.facts().inode(), isTcp ? "TCP" : name, isCorked, group);
        } catch (LinuxException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private static String group(long hostPid, int fd, List<MulticastGroup> groups) {
        return PidFd.open(hostPid)
                .flatMap(process -> {
                    try (process) {
                        return groups.stream().filter(it -> it.has(process, fd)).findFirst();
                    }
                })
                .map(it -> it.address().getHostAddress())
                .orElse("");
    }

    private static OptionalInt ask(long hostPid, int fd, SocketOption option) {
        return PidFd.open(hostPid)
                .map(process -> {
                    try (process) {
                        return option.of(process, fd);
                    }
                })
                .orElse(OptionalInt.empty());
    }
}
