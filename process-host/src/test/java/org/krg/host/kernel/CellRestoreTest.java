// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.shell;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.kernel.Cell.Place;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;

/// A cell that waits for a program to be restored into it. In place of CRIU a shell puts a process
/// with the right pid there and leaves it to krg-init, as `criu restore -d` does.
@Tag("root")
class CellRestoreTest {
    private static final int ROOT = 300;

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void theEndOfAConfirmedProgramIsTheEndOfTheCell() throws Exception {
        var cell = prepare();
        restore(
                cell,
                "trap 'exit 8' TERM; echo up >/run/krg/cell/out; while :; do sleep 0.01; done");
        CellFixture.awaitOutput(cell, "up");

        cell.confirmRestored();

        assertThat(cell.findRootHostPid()).isPresent();
        cell.signal(CellFixture.SIGTERM);
        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(8));
    }

    @Test
    void anEndBeforeTheConfirmationIsOnlyRecordedAfterIt() throws Exception {
        var cell = prepare();
        restore(cell, "echo up >/run/krg/cell/out; exit 4");
        CellFixture.awaitOutput(cell, "up");
        await().until(() -> cell.findRootHostPid().isEmpty());
        assertThat(cell.findExit()).isEmpty();

        cell.confirmRestored();

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(4));
    }

    @Test
    void aRestoreThatPutNothingThereIsNotConfirmed() {
        var cell = prepare();

        assertThatThrownBy(cell::confirmRestored)
                .isInstanceOf(CellFailed.class)
                .hasMessageContaining("No such process");
    }

    @Test
    void aFailedRestoreLeavesNoExitBehind() {
        var cell = prepare();
        restore(cell, "sleep 1000");
        await().until(() -> cell.findRootHostPid().isPresent());

        cell.kill();

        await().until(() -> cell.findRootHostPid().isEmpty());
        assertThat(cell.findExit()).isEmpty();
        assertThat(cell.isAlive()).isTrue();
    }

    @Test
    void aCommandInsideSeesTheCellsProcessesAndReportsItsStatus() throws Exception {
        var cell = prepare();
        var command = cell.inside(Place.INIT, List.of("sh", "-c", "test ! -e /proc/300 && exit 6"));

        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isEqualTo(6);
    }

    @Test
    void criuFindsWhatItOnceFoundOutAboutTheKernel() throws Exception {
        var found = Path.of("/run/criu.kdat");
        var kept = Files.exists(found, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(found);
        Assumptions.assumeFalse(kept, "CRIU keeps it itself");
        Files.writeString(node.config().kdat(), "known");

        var cell = prepare();

        var command = cell.inside(Place.INIT, List.of("grep", "-qx", "known", found.toString()));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        assertThat(Files.exists(found)).as("seen outside of cells").isFalse();
        node.cells().destroy(ID);
        // Another test or cluster may have cells.
        assertThat(Files.isSymbolicLink(found) && !Files.exists(Path.of("/run/krg"))).isFalse();
    }

    private Cell prepare() {
        var cell = node.cells().prepareRestore(ID, shell("never run"));
        cell.expect(ROOT);
        return cell;
    }

    private static void restore(Cell cell, String script) {
        var fork = "echo 299 >/proc/sys/kernel/ns_last_pid; setsid sh -c \"$1\" &";
        var command = cell.inside(Place.APP, List.of("sh", "-c", fork, "sh", script));
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }
}
