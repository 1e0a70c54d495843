// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.SECOND;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.HostFailure;
import org.krg.host.RestartMark;
import org.krg.host.core.CellSpecs;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.kernel.Cell.Place;
import org.krg.host.model.Isolation;
import org.krg.state.model.JobSpec;
import org.krg.testkit.Samples;

/// A cell that is made while the program that is to come back in it is still being saved elsewhere.
@Tag("root")
class CellAheadTest {
    private static final int ROOT = 300;
    private static final JobSpec SPEC = Samples.spec();
    private static final RestartMark MARK = new RestartMark(1, 7, 0);
    private static final Duration UNTIL = Duration.ofDays(10_000);

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void theProgramComesBackInItAndGoesOnWithItsOutput() throws Exception {
        var machine = machine(node.config());
        machine.prepare(ID, SPEC);
        assertThat(machine.look(ID)).isEqualTo(new State.Prepared());
        var before = cell().findInitPid();

        Files.writeString(cell().stdout(), "so far\n");
        var cell = machine.beginRestore(ID, SPEC, ROOT, MARK, UNTIL);
        assertThat(machine.look(ID)).isEqualTo(new State.Unfinished());
        assertThat(cell.sync().stdoutBytes()).isEqualTo(MARK.stdoutBytes());
        putThere(cell, "echo on >/run/krg/cell/out; exec sleep 1000");
        CellFixture.awaitOutput(cell, "so far\non\n");
        machine.finishRestore(ID, MARK);

        assertThat(machine.look(ID)).isEqualTo(new State.Alive(false));
        assertThat(cell.findInitPid()).isEqualTo(before);
    }

    @Test
    void oneThatTheWatchdogFrozeIsRemovedBeforeTheRestore() {
        var machine = machine(node.config());
        machine.prepare(ID, SPEC);
        machine.settle(ID);
        assertThat(node.cells().find(ID)).isPresent();

        cell().freeze(SECOND.multipliedBy(10));
        machine.settle(ID);

        assertThat(node.cells().find(ID)).isEmpty();
    }

    @Test
    void oneWhoseInitHasEndedIsNothingButALeftover() {
        var machine = machine(node.config());
        machine.prepare(ID, SPEC);
        var init = ProcessHandle.of(cell().findInitPid().orElseThrow()).orElseThrow();

        init.destroyForcibly();

        CellFixture.await().until(() -> machine.look(ID).equals(new State.Unfinished()));
    }

    @Test
    void oneThatCannotBeMadeLeavesAMarkThatItWasTried() {
        var config = node.config();
        var broken =
                new CellsConfig(
                        config.directory(),
                        config.lease(),
                        Path.of("/bin/false"),
                        config.cluster(),
                        config.node(),
                        Isolation.FULL);
        var machine = machine(broken);

        assertThatThrownBy(() -> machine.prepare(ID, SPEC)).isInstanceOf(HostFailure.class);

        assertThat(machine.cells()).containsExactly(ID);
        assertThat(machine.look(ID)).isEqualTo(new State.Unfinished());
    }

    private static KernelMachine machine(CellsConfig config) {
        var nothing = new CellSpecs.Own(Optional.empty(), List.of(), List.of());
        return new KernelMachine(Cells.open(config), _ -> nothing);
    }

    private Cell cell() {
        return node.cells().find(ID).orElseThrow();
    }

    private static void putThere(Cell cell, String script) throws Exception {
        var fork = "echo 299 >/proc/sys/kernel/ns_last_pid; setsid sh -c \"$1\" &";
        var command = cell.inside(Place.APP, List.of("sh", "-c", fork, "sh", script));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
