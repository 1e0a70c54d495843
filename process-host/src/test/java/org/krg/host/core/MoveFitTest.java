// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Capabilities;
import org.krg.state.model.Engine;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

final class MoveFitTest {
    private static final Node HERE = node("n1", "x86_64", "6.18", "4.2.1", Engine.values());

    @Test
    void whatIsSavedByCriuNeedsTheSameCriuAndAKernelAsNew() {
        var there = node("n2", "x86_64", "6.17", "4.3", Engine.CRIU);

        assertThat(MoveFit.between(HERE, there, Engine.CRIU))
                .extracting(Obstacle::what)
                .containsExactly(
                        "has CRIU 4.3, and the program would be saved by CRIU 4.2.1",
                        "has kernel 6.17, older than 6.18");
    }

    @Test
    void whatSavesItselfGoesWhereCellsCanBeStopped() {
        var other = node("n2", "aarch64", "5.15", "", Engine.COOPERATIVE, Engine.RESTART);
        assertThat(MoveFit.between(HERE, other, Engine.COOPERATIVE)).isEmpty();

        var plain = node("n2", "x86_64", "6.18", "", Engine.RESTART);
        assertThat(MoveFit.between(HERE, plain, Engine.COOPERATIVE))
                .extracting(Obstacle::what)
                .containsExactly("cannot bring a program back: its cells are not isolated");
    }

    @Test
    void nothingGoesToALostNode() {
        var lost = HERE.inState(Node.State.LOST, Images.NOW);
        for (var engine : List.of(Engine.CRIU, Engine.COOPERATIVE)) {
            assertThat(MoveFit.between(HERE, lost, engine))
                    .extracting(Obstacle::what)
                    .containsExactly("is lost since " + Images.NOW);
        }
    }

    private static Node node(
            String name, String architecture, String kernel, String criu, Engine... engines) {
        var node = Images.node(new NodeId(name), 1, Node.State.READY);
        var able =
                new Capabilities(architecture, kernel, criu, List.of(engines), true, 0, List.of());
        return new Node(
                node.id(),
                node.incarnation(),
                node.agentStarts(),
                node.role(),
                node.addresses(),
                node.capacity(),
                able,
                node.leaseTtl(),
                node.state(),
                node.since());
    }
}
