// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.BoundSocket;
import org.krg.checkpoint.model.SocketQueue;
import org.krg.checkpoint.model.SocketQueue.Of;
import org.krg.linux.LinuxException;
import org.krg.linux.PidFd;
import org.krg.linux.TcpQueues;

/// Connections that the kernel has made for a listening socket of a cell and that the program has
/// not accepted: CRIU saves none of these and refuses the whole program. And bytes of a connection
/// within the program that were written and not sent: where they come back they are sent before the
/// other end is there, and the connection is reset. In a network of the cell's own nothing is sent
/// meanwhile, so that these are no obstacle.
final class SocketQueues {
    private static final List<String> TCP = List.of("tcp", "tcp6");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)\\]");
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final CellView cell;

    SocketQueues(CellView cell) {
        this.cell = cell;
    }

    /// {@return the first socket that still has such a queue after `limit`}
    ///
    /// @param limit zero looks once, at a frozen cell
    Optional<SocketQueue> await(Duration limit) throws IOException {
        var holders = holders();
        if (holders.isEmpty() || (limit.isZero() && !isAnyWaiting(holders))) {
            return Optional.empty();
        }
        return Lasting.await(this::find, PAUSE, limit);
    }

    /// Asks the sockets. Only while the program stands still: one that it closes meanwhile would
    /// keep its address a moment longer.
    private boolean isAnyWaiting(Map<Long, Holder> sockets) throws IOException {
        for (var holder : sockets.values()) {
            var queues = queues(holder);
            if (queues.isPresent()
                    && (queues.get().unaccepted() > 0
                            || (queues.get().unsentBytes() > 0 && !cell.hasOwnAddress()))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<TcpQueues> queues(Holder holder) throws IOException {
        try {
            return PidFd.open(holder.hostPid())
                    .map(process -> {
                        try (process) {
                            return TcpQueues.of(process, holder.fd());
                        }
                    });
        } catch (LinuxException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private Optional<SocketQueue> find() throws IOException {
        var holders = holders();
        if (holders.isEmpty()) {
            return Optional.empty();
        }
        // A cell is in one network.
        var net = Path.of("/proc", "" + holders.values().iterator().next().hostPid(), "net");
        for (var protocol : TCP) {
            for (var row : SocketTables.inet(net, protocol)) {
                var holder = holders.get(row.inode());
                if (holder == null) {
                    continue;
                }
                var socket = new BoundSocket(holder.pid(), holder.fd(), row.address());
                if (row.waiting() > 0) {
                    return Optional.of(new SocketQueue(socket, Of.CONNECTIONS, row.waiting()));
                }
                if (row.unacknowledgedBytes() > 0 && !cell.hasOwnAddress()) {
                    return Optional.of(
                            new SocketQueue(socket, Of.BYTES, row.unacknowledgedBytes()));
                }
            }
        }
        return Optional.empty();
    }

    /// @param hostPid as this process counts
    private record Holder(long hostPid, int fd) {
        private int pid() throws IOException {
            return TreeScan.innermost(TreeScan.status(Path.of("/proc", "" + hostPid)));
        }
    }

    /// {@return who has which socket, by the numbers of the sockets}
    private Map<Long, Holder> holders() throws IOException {
        var holders = new TreeMap<Long, Holder>();
        for (var pid : Files.readAllLines(cell.appCgroup().resolve("cgroup.procs"))) {
            // A zombie has no descriptors.
            Proc.whileThere(() -> holders(pid))
                    .ifPresent(found -> found.forEach(holders::putIfAbsent));
        }
        return holders;
    }

    private static Map<Long, Holder> holders(String pid) throws IOException {
        var holders = new TreeMap<Long, Holder>();
        try (var links = Files.newDirectoryStream(Path.of("/proc", pid, "fd"))) {
            for (var link : links) {
                Proc.whileThere(() -> Files.readSymbolicLink(link).toString())
                        .map(SOCKET::matcher)
                        .filter(Matcher::matches)
                        .ifPresent(it ->
                                holders.putIfAbsent(
                                        Long.parseLong(it.group(1)), holder(pid, link)));
            }
        }
        return holders;
    }

    private static Holder holder(String pid, Path link) {
        return new Holder(Long.parseLong(pid), Integer.parseInt(link.getFileName().toString()));
    }
}
