// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Backing;
import org.krg.state.model.Capabilities;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
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
import org.krg.state.model.Origin;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.Role;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Sha256;

/// Clusters and processes with the fewest words, for the tests of policies.
final class Clusters {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final long GIB = 1L << 30;
    static final Sha256 DIGEST = new Sha256("0".repeat(64));

    private Clusters() {}

    static Node node(String name) {
        return new Node(
                new NodeId(name),
                1,
                1,
                Role.VOTER,
                new NodeAddresses(
                        new HostPort("127.0.0.1", 1),
                        new HostPort("127.0.0.1", 2),
                        new HostPort("127.0.0.1", 3)),
                new Resources(4_000, 8 * GIB),
                new Capabilities(
                        "x86_64",
                        "6.18",
                        "4.2.1",
                        List.of(Engine.CRIU, Engine.RESTART),
                        true,
                        0,
                        List.of()),
                Duration.ofSeconds(10),
                Node.State.READY,
                NOW);
    }

    static Node offering(Node node, boolean root, int uid, Engine... engines) {
        return new Node(
                node.id(),
                1,
                1,
                node.role(),
                node.addresses(),
                node.capacity(),
                new Capabilities("x86_64", "6.18", "", List.of(engines), root, uid, List.of()),
                node.leaseTtl(),
                node.state(),
                node.since());
    }

    static Node withCells(Node node, AddressPool pool) {
        var able = node.capabilities();
        return new Node(
                node.id(),
                1,
                1,
                node.role(),
                node.addresses(),
                node.capacity(),
                new Capabilities(
                        able.architecture(),
                        able.kernel(),
                        able.criu(),
                        able.engines(),
                        able.root(),
                        able.uid(),
                        able.notes(),
                        Optional.of(pool)),
                node.leaseTtl(),
                node.state(),
                node.since());
    }

    static JobSpec spec(long cpuMillis, Duration every, NodeId... onlyOn) {
        return spec(CheckpointPolicy.ON_DEMAND.engine(), cpuMillis, every, onlyOn);
    }

    static JobSpec spec(Engine engine, long cpuMillis, Duration every, NodeId... onlyOn) {
        var policy = CheckpointPolicy.ON_DEMAND;
        return new JobSpec(
                new Program(List.of("heat"), "/opt/heat", DIGEST, List.of(), "/", 022, false),
                new Identity(1_000, 1_000, List.of(), "ann"),
                new Resources(cpuMillis, GIB),
                ResourceLimits.NONE,
                RestartPolicy.NEVER,
                RecoveryPolicy.CHECKPOINT_THEN_START,
                new CheckpointPolicy(engine, every, policy.copies(), policy.fileLimitBytes(), 2),
                PartitionPolicy.STOP,
                List.of(onlyOn));
    }

    static HostedProcess process(long number, Phase phase) {
        return new HostedProcess(
                new ProcessId(number),
                new JobId(number),
                0,
                Epoch.ZERO,
                phase,
                0,
                List.of(),
                Optional.empty());
    }

    static Phase waiting(Origin origin) {
        return new Phase.Waiting(origin, NOW, "new");
    }

    static ClusterImage with(ClusterImage image, Node... nodes) {
        var table = image.nodes();
        for (var node : nodes) {
            table = table.with(node.id(), node);
        }
        return image.withNodes(table);
    }

    static ClusterImage with(ClusterImage image, JobSpec spec, HostedProcess process) {
        var job =
                new Job(
                        process.job(),
                        "job-" + process.job(),
                        spec,
                        spec.runAs(),
                        NOW,
                        Optional.empty());
        return image.withJobs(image.jobs().with(job.id(), job))
                .withProcesses(image.processes().with(process.id(), process));
    }

    static ClusterImage withGeneration(ClusterImage image, long process, String... copies) {
        var id = new GenerationId(new ProcessId(process), 1);
        var generation =
                new Generation(
                        id,
                        new Epoch(1),
                        DIGEST,
                        List.of(copies).stream().map(NodeId::new).toList(),
                        GIB,
                        GIB,
                        Duration.ofMillis(200),
                        NOW,
                        0,
                        false);
        return image.withGenerations(image.generations().with(id, generation));
    }

    /// The generation has a segment that is a file, into which its pages are being put back.
    static ClusterImage withFile(ClusterImage image, long process, String node) {
        var id = new GenerationId(new ProcessId(process), 1);
        var saved =
                Segment.unheld(
                                new SegmentId(5),
                                "plate",
                                1 << 20,
                                new Identity(1_000, 1_000, List.of(), "ann"),
                                0600,
                                OwnershipMode.ASYNC,
                                NOW)
                        .backedBy(new Backing(new NodeId(node), "/srv/plate"));
        var generation =
                image.generations()
                        .require(id)
                        .withSegments(List.of(new SavedSegment(saved, List.of())));
        var back = saved.returned(new SegmentId(6), List.of(saved.id()), false);
        return image.withGenerations(image.generations().with(id, generation))
                .withSegments(image.segments().with(back));
    }

    static Situation situation(ClusterImage image, Ledger ledger) {
        var facts = new TreeMap<NodeId, ProgramFacts>();
        for (var node : image.nodes().values()) {
            facts.put(
                    node.id(), new ProgramFacts(ProgramFacts.Presence.SAME, "the digest matches"));
        }
        return new Situation(image, ledger, facts, NOW);
    }
}
