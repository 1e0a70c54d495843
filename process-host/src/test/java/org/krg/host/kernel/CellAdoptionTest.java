// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.isRunning;
import static org.krg.host.kernel.CellFixture.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;

/// Cells go on without the agent that started them, and the next agent finds them.
@Tag("root")
class CellAdoptionTest {
    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    /// An agent that starts one cell and then waits to be killed.
    static final class Agent {
        public static void main(String[] arguments) throws InterruptedException {
            var config =
                    new CellsConfig(
                            Path.of(arguments[0]),
                            Path.of(arguments[1]),
                            Path.of(arguments[2]),
                            arguments[3],
                            arguments[4],
                            Isolation.FULL);
            Cells.open(config).start(ID, shell(arguments[5]));
            Thread.currentThread().join();
        }
    }

    @Test
    void aCellOutlivesItsAgentAndItsOutputGoesOn() throws Exception {
        // More than a pipe holds: it would block if nobody took it.
        var script = "echo early; while [ ! -e /tmp/krg-go-$$ ]; do sleep 0.01; done; seq 100000";
        var agent = startAgent(script.replace("/tmp/krg-go-$$", node.config().lease() + ".go"));
        try {
            await().until(() ->
                    node.cells().find(ID).map(Cell::stdout).filter(this::isFilled).isPresent());
        } finally {
            agent.destroyForcibly().waitFor();
        }
        var cell = node.cells().find(ID).orElseThrow();
        assertThat(cell.isAlive()).isTrue();

        Files.createFile(Path.of(node.config().lease() + ".go"));

        assertThat(cell.exit().get(20, TimeUnit.SECONDS)).isEqualTo(new ProcessExit.Exited(0));
        assertThat(Files.readAllLines(cell.stdout())).hasSize(100_001).endsWith("100000");
    }

    @Test
    void theNextAgentSeesTheEndThatCameWithoutOne() throws Exception {
        var first = node.start("exit 9");
        await().until(() -> !first.isAlive());

        var adopted = node.cells().list().getFirst();

        assertThat(adopted.id()).isEqualTo(ID);
        assertThat(adopted.findExit()).contains(new ProcessExit.Exited(9));
        assertThat(adopted.exit().get(20, TimeUnit.SECONDS)).isEqualTo(new ProcessExit.Exited(9));
        assertThat(adopted.usage().cpu()).isPositive();
    }

    @Test
    void aPidThatNowIsAnothersIsNotAdopted() throws Exception {
        var cell = node.start("sleep 1000");
        var init = InitProcess.find(cell.directory()).orElseThrow();
        var started = startTicks(init.pid());
        init.kill();
        await().until(() -> !cell.isAlive());
        var stranger = startAfter(started);
        try {
            var pidFile = cell.directory().resolve("pid");
            var old = Files.readString(pidFile);
            Files.writeString(pidFile, old.replaceFirst("^\\d+", "" + stranger.pid()));

            assertThat(cell.isAlive()).isFalse();
            assertThat(cell.findExit()).get().isInstanceOf(ProcessExit.Vanished.class);
            node.cells().destroy(ID);

            assertThat(isRunning(stranger.pid())).isTrue();
            assertThat(cell.directory()).doesNotExist();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    @Test
    void aCellOfAnEarlierRunOfTheMachineIsNotAlive() throws IOException {
        var cell = node.start("sleep 1000");
        var pidFile = cell.directory().resolve("pid");
        var written = Files.readString(pidFile);

        Files.writeString(pidFile, written.replace(ProcFs.bootId(), "another-boot"));

        assertThat(cell.isAlive()).isFalse();
    }

    /// Starts a process in a later tick, as every process has that gets the pid of one that ended.
    private static Process startAfter(long ticks) throws Exception {
        while (true) {
            var process = new ProcessBuilder("sleep", "1000").start();
            if (startTicks(process.pid()) > ticks) {
                return process;
            }
            process.destroyForcibly().waitFor();
        }
    }

    private static long startTicks(long pid) {
        return ProcFs.findStat(pid).orElseThrow().startTicks();
    }

    private boolean isFilled(Path file) {
        try {
            return Files.size(file) > 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private Process startAgent(String script) throws IOException {
        var config = node.config();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Agent.class.getName(),
                        config.directory().toString(),
                        config.lease().toString(),
                        config.krgInit().toString(),
                        config.cluster(),
                        config.node(),
                        script)
                .inheritIO()
                .start();
    }
}
