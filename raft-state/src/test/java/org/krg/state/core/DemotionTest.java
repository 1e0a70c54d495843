// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.RecordVoters;
import org.krg.state.command.Refusal;
import org.krg.state.event.NodeEvent;
import org.krg.state.model.NodeId;

/// Nodes that an operator wants not to vote.
class DemotionTest {
    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aDemotionOutlivesTheAgentAndEndsWithAPromotion() {
        scene.accept(new CordonNode(AWAY, true));
        assertThat(scene.accept(new RecordVoters(List.of(), List.of(AWAY, HOME))))
                .extracting(event -> ((NodeEvent) event).kind())
                .containsExactly(NodeEvent.Kind.DEMOTED, NodeEvent.Kind.DEMOTED);
        scene.lose(AWAY);
        scene.register(AWAY);
        assertThat(isDemoted(AWAY)).isTrue();
        assertThat(scene.image().nodes().require(AWAY).cordoned()).isTrue();

        assertThat(scene.accept(new RecordVoters(List.of(AWAY), List.of(HOME)))).hasSize(1);

        assertThat(isDemoted(AWAY)).isFalse();
        assertThat(isDemoted(HOME)).isTrue();
    }

    @Test
    void aNodeThatNobodyKnowsIsRefusedAndNothingIsNoted() {
        var nobody = new NodeId("nobody");
        scene.refuse(Refusal.NOT_FOUND, new RecordVoters(List.of(nobody), List.of(AWAY)));
        scene.refuse(Refusal.NOT_FOUND, new RecordVoters(List.of(), List.of(AWAY, nobody)));
        assertThat(isDemoted(AWAY)).isFalse();
    }

    private boolean isDemoted(NodeId node) {
        return scene.image().nodes().require(node).demoted();
    }
}
