// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;
import org.krg.state.model.OwnershipMode;

/// Real processes of three nodes on one segment; what would be in the log is in an [Agreement].
class SharedPagesTest {
    private static final int ADDS = 2_000;

    /// So many that the word is taken away in the middle of them.
    private static final int MANY_ADDS = 5_000_000;

    private static final int BLOCK = 2 << 20;

    @TempDir private Path directory;

    private Agreement agreement = new Agreement();
    private String names = "n";
    private List<PageNode> nodes = List.of();

    @BeforeEach
    void start() {
        nodes =
                IntStream.rangeClosed(1, 3)
                        .mapToObj(i -> new PageNode(names + i, agreement, directory))
                        .toList();
    }

    @AfterEach
    void close() {
        nodes.forEach(PageNode::close);
        agreement.close();
    }

    @Test
    void aNodeReadsWhatAnotherWrote() {
        var first = nodes.get(0).toucher();
        var second = nodes.get(1).toucher();
        assertThat(first.ask("write 8 7")).isEqualTo("ok");
        assertThat(second.ask("read 8")).isEqualTo("7");
        assertThat(second.ask("read 16")).isEqualTo("0");
        assertThat(second.ask("exchange 8 9")).isEqualTo("7");
        assertThat(first.ask("read 8")).isEqualTo("9");
    }

    @Test
    void aWholeBlockWrittenByOneNodeIsReadByTheOthers() {
        var writer = nodes.get(0).toucher();
        for (var page = 0; page < 512; page++) {
            writer.ask("write %d %d".formatted(page * 4_096, page + 1));
        }
        for (var node : nodes) {
            assertThat(node.toucher().ask("sum 0 " + BLOCK / 8)).isEqualTo("" + 512 * 513 / 2);
        }
    }

    @Test
    void noAdditionIsLostWhereAllNodesAddToOneWord() {
        var processes =
                nodes.stream()
                        .flatMap(node -> List.of(node.toucher(), node.toucher()).stream())
                        .toList();
        var sums = processes.stream().map(process -> process.begin("add 0 " + MANY_ADDS)).toList();
        sums.forEach(sum -> assertThat(Toucher.await(sum)).isEqualTo("ok"));
        processes.forEach(process ->
                assertThat(process.ask("read 0")).isEqualTo("" + MANY_ADDS * processes.size()));
    }

    @Test
    void pagesThatDiedWithTheirNodeAreSigbusAndTheOthersAreWhole() {
        var lost = nodes.get(0).toucher();
        var kept = nodes.get(1).toucher();
        var third = nodes.get(2).toucher();
        lost.ask("write 0 7");
        lost.ask("write 4096 8");
        assertThat(kept.ask("read 4096")).isEqualTo("8");

        agreement.crash(nodes.get(0));
        assertThat(third.ask("read 4096")).isEqualTo("8");
        assertThat(third.ask("read 0")).isEqualTo("sigbus");
        assertThat(kept.ask("write 0 1")).isEqualTo("sigbus");
        assertThat(kept.ask("write 4096 9")).isEqualTo("ok");
        assertThat(third.ask("read 4096")).isEqualTo("9");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void pagesThatNobodyWroteAreZerosAfterTheLossOfTheirHome(OwnershipMode mode) {
        close();
        names = "m";
        agreement = new Agreement(mode);
        start();
        var home = nodes.get(0).toucher();
        var other = nodes.get(1).toucher();
        assertThat(home.ask("write 0 1")).isEqualTo("ok");
        assertThat(home.ask("read 4096")).isEqualTo("0");
        assertThat(other.ask("write 8192 2")).isEqualTo("ok");

        agreement.crash(nodes.get(0));
        var third = nodes.get(2).toucher();
        assertThat(third.ask("read 0")).isEqualTo("sigbus");
        assertThat(third.ask("read 4096")).isEqualTo("0");
        assertThat(third.ask("read 8192")).isEqualTo("2");
        assertThat(third.ask("write 12288 3")).isEqualTo("ok");
        assertThat(other.ask("read 12288")).isEqualTo("3");
    }

    @Test
    void aNodeThatIsNoHomeTakesOnlyItsOwnPagesAlong() {
        var home = nodes.get(0).toucher();
        var lost = nodes.get(1).toucher();
        assertThat(home.ask("write 0 1")).isEqualTo("ok");
        assertThat(lost.ask("write 4096 2")).isEqualTo("ok");

        agreement.crash(nodes.get(1));
        var third = nodes.get(2).toucher();
        assertThat(third.ask("read 0")).isEqualTo("1");
        assertThat(third.ask("read 4096")).isEqualTo("sigbus");
        assertThat(third.ask("write 8192 3")).isEqualTo("ok");
    }

    @Test
    void aProcessKilledInAFaultHoldsNobodyUp() {
        var first = nodes.get(0).toucher();
        var killed = nodes.get(1).toucher();
        var second = nodes.get(1).toucher();
        first.ask("write 0 1");
        var adds = first.begin("add 0 " + ADDS);
        var _ = killed.begin("add 0 1000000");
        assertThat(second.ask("add 8 100")).isEqualTo("ok");
        killed.kill();
        assertThat(Toucher.await(adds)).isEqualTo("ok");
        assertThat(first.ask("read 8")).isEqualTo("100");
    }
}
