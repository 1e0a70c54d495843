// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.fixture.TestNode;
import org.krg.checkpoint.model.SelfTest;

final class CriuSelfTestTest {
    private final TestMachine machine = TestMachine.open();

    @AfterEach
    void close() {
        machine.close();
    }

    @Test
    void theProbeIsSavedAndBroughtBack() throws IOException {
        var found = run(TestNode.config(machine.directory().resolve("images")));
        assertThat(found.finding()).contains("saves and restores");
        assertThat(found.works()).isTrue();
        assertThat(found.version()).matches("4\\.\\d.*");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatCriuFoundOutAboutTheKernelIsKeptWhereItDoesNotKeepThatItself() throws IOException {
        Files.writeString(kdat(), "of another kernel");

        run(TestNode.config(machine.directory().resolve("images")));

        var keeps = Files.getFileStore(Path.of("/run")).type().equals("tmpfs");
        assertThat(Files.exists(kdat())).isNotEqualTo(keeps);
        assertThat(keeps || Files.size(kdat()) > "of another kernel".length()).isTrue();
    }

    @Test
    void theProbeMayStandWhereTheUserOfTheTestMayNotEnter(@TempDir Path closed) throws IOException {
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        var probe = Files.copy(TestMachine.program("criu-probe"), closed.resolve("criu-probe"));
        var config = TestNode.config(machine.directory().resolve("images"));

        var found =
                new CriuSelfTest(config, probe, machine.cgroup(), machine.directory(), kdat())
                        .run();

        assertThat(found.finding()).contains("saves and restores");
    }

    @Test
    void aCriuThatCannotSaveConnectionsIsFoundOut() throws IOException {
        var broken = machine.directory().resolve("criu");
        Files.writeString(
                broken,
                """
                #!/bin/bash
                exec %s "${@/--tcp-established/--verbosity=4}"
                """
                        .formatted(TestNode.criu()));
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        var config = TestNode.config(machine.directory().resolve("images"));

        var found = run(config.withCriu(List.of(broken.toString())));

        assertThat(found.works()).isFalse();
        assertThat(found.finding()).contains("Connected TCP socket");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aMissingCriuIsNamedWithTheRemedy() {
        var config =
                CheckpointConfig.defaults(
                                machine.directory().resolve("images"), machine.directory())
                        .withCriu(List.of("/no/such/criu"));
        var found = run(config);
        assertThat(found.works()).isFalse();
        assertThat(found.finding()).contains("/no/such/criu").contains("tools/setup");
    }

    @Test
    void aCriuThatFailsIsReportedWithItsReason() throws IOException {
        var broken = machine.directory().resolve("criu");
        Files.writeString(
                broken,
                """
                #!/bin/sh
                case "$*" in
                *--version*) echo 'Version: 3.17.1' ;;
                *dump*)
                    while [ "$1" != -W ]; do shift; done
                    echo '(00.001) Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds' >"$2/dump.log"
                    exit 1 ;;
                esac
                """);
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        var config =
                CheckpointConfig.defaults(
                        machine.directory().resolve("images"), machine.directory());
        var found = run(config.withCriu(List.of(broken.toString())));
        assertThat(found.works()).isFalse();
        assertThat(found.version()).isEqualTo("3.17.1");
        assertThat(found.finding()).contains("vDSO").contains("CRIU 4.2 or newer");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatAnAgentLeftThatEndedInTheMiddleIsRemoved() throws IOException {
        var abandoned = machine.cgroup().resolve("selftest-99999999");
        Files.createDirectories(abandoned.resolve("init"));
        Files.createDirectories(abandoned.resolve("app"));

        var found = run(TestNode.config(machine.directory().resolve("images")));

        assertThat(found.works()).as(found.finding()).isTrue();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatACellLacksIsSaid() throws IOException {
        var group = machine.cgroup().resolve("lacking");
        var script = "PATH=/nowhere; " + ProbeCell.LOOPBACK + "exec cat";

        assertThatThrownBy(() -> ProbeCell.launch(group, script, Path.of("/"), Path.of("/")))
                .hasMessageContaining("the program ip (iproute2) is not there");
        assertThat(leftovers()).isEmpty();
    }

    private Path kdat() {
        return machine.directory().resolve("criu.kdat");
    }

    private SelfTest run(CheckpointConfig config) {
        var probe = TestMachine.program("criu-probe");
        return new CriuSelfTest(config, probe, machine.cgroup(), machine.directory(), kdat()).run();
    }

    private List<Path> leftovers() throws IOException {
        try (var groups = Files.newDirectoryStream(machine.cgroup(), Files::isDirectory)) {
            var left = new ArrayList<Path>();
            groups.forEach(left::add);
            try (var files = Files.newDirectoryStream(machine.directory(), "selftest*")) {
                files.forEach(left::add);
            }
            return left;
        }
    }
}
