// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Capabilities;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.EnvironmentVariable;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostPort;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Identity;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;
import org.krg.state.model.Sha256;
import org.krg.state.model.StopOrder;

/// Agreed states with the fewest words, for tests of the agent.
public final class Images {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final Sha256 DIGEST = new Sha256("0".repeat(64));
    public static final NodeId HERE = new NodeId("here");
    public static final NodeId AWAY = new NodeId("away");

    private Images() {}

    /// {@return the state in which numbers below 1000 were given out}
    public static ClusterImage empty() {
        return ClusterImage.EMPTY.at(new Revision(1)).afterNumber(999);
    }

    public static JobSpec spec(List<String> command, CheckpointPolicy checkpoint) {
        return new JobSpec(
                new Program(
                        command,
                        command.getFirst(),
                        DIGEST,
                        List.of(new EnvironmentVariable("PATH", "/usr/bin:/bin")),
                        "/",
                        022,
                        false),
                new Identity(0, 0, List.of(), "root"),
                new Resources(100, 1 << 20),
                ResourceLimits.NONE,
                RestartPolicy.NEVER,
                RecoveryPolicy.CHECKPOINT_THEN_START,
                checkpoint,
                PartitionPolicy.STOP,
                List.of());
    }

    public static HostedProcess process(long number, long epoch, Phase phase) {
        return new HostedProcess(
                new ProcessId(number),
                new JobId(number),
                0,
                new Epoch(epoch),
                phase,
                0,
                List.of(),
                Optional.empty());
    }

    public static ClusterImage with(ClusterImage image, HostedProcess process) {
        return with(image, process, Optional.empty());
    }

    public static ClusterImage with(
            ClusterImage image, HostedProcess process, Optional<StopOrder> stop) {
        return with(image, process, CheckpointPolicy.ON_DEMAND, stop);
    }

    public static ClusterImage with(
            ClusterImage image, HostedProcess process, CheckpointPolicy checkpoint) {
        return with(image, process, checkpoint, Optional.empty());
    }

    private static ClusterImage with(
            ClusterImage image,
            HostedProcess process,
            CheckpointPolicy checkpoint,
            Optional<StopOrder> stop) {
        var spec = spec(List.of("/bin/true"), checkpoint);
        var job = new Job(process.job(), "job-" + process.job(), spec, spec.runAs(), NOW, stop);
        return image.withJobs(image.jobs().with(job.id(), job))
                .withProcesses(image.processes().with(process.id(), process));
    }

    public static ClusterImage with(ClusterImage image, Generation generation) {
        return image.withGenerations(image.generations().with(generation.id(), generation));
    }

    public static ClusterImage with(ClusterImage image, Node node) {
        return image.withNodes(image.nodes().with(node.id(), node));
    }

    public static Generation generation(
            long process, long number, int restoreFailures, boolean pinned) {
        return new Generation(
                new GenerationId(new ProcessId(process), number),
                new Epoch(1),
                DIGEST,
                List.of(HERE),
                1,
                1,
                Duration.ZERO,
                NOW,
                restoreFailures,
                pinned);
    }

    /// A good one that is not pinned.
    public static Generation generation(long process, long number, Instant taken, Duration frozen) {
        return new Generation(
                new GenerationId(new ProcessId(process), number),
                new Epoch(1),
                DIGEST,
                List.of(HERE),
                1,
                1,
                frozen,
                taken,
                0,
                false);
    }

    public static Node node(NodeId name, long agentStarts, Node.State state) {
        return new Node(
                name,
                1,
                agentStarts,
                Role.VOTER,
                new NodeAddresses(
                        new HostPort("127.0.0.1", 1),
                        new HostPort("127.0.0.1", 2),
                        new HostPort("127.0.0.1", 3)),
                new Resources(4_000, 8L << 30),
                new Capabilities(
                        "x86_64", "6.18", "4.2.1", List.of(Engine.CRIU), true, 0, List.of()),
                Duration.ofSeconds(10),
                state,
                NOW);
    }
}
