// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.krg.host.ProgramQuestion;
import org.krg.policy.core.Move;
import org.krg.policy.core.Policy;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.policy.model.Ledger;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.SegmentId;

/// Where a process could go: the policy's opinion of nodes. Methods block until the nodes have
/// answered, for a bounded time. Safe for use from any thread.
public final class Destinations {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final Policy policy;
    private final Probes probes;
    private final InstantSource wall;

    public Destinations(Policy policy, Probes probes, InstantSource wall) {
        this.policy = policy;
        this.probes = probes;
        this.wall = wall;
    }

    /// {@return a verdict on each node but `present`, and the one that is chosen if any fits}
    ///
    /// @param segments of shared memory that it has open
    public PlacementDecision decide(
            ClusterImage image, HostedProcess process, NodeId present, List<SegmentId> segments) {
        var others = image.withNodes(image.nodes().without(present));
        return judge(others, returning(process), segments);
    }

    /// {@return a verdict on each node as one on which a process, whether it runs or not, is
    /// brought back}
    public PlacementDecision anywhere(ClusterImage image, HostedProcess process) {
        return judge(image, returning(process), List.of());
    }

    /// {@return what a policy would decide of a process, whether it runs or not, if it had no node
    /// now} What it has set aside where it is counts for nobody.
    public PlacementDecision tried(Policy trial, ClusterImage image, HostedProcess process) {
        var origin =
                image.newestGood(process.id())
                        .map(Generation::id)
                        .<Origin>map(id -> new Origin.Checkpoint(id.number()))
                        .orElseGet(Origin.Beginning::new);
        return undecided(image, waiting(process, origin, "a policy is tried"), trial::place);
    }

    /// {@return where a process that runs had better be, as the policy that decides has it}
    Optional<Move> better(
            AgreedPolicy agreed, ClusterImage image, HostedProcess process, NodeId present) {
        return undecided(
                image,
                returning(process),
                (situation, waiting) -> agreed.better(situation, waiting, present));
    }

    private <T> T undecided(
            ClusterImage image,
            HostedProcess waiting,
            BiFunction<Situation, HostedProcess, T> look) {
        var without = image.withProcesses(image.processes().with(waiting.id(), waiting));
        return look.apply(situation(without, waiting, List.of()), waiting);
    }

    /// It is judged as one that is to be brought back somewhere from a checkpoint.
    private HostedProcess returning(HostedProcess process) {
        return waiting(process, new Origin.Checkpoint(0), "it is to be brought back");
    }

    private HostedProcess waiting(HostedProcess process, Origin origin, String why) {
        return process.inPhase(new Phase.Waiting(origin, wall.instant(), why));
    }

    private PlacementDecision judge(
            ClusterImage image, HostedProcess process, List<SegmentId> segments) {
        return policy.place(situation(image, process, segments), process);
    }

    private Situation situation(
            ClusterImage image, HostedProcess process, List<SegmentId> segments) {
        var job = image.jobs().require(process.job());
        var program = job.spec().program();
        var question =
                new ProgramQuestion(
                        program.executable(),
                        program.digest(),
                        program.workingDirectory(),
                        job.spec().runAs(),
                        segments);
        var asked = new TreeMap<NodeId, CompletableFuture<ProgramFacts>>();
        for (var node : image.nodes().values()) {
            if (node.state() == Node.State.READY) {
                asked.put(node.id(), ask(node.id(), question));
            }
        }
        var facts = new TreeMap<NodeId, ProgramFacts>();
        asked.forEach((node, answer) -> facts.put(node, answer.join()));
        return new Situation(image, Ledger.EMPTY, facts, wall.instant());
    }

    private CompletableFuture<ProgramFacts> ask(NodeId node, ProgramQuestion question) {
        return probes.ask(node, question)
                .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> ProgramFacts.unknown(String.valueOf(failure)));
    }
}
