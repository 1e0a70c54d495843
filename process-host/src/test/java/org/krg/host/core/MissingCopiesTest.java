// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.NOW;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;

class MissingCopiesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final NodeId D = new NodeId("d");

    private ClusterImage image = Images.empty();

    private void node(NodeId name, Node.State state) {
        image = Images.with(image, Images.node(name, 0, state));
    }

    private void saved(long process, long number, NodeId... copies) {
        var running = new Phase.Running(A, new Origin.Beginning(), NOW);
        image = Images.with(image, Images.process(process, 1, running));
        image =
                Images.with(
                        image,
                        Images.generation(process, number, 0, false).withCopies(List.of(copies)));
    }

    private List<String> due(NodeId self, Duration later) {
        return new MissingCopies(image, self, PATIENCE)
                .due(NOW.plus(later)).stream().map(Generation::id).map(Object::toString).toList();
    }

    private void nodes(NodeId... ready) {
        for (var name : ready) {
            node(name, Node.State.READY);
        }
    }

    @Test
    void whileAllAreThereNothingIsCopied() {
        nodes(A, B, C);
        saved(7, 1, A, B);

        assertThat(due(C, PATIENCE.multipliedBy(10))).isEmpty();
    }

    @Test
    void aLostNodeIsWaitedForThenItsCopyIsMadeAgain() {
        nodes(A, C);
        node(B, Node.State.LOST);
        saved(7, 1, A, B);

        assertThat(due(C, PATIENCE.minusMillis(1))).isEmpty();
        assertThat(due(C, PATIENCE)).containsExactly("7.1");
        assertThat(due(A, PATIENCE)).isEmpty();
    }

    @Test
    void aNodeThatWasRemovedIsNotWaitedFor() {
        nodes(A, C);
        saved(7, 1, A);

        assertThat(due(C, Duration.ZERO)).containsExactly("7.1");
    }

    @Test
    void whatNobodyAtHandHasIsNotAskedFor() {
        nodes(A, C);
        node(B, Node.State.LOST);
        saved(7, 1, B);
        saved(8, 1);

        assertThat(due(C, PATIENCE)).isEmpty();
    }

    @Test
    void aClusterOfOneReadyNodeNeedsOneCopy() {
        nodes(A);
        node(B, Node.State.LOST);
        saved(7, 1, A, B);

        assertThat(due(A, PATIENCE)).isEmpty();
    }

    @Test
    void nothingIsCopiedToANodeThatIsToBeEmptied() {
        nodes(A);
        node(B, Node.State.LOST);
        image = Images.with(image, Images.node(C, 0, Node.State.READY).cordoned(true));
        nodes(D);
        saved(7, 1, A, B);

        assertThat(due(C, PATIENCE)).isEmpty();
        assertThat(due(D, PATIENCE)).containsExactly("7.1");
    }

    /// Each node sees the same and decides alone: together they make as many as are missing.
    @Test
    void togetherTheNodesMakeWhatIsMissingAndNoMore() {
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++) {
            image = Images.empty();
            var ready = new ArrayList<NodeId>();
            var all = List.of(A, B, C, D);
            for (var name : all) {
                var isReady = random.nextInt(3) > 0;
                node(name, isReady ? Node.State.READY : Node.State.LOST);
                if (isReady) {
                    ready.add(name);
                }
            }
            var holders = all.stream().filter(_ -> random.nextBoolean()).toList();
            saved(7 + random.nextInt(4), 1, holders.toArray(NodeId[]::new));

            var makers = all.stream().filter(name -> !due(name, PATIENCE).isEmpty()).toList();

            var atHand = holders.stream().filter(ready::contains).count();
            var needed = ready.size() < 2 ? 1 : 2;
            assertThat(ready).containsAll(makers);
            assertThat(makers).noneMatch(holders::contains);
            assertThat(makers).hasSize(atHand == 0 ? 0 : (int) Math.max(0, needed - atHand));
        }
    }
}
