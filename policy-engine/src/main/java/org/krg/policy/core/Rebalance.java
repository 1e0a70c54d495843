// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// When a policy moves what runs, and when it lets it be.
///
/// @param when says of the node where a process is whether it may be moved away
/// @param every between two looks; at each at most one process is moved
/// @param gain by how much the score of another node has to be larger
/// @param residency how long a process stays where it came to
/// @param atOnce moves of the cluster under way, whoever asked for them, at most
public record Rebalance(
        Condition when, Duration every, double gain, Duration residency, int atOnce) {
    private static final int WAY_BACK = 10;

    /// Something that holds for a node or does not.
    @FunctionalInterface
    public interface Condition {
        /// {@return whether it holds; not where it cannot be worked out}
        boolean holds(SortedMap<String, Object> values);
    }

    /// {@return the processes that may be moved now, those that are longest where they are first}
    public List<HostedProcess> candidates(ClusterImage image, Instant now) {
        var underWay = image.migrations().values().stream().filter(Migration::isActive).count();
        if (underWay >= atOnce) {
            return List.of();
        }
        return image.processes().values().stream()
                .filter(process -> isSettled(process, now))
                .filter(process -> isOnOpenNode(image, process))
                .filter(process -> !process.frozen())
                .filter(process -> isFree(image, process.id()))
                .filter(process -> image.jobs().require(process.job()).stop().isEmpty())
                .filter(process -> image.jobs().require(process.job()).activeCut().isEmpty())
                .sorted((one, other) -> since(one).compareTo(since(other)))
                .toList();
    }

    /// {@return whether a process has come from there so lately that it is not moved back} What is
    /// measured of a machine is what its programs do, so a busy program makes each node look worse
    /// than the one that it left.
    public boolean isWayBack(ClusterImage image, ProcessId process, NodeId to, Instant now) {
        return image.migrations().values().stream()
                .filter(migration -> migration.route().process().equals(process))
                .filter(migration -> migration.route().from().equals(to))
                .anyMatch(migration ->
                        migration.step() instanceof Migration.Step.Moved(_, _, var at)
                                && now.isBefore(at.plus(residency.multipliedBy(WAY_BACK))));
    }

    private boolean isSettled(HostedProcess process, Instant now) {
        return process.phase() instanceof Phase.Running
                && !since(process).plus(residency).isAfter(now);
    }

    /// One that is lost has its processes taken away, one that is cordoned is emptied by whoever
    /// did that.
    private static boolean isOnOpenNode(ClusterImage image, HostedProcess process) {
        return process.phase()
                .host()
                .flatMap(image.nodes()::find)
                .filter(node -> node.state() == Node.State.READY && !node.cordoned())
                .isPresent();
    }

    private static Instant since(HostedProcess process) {
        return process.phase() instanceof Phase.Running(_, _, var since) ? since : Instant.MAX;
    }

    private static boolean isFree(ClusterImage image, ProcessId process) {
        return image.activeMigration(process).isEmpty();
    }
}
