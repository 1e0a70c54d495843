// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which process is taken for an agent, and that no other is hit.
class AgentProcessTest {
    private static final Path SETTINGS = Path.of("/d/nodes/n1/krgd.toml");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path directory;

    @Test
    void theProcessWithTheSettingsIsTheAgent() {
        var agent = entry(7, 1, "java", "agent", "run", "--config", SETTINGS.toString());
        var other = entry(8, 1, "java", "agent", "run", "--config", "/d/nodes/n2/krgd.toml");
        var editor = entry(9, 1, "vi", SETTINGS.toString());

        assertThat(AgentProcess.findIn(List.of(other, editor, agent), SETTINGS)).contains(agent);
        assertThat(AgentProcess.findIn(List.of(other, editor), SETTINGS)).isEmpty();
    }

    @Test
    void aChildThatTheAgentHasJustForkedIsNotTheAgent() {
        var agent = entry(7, 1, "java", "agent", "run", "--config", SETTINGS.toString());
        var child = entry(5, 7, "java", "agent", "run", "--config", SETTINGS.toString());

        assertThat(AgentProcess.findIn(List.of(child, agent), SETTINGS)).contains(agent);
    }

    @Test
    void aProcessThatGotTheNumberOfADeadOneIsNotKilled() throws Exception {
        var process = sleeper();
        var now = ProcessTable.find(process.pid()).orElseThrow();
        var before =
                new ProcessTable.Entry(
                        now.pid(), now.parent(), now.startTicks() - 1, now.arguments());

        before.kill();
        before.terminate();

        assertThat(before.isAlive()).isFalse();
        assertThat(now.isAlive()).isTrue();
        process.destroyForcibly();
    }

    @Test
    void killingWaitsForTheEnd() throws Exception {
        var settings = directory.resolve("krgd.toml");
        var process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "read line",
                                "sh",
                                "agent",
                                "run",
                                "--config",
                                settings.toString())
                        .start();
        var agent = AgentProcess.find(settings).orElseThrow();
        assertThat(agent.pid()).isEqualTo(process.pid());

        assertThat(agent.kill(LIMIT)).isTrue();

        assertThat(agent.isAlive()).isFalse();
        assertThat(AgentProcess.find(settings)).isEmpty();
    }

    @Test
    void theNameOfAProgramMayContainAnything() {
        var line = "42 (a) b (c) S 1 42 42 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 4711 0 0";

        assertThat(ProcessTable.parse(line, List.of("a")))
                .contains(new ProcessTable.Entry(42, 1, 4711, List.of("a")));
        assertThat(ProcessTable.parse(line.replace(" S ", " Z "), List.of())).isEmpty();
    }

    private static Process sleeper() throws Exception {
        return new ProcessBuilder("sh", "-c", "read line").start();
    }

    private static ProcessTable.Entry entry(long pid, long parent, String... arguments) {
        return new ProcessTable.Entry(pid, parent, 100 + pid, List.of(arguments));
    }
}
