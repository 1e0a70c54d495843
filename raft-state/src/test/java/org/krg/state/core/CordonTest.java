// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.Refusal;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.testkit.Samples;

/// Nodes that are to be emptied.
class CordonTest {
    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aCordonedNodeGetsNothingNewAndWhatRunsThereGoesOn() {
        var there = scene.running("heat", Samples.spec(), AWAY);
        var here = scene.running("sort", Samples.spec(), HOME);
        var waits = scene.submit("bc", Samples.spec());

        scene.accept(new CordonNode(AWAY, true));

        assertThat(scene.phase(there)).isInstanceOf(Phase.Running.class);
        assertThat(
                        scene.refuse(
                                Refusal.CONFLICT,
                                new Place(
                                        waits,
                                        scene.epoch(waits),
                                        AWAY,
                                        Samples.chooses(AWAY),
                                        scene.now())))
                .contains("is cordoned");
        scene.refuse(
                Refusal.CONFLICT,
                new StartMigration(
                        here,
                        scene.epoch(here),
                        AWAY,
                        Migration.Mode.WARM,
                        Duration.ofSeconds(30),
                        scene.now(),
                        "asked"));
    }

    @Test
    void aCordonOutlivesTheAgentAndEndsWhenSomebodySaysSo() {
        scene.accept(new CordonNode(AWAY, true));
        assertThat(scene.accept(new CordonNode(AWAY, true))).isEmpty();
        scene.register(AWAY);
        scene.lose(AWAY);
        scene.register(AWAY);
        assertThat(scene.image().nodes().require(AWAY).cordoned()).isTrue();

        scene.accept(new CordonNode(AWAY, false));

        scene.place(scene.submit("heat", Samples.spec()), AWAY);
    }

    @Test
    void aNodeThatNobodyKnowsIsRefused() {
        scene.refuse(Refusal.NOT_FOUND, new CordonNode(new NodeId("nobody"), true));
    }
}
