// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.SIGKILL;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.exclusive;
import static org.krg.host.kernel.CellFixture.fromNow;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.spec;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.LimitSupport;
import org.krg.host.model.ProcessExit;

/// Cells of a user without privileges: krg-init runs as `nobody`.
@Tag("root")
class PlainCellTest {
    private static final String FIFTY =
            "for i in $(seq 24); do setsid sh -c 'sleep 1000 & wait' & done; echo ready; wait";

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.PLAIN);

    @Test
    void aProgramRunsWithItsStreamsAndItsEndIsRecorded() throws Exception {
        var cell = node.start(spec(List.of("tee", "/dev/stderr"), NOBODY, Stdin.OPEN, false));

        cell.writeStdin("hello".getBytes(StandardCharsets.UTF_8), CellFixture.SECOND);
        cell.endStdin();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(output(cell)).isEqualTo("hello");
        assertThat(cell.stderr()).hasContent("hello");
    }

    @Test
    void aProgramRunsAsTheAgentsUser() throws Exception {
        var cell = node.start("id -u; cat /proc/self/status");

        awaitExit(cell);

        assertThat(output(cell)).startsWith("65534\n").contains("NoNewPrivs:\t1");
    }

    @Test
    void aMissingProgramIsNotFound() throws Exception {
        var cell = node.start(spec(List.of("no-such-program"), NOBODY, Stdin.EMPTY, false));

        assertThat(awaitExit(cell).shellStatus()).isEqualTo(127);
    }

    /// A file that was not forced is empty after a loss of power, under its final name.
    @Test
    void aCellWhoseFilesLostTheirTextIsRemoved() throws Exception {
        var cell = node.start("exit 0");
        awaitExit(cell);
        Files.writeString(cell.directory().resolve("pid"), "");
        Files.writeString(cell.directory().resolve("restored"), "");

        node.cells().destroy(ID);

        assertThat(cell.directory()).doesNotExist();
    }

    @Test
    void aTreeIsKilledWholeWhereverItsProcessesWent() throws Exception {
        var cell = node.start(FIFTY);
        awaitOutput(cell, "ready");
        await().until(() -> cell.usage().tasks() >= 49);
        var marked = marked(cell);

        cell.kill();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(SIGKILL));
        await().until(() -> marked.stream().noneMatch(CellFixture::isRunning));
    }

    @Test
    void theEndOfTheProgramIsTheEndOfAllItStarted() throws Exception {
        var cell = node.start("setsid sleep 1000 & echo; exit 5");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(5));
        assertThat(marked(cell)).isEmpty();
    }

    @Test
    void atTheEndOfTheLeaseAnExclusiveCellIsKilledAndSaysSo() throws Exception {
        try (var lease = node.lease()) {
            lease.renew(fromNow(Duration.ofHours(1)));
            var cell = node.start(exclusive(FIFTY));
            awaitOutput(cell, "ready");
            lease.renew(fromNow(Duration.ofMillis(300)));

            assertThat(awaitExit(cell))
                    .isEqualTo(new ProcessExit.Vanished("killed at the end of the node's lease"));
            assertThat(marked(cell)).isEmpty();
        }
    }

    @Test
    void anExclusiveProgramWhoseStartIsHeldUpUntilTheLeaseIsOverIsKilled() throws Exception {
        try (var lease = node.lease();
                var program = HeldProgram.besides(node.config().lease())) {
            lease.renew(fromNow(Duration.ofHours(1)));
            var start =
                    CompletableFuture.supplyAsync(
                            () -> node.start(program.exclusive("echo began")));
            program.awaitAsked();
            lease.renew(fromNow(Duration.ZERO));

            var cell = start.get(CellFixture.LIMIT.toSeconds(), TimeUnit.SECONDS);

            assertThat(awaitExit(cell))
                    .isEqualTo(new ProcessExit.Vanished("killed at the end of the node's lease"));
            assertThat(output(cell)).isEmpty();
        }
    }

    @Test
    void orphansOfAKilledKrgInitAreFoundAndKilled() {
        var cell = node.start(FIFTY);
        awaitOutput(cell, "ready");
        await().until(() -> cell.usage().tasks() >= 49);
        InitProcess.find(cell.directory()).orElseThrow().kill();
        await().until(() -> !cell.isAlive());

        node.cells().destroy(ID);

        assertThat(marked(cell)).isEmpty();
        assertThat(cell.directory()).doesNotExist();
    }

    @Test
    void anOrphanWhoseMainThreadHasEndedIsKilledToo() {
        var cell = node.start("(" + CellFixture.HEADLESS + ") & wait");
        awaitOutput(cell, "headless");
        InitProcess.find(cell.directory()).orElseThrow().kill();
        await().until(() -> !cell.isAlive());
        assertThat(marked(cell)).hasSize(1);

        node.cells().destroy(ID);

        assertThat(marked(cell)).isEmpty();
    }

    @Test
    void whatNeedsPrivilegesIsRefused() {
        var cell = node.start("sleep 1000");

        assertThatThrownBy(() -> cell.freeze(CellFixture.SECOND))
                .isInstanceOf(CellFailed.class)
                .hasMessageContaining("cannot be frozen");
        assertThatThrownBy(() -> cell.inside(Cell.Place.INIT, List.of("true")))
                .isInstanceOf(CellFailed.class);
        assertThat(node.cells().limits()).allMatch(limit -> limit instanceof LimitSupport.Off);
    }

    private static List<Long> marked(Cell cell) {
        return ProcFs.processes().stream()
                .filter(process -> !process.isDead())
                .map(ProcFs.Stat::pid)
                .filter(pid -> ProcFs.hasVariable(pid, "KRG_CELL=" + cell.directory()))
                .toList();
    }
}
