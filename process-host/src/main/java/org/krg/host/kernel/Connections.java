// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.engine.Command;
import org.krg.state.model.Ipv4Address;

/// The TCP connections of a cell with an address of its own, as ss(8) lists them.
final class Connections {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// All states in which there is another side, tcp(7).
    private static final List<String> STATES =
            List.of(
                    "established",
                    "syn-sent",
                    "syn-recv",
                    "fin-wait-1",
                    "fin-wait-2",
                    "close-wait",
                    "last-ack",
                    "closing");

    private Connections() {}

    /// Ends the connections of a program that came back from an old checkpoint: their other sides
    /// have gone on meanwhile. They hear of it, and the program sees ECONNABORTED, or ECONNRESET if
    /// the other side was faster. Connections between processes of the cell itself came back whole
    /// and stay.
    ///
    /// @param initPid of the cell, as this process counts
    /// @param partners addresses that come back from the same moment: connections to them stay
    /// @throws CellFailed if some are still there
    static void abort(long initPid, Ipv4Address own, List<Ipv4Address> partners) {
        run(initPid, own, partners, List.of("-K"));
        var left = run(initPid, own, partners, List.of());
        if (!left.isBlank()) {
            throw new CellFailed(
                    "connections of the checkpoint cannot be ended (`ss -K` wants a kernel with"
                            + " CONFIG_INET_DIAG_DESTROY): "
                            + left.strip());
        }
    }

    private static String run(
            long initPid, Ipv4Address own, List<Ipv4Address> partners, List<String> options) {
        var line = new ArrayList<>(List.of("nsenter", "-t", "" + initPid, "-n", "--"));
        line.addAll(List.of("ss", "-t", "-n", "-H"));
        line.addAll(options);
        STATES.forEach(state -> line.addAll(List.of("state", state)));
        var others = new StringBuilder("not dst 127.0.0.0/8 and not dst [::1] and not dst " + own);
        partners.forEach(partner -> others.append(" and not dst ").append(partner));
        line.add(others.toString());
        try {
            var result = new Command(line, LIMIT).run();
            if (!result.isGood()) {
                throw new CellFailed("ss(8) cannot list connections: " + result.output().strip());
            }
            return result.output();
        } catch (IOException failure) {
            throw new CellFailed("cannot run ss(8): " + failure.getMessage(), failure);
        }
    }
}
