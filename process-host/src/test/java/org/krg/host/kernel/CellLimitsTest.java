// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.shell;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.LimitSupport;
import org.krg.host.model.ProcessExit;
import org.krg.state.model.ResourceLimits;

/// Limits hold wherever the machine has the controllers, and what a cell uses is counted.
@Tag("root")
class CellLimitsTest {
    private static final long MEBIBYTE = 1 << 20;

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void everyKindOfLimitIsInForceOrSaysWhyNot() {
        var limits = node.cells().limits();

        assertThat(limits.stream().map(LimitSupport::resource))
                .containsExactly("cpu", "memory", "pids");
        for (var limit : limits) {
            switch (limit) {
                case LimitSupport.InForce(_, var where) -> assertThat(where).startsWith("/");
                case LimitSupport.Off(_, var reason) -> assertThat(reason).isNotBlank();
            }
        }
    }

    @Test
    void aProgramThatNeedsMoreMemoryThanItsLimitIsKilled() throws Exception {
        assumeInForce("memory");
        var spec =
                limited(
                        "x=0123456789abcdef; while :; do x=$x$x; done",
                        new ResourceLimits(0, 32 * MEBIBYTE, 0));

        var cell = node.start(spec);

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(CellFixture.SIGKILL));
    }

    @Test
    void aProgramCannotHaveMoreTasksThanItsLimit() throws Exception {
        assumeInForce("pids");
        var spec =
                limited(
                        "for i in 1 2 3 4 5 6; do sleep 1000 & done; echo all",
                        new ResourceLimits(0, 0, 4));

        var cell = node.start(spec);

        assertThat(awaitExit(cell).shellStatus()).isNotZero();
        assertThat(output(cell)).doesNotContain("all");
    }

    @Test
    void aProgramGetsNoMoreCpuThanItsLimit() {
        assumeInForce("cpu");
        var start = System.nanoTime();
        var cell = node.start(limited("while :; do :; done", new ResourceLimits(100, 0, 0)));

        await().until(() -> cell.usage().cpu().compareTo(Duration.ofMillis(100)) > 0);

        // A tenth of a cpu, in periods of 100 ms, of which the first is free.
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(700));
    }

    @Test
    void whatACellUsesIsCounted() {
        var cell =
                node.start("x=$(head -c 20000000 /dev/zero | tr '\\0' x); echo ready; sleep 1000");
        CellFixture.awaitOutput(cell, "ready");

        await().until(() -> cell.usage().tasks() == 2);

        assertThat(cell.usage().memoryBytes()).isBetween(10 * MEBIBYTE, 200 * MEBIBYTE);
        assertThat(cell.usage().cpu()).isPositive();
    }

    @Test
    void aCellWithLimitsLeavesNoCgroupBehind() {
        var cell = node.start(limited("sleep 1000", new ResourceLimits(500, 64 * MEBIBYTE, 10)));
        var groups = CgroupTree.find("krgtest", node.config().node()).orElseThrow().existing(ID);
        assertThat(groups.appGroups()).allSatisfy(group -> assertThat(group).exists());

        node.cells().destroy(cell.id());

        assertThat(groups.appGroups()).allSatisfy(group -> assertThat(group).doesNotExist());
    }

    private void assumeInForce(String resource) {
        assumeTrue(
                node.cells().limits().stream()
                        .anyMatch(limit ->
                                limit instanceof LimitSupport.InForce
                                        && limit.resource().equals(resource)),
                "this machine has no controller for " + resource);
    }

    private static CellSpec limited(String script, ResourceLimits limits) {
        return new CellSpec(shell(script).program(), NOBODY, limits, Stdin.EMPTY, false);
    }
}
