// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.ProcessId;

/// Decides which address a process gets for its own. It keeps it for life; when its job has ended
/// the address is free, and given out again as late as the pool allows.
final class Addresses {
    private Addresses() {}

    /// {@return the process of a living job that has the address of one of another job}
    static Optional<HostedProcess> findOther(ClusterImage image, HostedProcess process) {
        return process.address()
                .flatMap(own ->
                        image.processes().values().stream()
                                .filter(it -> it.address().equals(Optional.of(own)))
                                .filter(it -> !it.job().equals(process.job()))
                                .filter(it -> image.lives(it.job()))
                                .findFirst());
    }

    /// {@return a free address for a new process: numbers of processes only grow, so that counting
    /// from there goes around the pool} Empty when all are in use.
    static Optional<Ipv4Address> choose(ClusterImage image, AddressPool pool, ProcessId process) {
        var used = new TreeSet<Ipv4Address>();
        for (var other : image.processes().values()) {
            // A rank that has ended may come back with the others.
            if (other.address().isPresent() && image.lives(other.job())) {
                other.address().filter(pool::contains).ifPresent(used::add);
            }
        }
        var start = (int) (process.value() % pool.size());
        for (var i = 0; i < pool.size(); i++) {
            var candidate = pool.address((int) (((long) start + i) % pool.size()));
            if (!used.contains(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
