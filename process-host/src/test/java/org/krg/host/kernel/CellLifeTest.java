// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.ROOT;
import static org.krg.host.kernel.CellFixture.SIGKILL;
import static org.krg.host.kernel.CellFixture.SIGTERM;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.isRunning;
import static org.krg.host.kernel.CellFixture.shell;
import static org.krg.host.kernel.CellFixture.spec;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellId;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;
import org.krg.host.model.Program;
import org.krg.state.model.ResourceLimits;

/// How cells begin, are signalled, end, and are cleaned up.
@Tag("root")
class CellLifeTest {
    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void theProgramsOwnExitCodeIsRecorded() throws Exception {
        var cell = node.start("exit 42");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(42));
        await().until(() -> !cell.isAlive());
        assertThat(cell.findExit()).contains(new ProcessExit.Exited(42));
    }

    @Test
    void deathByASignalIsRecorded() throws Exception {
        var cell = node.start("kill -USR1 $$");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(10));
    }

    @Test
    void aMissingProgramIsNotFound() throws Exception {
        var cell = node.start(spec(List.of("no-such-program"), NOBODY, Stdin.EMPTY, false));

        assertThat(awaitExit(cell))
                .isEqualTo(
                        new ProcessExit.NotStarted(
                                127, "cannot execute no-such-program: No such file or directory"));
    }

    @Test
    void aProgramMayHaveAnyName() throws Exception {
        var cell = node.start(spec(List.of("no\nsuch program"), NOBODY, Stdin.EMPTY, false));

        assertThat(awaitExit(cell))
                .isEqualTo(
                        new ProcessExit.NotStarted(
                                127, "cannot execute no?such program: No such file or directory"));
    }

    @Test
    void aFileWithoutTheRightToExecuteIsNotExecutable() throws Exception {
        var cell = node.start(spec(List.of("/etc/passwd"), NOBODY, Stdin.EMPTY, false));

        assertThat(awaitExit(cell))
                .isEqualTo(
                        new ProcessExit.NotStarted(
                                126, "cannot execute /etc/passwd: Permission denied"));
    }

    @Test
    void aFailureThatPassesSaysNothingAboutTheProgram() throws Exception {
        var program =
                Files.copy(Path.of("/bin/true"), node.config().lease().resolveSibling("busy"));
        try (var _ = FileChannel.open(program, StandardOpenOption.WRITE)) {
            var cell = node.start(spec(List.of(program.toString()), ROOT, Stdin.EMPTY, false));

            assertThat(awaitExit(cell))
                    .isEqualTo(
                            new ProcessExit.NotStarted(
                                    125, "cannot execute " + program + ": Text file busy"));
        }
    }

    @Test
    void aDirectoryThatTheUserMayNotEnterIsNoPlaceToStartIn() throws Exception {
        var program =
                new Program(List.of("/bin/true"), List.of(), "/no/such/place", 022, List.of());
        var cell =
                node.start(new CellSpec(program, NOBODY, ResourceLimits.NONE, Stdin.EMPTY, false));

        assertThat(awaitExit(cell))
                .isEqualTo(
                        new ProcessExit.NotStarted(
                                126,
                                "cannot enter the working directory /no/such/place:"
                                        + " No such file or directory"));
    }

    @Test
    void aSignalReachesTheProgram() throws Exception {
        var cell = node.start("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
        awaitOutput(cell, "ready");

        cell.signal(SIGTERM);

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(7));
    }

    @Test
    void aSignalToAllReachesTheChildrenToo() throws Exception {
        var child = "(trap 'echo child; exit' TERM; echo one; while :; do sleep 0.01; done)";
        var cell = node.start(child + " & trap '' TERM; echo two; wait; wait; exit 3");
        awaitOutput(cell, "one");
        awaitOutput(cell, "two");

        cell.signalAll(SIGTERM);

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(3));
        assertThat(CellFixture.output(cell)).contains("child");
    }

    @Test
    void theEndOfTheProgramIsTheEndOfAllItStarted() throws Exception {
        var cell = node.start("setsid sleep 1000 & sleep 1000 & exit 5");
        var init = cell.findInitPid();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(5));
        await().until(() -> !cell.isAlive());
        assertThat(init).isNotEmpty();
        assertThat(processes(ID)).isEmpty();
    }

    @Test
    void aTreeOfFiftyProcessesIsKilledWhole() throws Exception {
        var cell = node.start("for i in $(seq 49); do setsid sleep 1000 & done; echo ready; wait");
        awaitOutput(cell, "ready");
        await().until(() -> cell.usage().tasks() == 50);
        var pids = processes(ID);

        cell.kill();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(SIGKILL));
        await().until(() -> pids.stream().noneMatch(CellFixture::isRunning));
    }

    /// Whoever goes back to a backup may agree on it again.
    @Test
    void howAVoidIncarnationEndedSaysNothingOfItsProcess() throws Exception {
        var cell = node.start("sleep 1000");

        cell.fence();

        assertThat(awaitExit(cell)).isInstanceOf(ProcessExit.Vanished.class);
    }

    @Test
    void aProcessWhoseMainThreadHasEndedIsKilledToo() throws Exception {
        var cell = node.start(CellFixture.HEADLESS);
        awaitOutput(cell, "headless");

        cell.kill();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(SIGKILL));
    }

    @Test
    void aFrozenCellIsKilledToo() throws Exception {
        var cell = node.start("sleep 1000");
        cell.freeze(CellFixture.LIMIT);

        cell.kill();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Signaled(SIGKILL));
    }

    @Test
    void aProgramWhoseKrgInitIsKilledHasVanishedWithAllItsProcesses() throws Exception {
        var cell = node.start("sleep 1000 & sleep 1000");
        var exit = cell.exit();
        await().until(() -> cell.usage().tasks() == 3);
        var pids = processes(ID);

        InitProcess.find(cell.directory()).orElseThrow().kill();

        assertThat(exit.get(CellFixture.LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isInstanceOf(ProcessExit.Vanished.class);
        await().until(() -> pids.stream().noneMatch(CellFixture::isRunning));
    }

    @Test
    void destroyingLeavesNothing() throws IOException {
        var cell = node.start("sleep 1000 & sleep 1000");
        var group = cell.findFreezer().orElseThrow();
        var init = cell.findInitPid().orElseThrow();

        node.cells().destroy(ID);
        node.cells().destroy(ID);

        assertThat(isRunning(init)).isFalse();
        assertThat(cell.directory()).doesNotExist();
        assertThat(group.getParent()).doesNotExist();
        assertThat(node.cells().list()).isEmpty();
        assertThat(node.cells().find(ID)).isEmpty();
        // The unified tree is the root itself or one of the trees in it; other tests have theirs.
        var own = Path.of("krg", node.config().cluster(), node.config().node());
        try (var trees = Files.walk(Path.of("/sys/fs/cgroup"), 1)) {
            assertThat(trees.map(tree -> tree.resolve(own)).filter(Files::exists)).isEmpty();
        }
    }

    @Test
    void aCellIsNotStartedTwice() {
        var cell = node.start("sleep 1000");

        assertThatThrownBy(() -> node.start("sleep 1000"))
                .isInstanceOf(CellFailed.class)
                .hasMessage("there is a cell 7.3 already");

        assertThat(cell.isAlive()).isTrue();
    }

    @Test
    void aKrgInitThatCannotComeUpSaysWhyAndLeavesNothing() throws IOException {
        Files.delete(node.config().lease());

        assertThatThrownBy(() -> node.start(CellFixture.exclusive("sleep 1000")))
                .isInstanceOf(CellFailed.class)
                .hasMessageContaining("cannot open " + node.config().lease());

        assertThat(node.cells().list()).isEmpty();
    }

    @Test
    void cellsAreListedInTheOrderOfTheirIds() {
        for (var id : List.of(new CellId(10, 1), new CellId(9, 2), new CellId(9, 1))) {
            node.cells().start(id, shell("sleep 1000"));
        }

        assertThat(node.cells().list().stream().map(Cell::id))
                .containsExactly(new CellId(9, 1), new CellId(9, 2), new CellId(10, 1));
    }

    private List<Long> processes(CellId id) throws IOException {
        var group = node.cells().find(id).flatMap(Cell::findFreezer).orElseThrow();
        return Files.readAllLines(group.resolve("cgroup.procs")).stream()
                .map(Long::valueOf)
                .toList();
    }
}
