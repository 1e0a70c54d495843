// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.SECOND;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;
import org.krg.state.model.ResourceLimits;

/// A program that is started again in a cell that was made for a restore: it stands still before it
/// does anything, until the cell is thawed.
@Tag("root")
class CellBeginTest {
    private static final int ROOT = 300;

    /// As long as a program would need to be seen, many times over.
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private static final CellSpec NO_PROGRAM =
            CellFixture.spec(List.of("no-such"), CellFixture.NOBODY, Stdin.EMPTY, false);
    private static final ProcessExit NOT_FOUND =
            new ProcessExit.NotStarted(127, "cannot execute no-such: No such file or directory");

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void nothingOfTheProgramRunsBeforeTheThaw() throws Exception {
        var cell = begin(shell("echo up; exit 5"));

        cell.confirmRestored();

        assertThat(cell.rootPid()).isEqualTo(ROOT);
        assertThat(cell.pids()).hasSize(1);
        await().during(A_WHILE).until(() -> cell.isFrozen() && output(cell).isEmpty());
        cell.thaw();
        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(5));
        assertThat(output(cell)).isEqualTo("up\n");
    }

    @Test
    void aProgramThatCannotBeExecutedIsRecordedAsSuch() throws Exception {
        var cell = begin(NO_PROGRAM);
        cell.confirmRestored();

        cell.thaw();

        assertThat(awaitExit(cell)).isEqualTo(NOT_FOUND);
    }

    @Test
    void anEndBeforeTheConfirmationIsOnlyRecordedAfterIt() throws Exception {
        var cell = begin(NO_PROGRAM);
        cell.thaw();
        await().until(() -> cell.findRootHostPid().isEmpty());
        assertThat(cell.findExit()).isEmpty();

        cell.confirmRestored();

        assertThat(awaitExit(cell)).isEqualTo(NOT_FOUND);
    }

    @Test
    void oneThatIsGivenUpHasNeverRun() throws IOException {
        var cell = begin(shell("echo up"));

        cell.kill();

        await().until(() -> cell.findRootHostPid().isEmpty());
        assertThat(cell.findExit()).isEmpty();
        assertThat(output(cell)).isEmpty();
    }

    @Test
    void itIsBegunOnceAndOnlyInACellForARestore() {
        var cell = begin(shell("echo up"));
        assertThatThrownBy(cell::begin).isInstanceOf(CellFailed.class);
        node.cells().destroy(ID);

        var started = node.start("exec sleep 1000");

        assertThatThrownBy(started::begin).isInstanceOf(CellFailed.class);
        assertThat(started.pids()).hasSize(1);
    }

    @Test
    void aProgramThatSavesItselfHasADirectoryOfItsOwn() throws Exception {
        var script = "cd $KRG_STATE_DIR && stat -c '%a %u' . && echo 7 >kept && pwd";
        var cell = node.start(savingItself(shell(script)));

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));

        assertThat(output(cell)).isEqualTo("700 65534\n/run/krg/cell/state\n");
        assertThat(cell.findState()).isEqualTo(Optional.of("/run/krg/cell/state"));
        var kept = PagesSocket.state(cell.directory()).resolve("kept");
        assertThat(Files.readString(kept)).isEqualTo("7\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void othersHaveNone() throws Exception {
        var cell = node.start("echo \"<$KRG_STATE_DIR>\"");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));

        assertThat(output(cell)).isEqualTo("<>\n");
        assertThat(cell.findState()).isEmpty();
    }

    private Cell begin(CellSpec spec) {
        var cell = node.cells().prepareRestore(ID, spec);
        cell.expect(ROOT);
        cell.freeze(SECOND.multipliedBy(10));
        cell.begin();
        return cell;
    }

    private static CellSpec savingItself(CellSpec spec) {
        return new CellSpec(
                spec.program(),
                spec.user(),
                ResourceLimits.NONE,
                spec.stdin(),
                spec.exclusive(),
                spec.address(),
                true,
                spec.startBy());
    }
}
