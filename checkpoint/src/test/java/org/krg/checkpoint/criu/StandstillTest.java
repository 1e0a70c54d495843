// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CellView.Place;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestNode;

/// When the program of a cell is stopped for CRIU, and what becomes of both if it is not.
final class StandstillTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Pair pair = new Pair();
    private TestCell cell;
    private Path images;
    private Path work;

    @BeforeEach
    void start() throws IOException {
        cell = pair.start(pair.spec("sh", "-c", Pair.COUNT));
        cell.awaitLines(3);
        images = Files.createDirectory(pair.machine().directory().resolve("images"));
        work = Files.createDirectory(pair.machine().directory().resolve("logs"));
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void theProgramRunsUntilCriuIsReadyToSaveIt() throws IOException {
        var tools = new ArrayList<String>();
        dumper().dump(
                        cell,
                        images,
                        work,
                        () -> {
                            tools.addAll(tools());
                            assertThat(cell.isFrozen()).isFalse();
                            cell.freeze();
                        });

        assertThat(tools).contains("krg-standstill");
        assertThat(cell.isFrozen()).isTrue();
        assertThat(images.resolve("inventory.img")).exists();
        assertThat(tools()).hasSize(1);
    }

    @Test
    void whoCannotStopTheProgramEndsCriuBeforeItTouchesIt() throws IOException {
        var refusal = new IllegalStateException("not now");
        assertThatThrownBy(() ->
                        dumper().dump(
                                        cell,
                                        images,
                                        work,
                                        () -> {
                                            throw refusal;
                                        }))
                .isSameAs(refusal);
        assertUntouched();
    }

    @Test
    void theEndOfTheAgentEndsCriuBeforeItTouchesTheProgram() throws Exception {
        var agent = new ProcessBuilder(line()).redirectErrorStream(true).start();
        try (var output = agent.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine() + "\n").isEqualTo(CriuCommand.READY);
            // As the kernel does it when a process ends that holds the other side.
            agent.getOutputStream().close();
            assertThat(agent.waitFor()).isNotZero();
        }
        assertUntouched();
    }

    @Test
    void aCriuThatIsKilledBeforeLeavesNobodyWaiting() throws IOException {
        assertThatThrownBy(() -> dumper().dump(cell, images, work, this::killCriu))
                .isInstanceOf(CheckpointFailed.class);
        await().atMost(LIMIT).until(() -> tools().size() == 1);
        assertUntouched();
    }

    @Test
    void whatFailsOnceTheProgramStandsStillLetsItGoOn() throws IOException {
        var control = cell.stdout().resolveSibling("ctl");
        var aside = control.resolveSibling("ctl-aside");
        Files.move(control, aside);
        assertThatThrownBy(() -> pair.take(cell)).hasStackTraceContaining("sync");
        Files.move(aside, control);
        assertThat(cell.timesFrozen()).isEqualTo(1);
        assertUntouched();
    }

    /// It goes on, and can be saved.
    private void assertUntouched() throws IOException {
        assertThat(tools()).hasSize(1);
        assertThat(cell.isFrozen()).isFalse();
        assertThat(images.resolve("inventory.img")).doesNotExist();
        for (var pid : cell.processes()) {
            assertThat(Files.readString(Path.of("/proc/" + pid + "/status")))
                    .contains("TracerPid:\t0\n");
        }
        cell.awaitLines(cell.lines().size() + 3);
        assertThat(pair.take(cell).generation().imageBytes()).isPositive();
    }

    private CriuDumper dumper() {
        return CriuDumper.open(TestNode.config(images));
    }

    private List<String> line() {
        var config = TestNode.config(images);
        return cell.inside(
                Place.INIT,
                CriuCommand.dump(config, cell, images, work, false, true, Optional.empty()));
    }

    /// {@return what runs beside the program, by name: krg-init always does}
    private List<String> tools() {
        return pids().stream().map(StandstillTest::name).toList();
    }

    private void killCriu() {
        pids().stream()
                .filter(pid -> name(pid).equals("krg-standstill"))
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(script -> script.parent().stream())
                .forEach(ProcessHandle::destroyForcibly);
    }

    private List<Long> pids() {
        return read(cell.initCgroup().resolve("cgroup.procs")).lines().map(Long::valueOf).toList();
    }

    private static String name(long pid) {
        return read(Path.of("/proc/" + pid + "/comm")).strip();
    }

    /// {@return what a file says; nothing if its process has ended}
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return "";
        }
    }
}
