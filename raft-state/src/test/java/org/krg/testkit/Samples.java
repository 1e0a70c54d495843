// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Capabilities;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.EnvironmentVariable;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostPort;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.Role;
import org.krg.state.model.Sha256;
import org.krg.state.model.Verdict;

/// Values of the cluster state that tests begin with.
public final class Samples {
    /// When every test begins.
    public static final Instant START = Instant.parse("2026-01-02T03:04:05.678901234Z");

    /// Where things begin.
    public static final NodeId HOME = new NodeId("n1");

    /// Where they go.
    public static final NodeId AWAY = new NodeId("n2");

    /// One more.
    public static final NodeId THIRD = new NodeId("n3");

    /// A user.
    public static final Identity ALICE = new Identity(1000, 1000, List.of(27, 1000), "alice");

    /// Some digest.
    public static final Sha256 DIGEST = new Sha256("0123456789abcdef".repeat(4));

    private Samples() {}

    /// {@return a node that is about to register}
    public static Node node(NodeId id, long incarnation) {
        return node(id, incarnation, Optional.empty());
    }

    /// {@return a node whose cells can have addresses of their own, about to register}
    public static Node node(NodeId id, long incarnation, AddressPool pool) {
        return node(id, incarnation, Optional.of(pool));
    }

    private static Node node(NodeId id, long incarnation, Optional<AddressPool> pool) {
        return new Node(
                id,
                incarnation,
                0,
                Role.VOTER,
                new NodeAddresses(
                        new HostPort("127.0.0.1", 7440),
                        new HostPort("127.0.0.1", 7441),
                        new HostPort("127.0.0.1", 7443)),
                new Resources(2_000, 4L << 30),
                new Capabilities(
                        "x86_64",
                        "6.18.0",
                        "4.2.1",
                        List.of(Engine.CRIU, Engine.RESTART),
                        true,
                        0,
                        List.of("limits are off: no controllers"),
                        pool),
                Duration.ofSeconds(10),
                Node.State.READY,
                START);
    }

    /// {@return a job with the defaults of `krg-admin run`}
    public static JobSpec spec() {
        return new JobSpec(
                new Program(
                        List.of("heat", "64"),
                        "/usr/bin/heat",
                        DIGEST,
                        List.of(new EnvironmentVariable("LANG", "C.UTF-8")),
                        "/home/alice",
                        0_022,
                        false),
                ALICE,
                new Resources(1_000, 1 << 20),
                ResourceLimits.NONE,
                RestartPolicy.NEVER,
                RecoveryPolicy.CHECKPOINT_THEN_START,
                CheckpointPolicy.ON_DEMAND,
                PartitionPolicy.STOP,
                List.of());
    }

    /// {@return `spec` with another restart policy}
    public static JobSpec with(JobSpec spec, RestartPolicy restart) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                restart,
                spec.recovery(),
                spec.checkpoint(),
                spec.onPartition(),
                spec.onlyOn());
    }

    /// {@return `spec` with another recovery policy}
    public static JobSpec with(JobSpec spec, RecoveryPolicy recovery) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                recovery,
                spec.checkpoint(),
                spec.onPartition(),
                spec.onlyOn());
    }

    /// {@return `spec` with another checkpoint policy}
    public static JobSpec with(JobSpec spec, CheckpointPolicy checkpoint) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                spec.recovery(),
                checkpoint,
                spec.onPartition(),
                spec.onlyOn());
    }

    /// {@return `spec` with another partition policy}
    public static JobSpec with(JobSpec spec, PartitionPolicy onPartition) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                spec.recovery(),
                spec.checkpoint(),
                onPartition,
                spec.onlyOn());
    }

    /// {@return `spec` with another program}
    public static JobSpec with(JobSpec spec, Program program) {
        return new JobSpec(
                program,
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                spec.recovery(),
                spec.checkpoint(),
                spec.onPartition(),
                spec.onlyOn());
    }

    /// {@return `spec` with other resources}
    public static JobSpec with(JobSpec spec, Resources reserve, ResourceLimits limits) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                reserve,
                limits,
                spec.restart(),
                spec.recovery(),
                spec.checkpoint(),
                spec.onPartition(),
                spec.onlyOn());
    }

    /// {@return a decision that chooses `node`}
    public static PlacementDecision chooses(NodeId node) {
        return new PlacementDecision(
                "krg.safe 1",
                Optional.of(node),
                List.of(new Verdict(node, true, 0.5, List.of("free cpu 500"))),
                START);
    }

    /// {@return a decision that chooses nothing because of `reason`}
    public static PlacementDecision rejects(NodeId node, String reason) {
        return new PlacementDecision(
                "krg.safe 1",
                Optional.empty(),
                List.of(new Verdict(node, false, 0, List.of(reason))),
                START);
    }

    /// {@return a checkpoint of a process}
    public static Generation generation(
            ProcessId process, long number, Epoch epoch, NodeId... copies) {
        return new Generation(
                new GenerationId(process, number),
                epoch,
                DIGEST,
                List.of(copies),
                64L << 20,
                3L << 20,
                Duration.ofMillis(45),
                START,
                0,
                false);
    }
}
