// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// How long processes wait before they are placed: until the lease of a node that may still run
/// them is over, or since they failed to start.
public final class Pauses {
    private static final long NANOS = 1_000_000_000;

    private Pauses() {}

    /// {@return what each process that has to wait has left from the moment it is first seen so}
    public static List<Leases.Grant<ProcessId>> grants(ClusterImage image) {
        return image.processes().values().stream()
                .flatMap(process -> grant(process).stream())
                .toList();
    }

    private static Optional<Leases.Grant<ProcessId>> grant(HostedProcess process) {
        return process.phase() instanceof Phase.Waiting waiting && waiting.pause().isPositive()
                ? Optional.of(
                        new Leases.Grant<>(
                                process.id(), stamp(waiting.notBefore()), waiting.pause()))
                : Optional.empty();
    }

    /// Of two pauses of one process, with the same epoch even.
    private static long stamp(Instant end) {
        return end.getEpochSecond() * NANOS + end.getNano();
    }
}
