// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Refusal;
import org.krg.state.event.NodeEvent;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeHistory;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.RecoveryPolicy;
import org.krg.testkit.Samples;

class NodeRulesTest {
    private static final NodeId NOBODY = new NodeId("nobody");

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aNodeThatRegistersIsReady() {
        var home = scene.image().nodes().require(HOME);

        assertThat(home.state()).isEqualTo(Node.State.READY);
        assertThat(home.agentStarts()).isEqualTo(1);
        assertThat(home.since()).isEqualTo(scene.now());
    }

    @Test
    void theReplyToARegistrationSaysWhichStartOfTheAgentItIs() {
        var again = scene.accepted(new RegisterNode(Samples.node(HOME, 1), scene.now()));

        assertThat(again.created()).isEqualTo(2);
        assertThat(scene.image().nodes().require(HOME).agentStarts()).isEqualTo(2);
    }

    @Test
    void anAgentThatRestartsFindsItsProcessesAsTheyAre() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var before = scene.process(process);

        scene.later(Duration.ofSeconds(3)).register(HOME);

        assertThat(scene.image().nodes().require(HOME).agentStarts()).isEqualTo(2);
        assertThat(scene.process(process)).isEqualTo(before);
    }

    @Test
    void aLostNodeThatRegistersAgainIsReady() {
        scene.lose(HOME);

        scene.register(HOME);

        assertThat(scene.image().nodes().require(HOME).state()).isEqualTo(Node.State.READY);
    }

    @Test
    void theTimeThatANodeServedAndItsLossesAreCounted() {
        scene.later(Duration.ofHours(3)).register(HOME);
        scene.later(Duration.ofHours(2));
        scene.lose(HOME);

        assertThat(history(HOME)).isEqualTo(new NodeHistory(1, Duration.ofHours(5)));

        scene.later(Duration.ofHours(7)).register(HOME);
        scene.later(Duration.ofHours(1));
        scene.accept(new FenceNode(HOME, scene.now()));

        assertThat(history(HOME)).isEqualTo(new NodeHistory(2, Duration.ofHours(6)));
        assertThat(scene.image().nodes().require(AWAY).historyAt(scene.now()))
                .isEqualTo(new NodeHistory(0, Duration.ofHours(13)));
    }

    @Test
    void aNodeThatLostItsStorageWasLost() {
        scene.later(Duration.ofHours(1));

        scene.accept(new RegisterNode(Samples.node(HOME, 2), scene.now()));

        assertThat(history(HOME)).isEqualTo(new NodeHistory(1, Duration.ofHours(1)));
    }

    private NodeHistory history(NodeId node) {
        return scene.image().nodes().require(node).history();
    }

    @Test
    void anOlderIncarnationIsRefused() {
        scene.accept(new RegisterNode(Samples.node(HOME, 2), scene.now()));

        var detail =
                scene.refuse(
                        Refusal.CONFLICT, new RegisterNode(Samples.node(HOME, 1), scene.now()));

        assertThat(detail).contains("incarnation 2").contains("empty");
    }

    @Test
    void aNewIncarnationInterruptsWhatTheOldOneHostedAndLosesItsCopies() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);

        scene.accept(new RegisterNode(Samples.node(HOME, 2), scene.now()));

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Checkpoint(1),
                                scene.now(),
                                lease(HOME).plus(ProcessRules.AFTER_LEASE),
                                "its node n1 lost its storage"));
        assertThat(scene.generation(process, 1).orElseThrow().copies()).containsExactly(AWAY);
    }

    private Duration lease(NodeId node) {
        return scene.image().nodes().require(node).leaseTtl();
    }

    @Test
    void aNodeThatLeftOnlyItsLogBehindHasWhatItHad() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        var running = scene.process(process);

        // Twice left behind before it registered.
        scene.accept(new RegisterNode(Samples.node(HOME, 3), 1, scene.now()));

        assertThat(scene.process(process)).isEqualTo(running);
        assertThat(scene.generation(process, 1).orElseThrow().copies()).containsExactly(HOME, AWAY);
        assertThat(history(HOME).losses()).isZero();
        assertThat(scene.image().nodes().require(HOME).incarnation()).isEqualTo(3);
    }

    @Test
    void aNodeThatLostItsStorageAndThenLeftItsLogBehindHasLostWhatWasAgreed() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);

        scene.accept(new RegisterNode(Samples.node(HOME, 3), 2, scene.now()));

        assertThat(scene.phase(process)).isInstanceOf(Phase.Waiting.class);
        assertThat(scene.generation(process, 1).orElseThrow().copies()).containsExactly(AWAY);
    }

    @Test
    void nothingIsHeldSinceAnIncarnationThatIsYetToCome() {
        var node = Samples.node(HOME, 1);
        assertThatThrownBy(() -> new RegisterNode(node, 2, scene.now()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProcessThatWaitsForACheckpointThatWasLostWithAStorageBeginsAgain() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.lose(HOME);
        scene.accept(new RegisterNode(Samples.node(HOME, 2), scene.now()));

        scene.accept(new RegisterNode(Samples.node(AWAY, 2), scene.now()));

        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Waiting.class,
                        waiting -> assertThat(waiting.origin()).isEqualTo(new Origin.Beginning()));
    }

    @Test
    void aProcessThatMayOnlyGoOnFromACheckpointWaitsForACopyToTurnUp() {
        var spec = Samples.with(Samples.spec(), RecoveryPolicy.CHECKPOINT_ONLY);
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.lose(HOME);
        var waiting = scene.phase(process);
        scene.accept(new RegisterNode(Samples.node(HOME, 2), scene.now()));

        scene.accept(new RegisterNode(Samples.node(AWAY, 2), scene.now()));

        assertThat(scene.phase(process)).isEqualTo(waiting);
    }

    @Test
    void aLeaseOfNoTimeOrOfDaysIsRefused() {
        var node = Samples.node(THIRD, 1);
        for (var ttl : new Duration[] {Duration.ZERO, Duration.ofDays(2)}) {
            var odd =
                    new Node(
                            node.id(),
                            1,
                            0,
                            node.role(),
                            node.addresses(),
                            node.capacity(),
                            node.capabilities(),
                            ttl,
                            node.state(),
                            node.since());
            scene.refuse(Refusal.INVALID, new RegisterNode(odd, scene.now()));
        }
    }

    @Test
    void thereIsABoundOnNodes() {
        var many = new Scene();
        for (var i = 0; i < NodeRules.MAX_NODES; i++) {
            many.register(new NodeId("n" + i));
        }

        many.refuse(Refusal.LIMIT, new RegisterNode(Samples.node(NOBODY, 1), many.now()));
        many.accept(new RegisterNode(Samples.node(new NodeId("n0"), 1), many.now()));
    }

    @Test
    void aProcessOfALostNodeGoesOnFromItsNewestGoodCheckpoint() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);

        scene.later(Duration.ofSeconds(11)).lose(HOME);

        assertThat(scene.image().nodes().require(HOME).state()).isEqualTo(Node.State.LOST);
        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Checkpoint(2), scene.now(), "its node n1 was lost"));
        assertThat(scene.epoch(process)).isEqualTo(new Epoch(1));
    }

    @Test
    void aProcessWithoutCheckpointBeginsAgainAfterItsNodeWasLost() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);

        scene.lose(HOME);

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Beginning(), scene.now(), "its node n1 was lost"));
    }

    @Test
    void aProcessThatMayNotBeginAgainIsLostWithItsNode() {
        var only = Samples.with(Samples.spec(), RecoveryPolicy.CHECKPOINT_ONLY);
        var none = Samples.with(Samples.spec(), RecoveryPolicy.NONE);
        var first = scene.running("only", only, HOME);
        var second = scene.running("none", none, HOME);
        scene.commit(second, 1, HOME, AWAY);

        scene.lose(HOME);

        assertThat(scene.phase(first))
                .isEqualTo(
                        lostForGood(
                                "its node n1 was lost, and no checkpoint of it can be restored"));
        assertThat(scene.phase(second))
                .isEqualTo(lostForGood("its node n1 was lost, and its job asks for no recovery"));
    }

    @Test
    void aProcessThatWasBeingStoppedIsLostWithItsNode() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.stop(process);

        scene.lose(HOME);

        assertThat(scene.phase(process))
                .isEqualTo(lostForGood("its node n1 was lost while it was being stopped"));
    }

    @Test
    void aProcessThatGoesOnThroughAPartitionStaysWhereItIs() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        var process = scene.running("heat", spec, HOME);
        var before = scene.process(process);

        scene.lose(HOME);

        assertThat(scene.process(process)).isEqualTo(before);
    }

    @Test
    void processesOfOtherNodesAreNotTouchedByALoss() {
        var process = scene.running("heat", Samples.spec(), AWAY);
        var before = scene.process(process);

        scene.lose(HOME);

        assertThat(scene.process(process)).isEqualTo(before);
    }

    @Test
    void aNodeThatRegisteredMeanwhileIsNotDeclaredLost() {
        scene.register(HOME);

        var detail = scene.refuse(Refusal.CONFLICT, new DeclareNodeLost(HOME, 1, scene.now()));

        assertThat(detail).contains("registered again");
    }

    @Test
    void aNodeIsLostOnlyOnce() {
        scene.lose(HOME);

        scene.refuse(Refusal.CONFLICT, new DeclareNodeLost(HOME, 1, scene.now()));
    }

    @Test
    void nothingIsDoneToANodeThatNobodyKnows() {
        scene.refuse(Refusal.NOT_FOUND, new DeclareNodeLost(NOBODY, 1, scene.now()));
        scene.refuse(Refusal.NOT_FOUND, new FenceNode(NOBODY, scene.now()));
        scene.refuse(Refusal.NOT_FOUND, new RemoveNode(NOBODY));
    }

    @Test
    void fencingInterruptsAlsoWhatGoesOnThroughAPartition() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        var process = scene.running("heat", spec, HOME);
        scene.lose(HOME);

        var events = scene.accept(new FenceNode(HOME, scene.now()));

        assertThat(events.getFirst())
                .isInstanceOfSatisfying(
                        NodeEvent.class,
                        event -> assertThat(event.kind()).isEqualTo(NodeEvent.Kind.FENCED));
        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Beginning(), scene.now(), "its node n1 was fenced"));
    }

    @Test
    void fencingAReadyNodeMakesItLost() {
        scene.accept(new FenceNode(HOME, scene.now()));

        assertThat(scene.image().nodes().require(HOME).state()).isEqualTo(Node.State.LOST);
    }

    @Test
    void fencingTwiceChangesNothing() {
        scene.accept(new FenceNode(HOME, scene.now()));

        assertThat(scene.accept(new FenceNode(HOME, scene.now()))).isEmpty();
    }

    @Test
    void aLostNodeThatHostsNothingIsRemovedWithItsCopies() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.lose(HOME);

        scene.accept(new RemoveNode(HOME));

        assertThat(scene.image().nodes().find(HOME)).isEmpty();
        assertThat(scene.generation(process, 1).orElseThrow().copies()).containsExactly(AWAY);
    }

    @Test
    void aReadyNodeIsNotRemoved() {
        assertThat(scene.refuse(Refusal.CONFLICT, new RemoveNode(HOME))).contains("fence it");
    }

    @Test
    void aNodeThatMayStillHostSomethingIsNotRemoved() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        scene.running("heat", spec, HOME);
        scene.lose(HOME);

        assertThat(scene.refuse(Refusal.CONFLICT, new RemoveNode(HOME))).contains("fence it");
    }

    @Test
    void aNodeWithTheOnlyCopyOfWhatAProcessGoesOnFromIsNotRemoved() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);
        scene.lose(HOME);
        scene.lose(AWAY);
        scene.accept(new RemoveNode(AWAY));

        assertThat(scene.refuse(Refusal.CONFLICT, new RemoveNode(HOME))).contains("only copy");

        scene.place(process, THIRD);
        assertThat(scene.refuse(Refusal.CONFLICT, new RemoveNode(HOME))).contains("only copy");

        scene.start(process);
        scene.accept(new RemoveNode(HOME));
        assertThat(scene.generation(process, 2).orElseThrow().isGood()).isFalse();
        scene.accept(new DropGeneration(new GenerationId(process, 2)));
    }

    @Test
    void aNodeWithTheOnlyCopyOfWhatNobodyNeedsIsRemoved() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.exit(process, 0);
        scene.lose(HOME);
        scene.lose(AWAY);
        scene.accept(new RemoveNode(AWAY));

        scene.accept(new RemoveNode(HOME));

        assertThat(scene.generation(process, 1).orElseThrow().copies()).isEmpty();
    }

    private Phase lostForGood(String reason) {
        return new Phase.Ended(new Outcome.LostForGood(reason), Optional.of(HOME), scene.now());
    }
}
