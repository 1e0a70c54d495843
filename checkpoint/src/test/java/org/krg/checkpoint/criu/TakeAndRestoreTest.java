// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestCell.Spec;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.fixture.TestNode;

/// Programs in real cells, saved on one node and brought back on another.
final class TakeAndRestoreTest {
    private static final String COUNT = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done";

    private final TestMachine machine = TestMachine.open();
    private final TestNode.Cluster cluster = new TestNode.Cluster(machine);
    private final TestNode home = cluster.node("home");
    private final TestNode away = cluster.node("away");

    @AfterEach
    void close() {
        machine.close();
    }

    @Test
    void aShellLoopGoesOnWithTheNextLineOnAnotherNode() throws IOException {
        var spec = spec("sh", "-c", COUNT);
        var cell = TestCell.start(machine, 7, 1, spec);
        cell.awaitLines(10);

        var taken = home.take(cell, 1, away);
        cell.awaitLines(cell.lines().size() + 5);
        assertThat(taken.generation().copies()).containsExactly(home.name(), away.name());
        cell.kill();
        cluster.lose(home);

        var restored = away.restore(machine, taken.generation(), 2, spec);
        restored.awaitLines(cell.lines().size() + 5);
        assertCounts(restored.lines());
    }

    private Spec spec(String... command) {
        return new Spec(TestCell.NOBODY, machine.workDirectory(), "empty", List.of(command));
    }

    private static void assertCounts(List<String> lines) {
        var whole = lines.subList(0, lines.size() - 1);
        var expected = IntStream.rangeClosed(1, whole.size()).mapToObj(Integer::toString).toList();
        assertThat(whole).isEqualTo(expected);
    }
}
