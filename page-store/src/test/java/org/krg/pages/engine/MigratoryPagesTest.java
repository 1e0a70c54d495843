// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.PageTables;
import org.krg.pages.fixture.Toucher;
import org.krg.pages.model.FaultTimes;
import org.krg.pages.model.SegmentStats;
import org.krg.state.model.OwnershipMode;

/// A page that processes of real nodes read and then write, one after the other.
class MigratoryPagesTest {
    /// After the first two turns it is known how the page is used.
    private static final int FIRST_TURNS = 2;

    private static final int TURNS = 20;

    @TempDir private Path directory;

    private Agreement agreement = new Agreement();
    private List<PageNode> nodes = List.of();
    private List<Toucher> processes = List.of();

    private void start(OwnershipMode mode) {
        agreement.close();
        agreement = new Agreement(mode);
        nodes =
                Stream.of("one", "two", "three")
                        .map(name -> new PageNode(name, agreement, directory))
                        .toList();
        processes = nodes.stream().map(PageNode::toucher).toList();
    }

    @AfterEach
    void close() {
        nodes.forEach(PageNode::close);
        agreement.close();
    }

    @ParameterizedTest
    @EnumSource
    void aCounterThatIsHandedToAndFroCostsAFaultATurn(OwnershipMode mode) {
        start(mode);
        takeTurns(0, FIRST_TURNS);
        var faults = sum(MigratoryPagesTest::faultsElsewhere);
        assertThat(sum(SegmentStats::promoted)).isZero();

        takeTurns(FIRST_TURNS, TURNS);

        assertThat(processes.getFirst().ask("read 0")).isEqualTo("" + (FIRST_TURNS + TURNS));
        assertThat(sum(SegmentStats::promoted)).isEqualTo(TURNS + 1);
        assertThat(sum(SegmentStats::promotedInVain)).isZero();
        assertThat(sum(MigratoryPagesTest::faultsElsewhere)).isEqualTo(faults + TURNS + 1);
        PageTables.requireAgreement(nodes);
    }

    @Test
    void aPageThatManyReadGoesBackToBeingRead() {
        start(OwnershipMode.ASYNC);
        takeTurns(0, FIRST_TURNS);
        readAll();
        readAll();
        var faults = sum(SegmentStats::read);
        readAll();

        assertThat(sum(SegmentStats::read)).isEqualTo(faults);
        assertThat(sum(SegmentStats::promoted)).isEqualTo(2);
        assertThat(sum(SegmentStats::promotedInVain)).isEqualTo(2);
        PageTables.requireAgreement(nodes);
    }

    private void takeTurns(int first, int count) {
        for (var turn = first; turn < first + count; turn++) {
            var process = processes.get(turn % 2);
            assertThat(process.ask("read 0")).isEqualTo("" + turn);
            assertThat(process.ask("write 0 " + (turn + 1))).isEqualTo("ok");
        }
    }

    private void readAll() {
        processes.forEach(process -> assertThat(process.ask("read 0")).isEqualTo("" + FIRST_TURNS));
    }

    private static long faultsElsewhere(SegmentStats stats) {
        return stats.times().stream()
                .filter(FaultTimes::elsewhere)
                .mapToLong(FaultTimes::count)
                .sum();
    }

    private long sum(ToLongFunction<SegmentStats> what) {
        return nodes.stream().map(PageNode::stats).mapToLong(what).sum();
    }
}
