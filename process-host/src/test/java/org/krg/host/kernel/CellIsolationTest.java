// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.ROOT;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.output;
import static org.krg.host.kernel.CellFixture.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;
import org.krg.host.model.Program;
import org.krg.state.model.Identity;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Rlimit;

/// What a program finds around it in a cell.
@Tag("root")
class CellIsolationTest {
    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void surroundingsAreThoseOfTheSpec() throws Exception {
        var script = "env | sort; pwd; umask; ulimit -n; echo \"$1\"";
        var program =
                new Program(
                        List.of("/bin/sh", "-c", script, "sh", "an argument\nof two lines"),
                        List.of("PATH=/usr/bin:/bin", "FRUIT=quince\nand pear"),
                        "/usr",
                        0027,
                        List.of(new Rlimit(Rlimit.Resource.NOFILE, 77, 88)));
        var cell =
                node.start(new CellSpec(program, NOBODY, ResourceLimits.NONE, Stdin.EMPTY, false));

        awaitExit(cell);

        assertThat(output(cell))
                .contains("FRUIT=quince\n", "and pear\n", "PWD=/usr\n", "/usr\n0027\n77\n")
                .endsWith("an argument\nof two lines\n");
        assertThat(output(cell).lines().filter(line -> line.contains("KRG")))
                .containsExactly(
                        "KRG_EPOCH_FILE=/run/krg/cell/epoch",
                        "KRG_PAGES_SOCKET=/run/krg/cell/pages.sock");
    }

    @Test
    void aUserHasItsIdsAndGroupsAndNoPrivileges() throws Exception {
        var user = new Identity(65534, 65533, List.of(65532, 4), "nobody");
        var cell = node.start(spec(List.of("cat", "/proc/self/status"), user, Stdin.EMPTY, false));

        awaitExit(cell);

        assertThat(output(cell).lines().map(line -> line.replaceAll("\\s+", " ").strip()))
                .contains(
                        "Uid: 65534 65534 65534 65534",
                        "Gid: 65533 65533 65533 65533",
                        "Groups: 4 65532");
        assertPowerless(output(cell));
    }

    @Test
    void rootInACellHasNoPrivilegesEither() throws Exception {
        var cell = node.start(spec(List.of("cat", "/proc/self/status"), ROOT, Stdin.EMPTY, false));

        awaitExit(cell);

        assertThat(output(cell)).contains("Uid:\t0\t0\t0\t0");
        assertPowerless(output(cell));
    }

    /// `KEYCTL_GET_KEYRING_ID` of the session's, x86-64.
    private static final String KEYRING =
            "import ctypes; print(ctypes.CDLL(None).syscall(250, 0, -3, 0))";

    @Test
    void keysOfTheAgentsSessionAreOutOfReach() throws Exception {
        var ours = new ProcessBuilder("python3", "-c", KEYRING).start().inputReader().readLine();
        var cell = node.start(spec(List.of("python3", "-c", KEYRING), ROOT, Stdin.EMPTY, false));

        awaitExit(cell);

        assertThat(Integer.parseInt(ours)).isPositive();
        assertThat(Integer.parseInt(output(cell).strip()))
                .isPositive()
                .isNotEqualTo(Integer.parseInt(ours));
    }

    @Test
    void onlyTheStandardDescriptorsAreOpen() {
        var cell = node.start(spec(List.of("sleep", "1000"), NOBODY, Stdin.OPEN, false));
        var pid = cell.findRootHostPid().orElseThrow();

        // The dynamic linker of a program that has just begun has libraries open.
        CellFixture.await()
                .ignoreExceptions()
                .untilAsserted(() -> {
                    try (var descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                        assertThat(descriptors.sorted().map(CellIsolationTest::readLink))
                                .containsExactly(
                                        "/run/krg/cell/in",
                                        "/run/krg/cell/out",
                                        "/run/krg/cell/err");
                    }
                });
    }

    @Test
    void pidsStartAboveThoseThatToolsOfARestoreNeed() throws Exception {
        var cell = node.start("sh -c 'echo child $$; :'; echo root $$; sleep 1000");

        assertThat(cell.rootPid()).isEqualTo(300);
        awaitOutput(cell, "root");
        assertThat(output(cell)).contains("child 301\n", "root 300\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "mnt", "ipc", "uts"})
    void aCellHasANamespaceOfItsOwn(String kind) throws Exception {
        var cell = node.start("readlink /proc/self/ns/" + kind);

        awaitExit(cell);

        var ours = readLink(Path.of("/proc/self/ns/" + kind));
        assertThat(output(cell)).startsWith(kind + ":[").doesNotContain(ours);
    }

    @Test
    void sharedMemoryIsPrivate() throws Exception {
        var name = "krg-test-" + ProcessHandle.current().pid();
        var cell = node.start("echo x >/dev/shm/" + name + " && ls /dev/shm; sleep 1000");

        awaitOutput(cell, name);

        assertThat(Path.of("/dev/shm", name)).doesNotExist();
        assertThat(output(cell)).isEqualTo(name + "\n");
    }

    @Test
    void theProgramSeesOnlyProcessesOfItsCell() throws Exception {
        var cell = node.start("ls /proc | grep -E '^[0-9]+$' | sort -n | head -2");

        awaitExit(cell);

        assertThat(output(cell)).isEqualTo("1\n300\n");
    }

    /// Who holds a lock on it keeps every new cell from beginning.
    @Test
    void nobodyButRootCanLockTheDirectoryThatAllCellsUse() throws Exception {
        var cell = node.start("(exec 9</run/krg) 2>/dev/null || exit 3");

        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(3));
    }

    @Test
    void theMountsOfACellAreGoneWithIt() throws Exception {
        var cell = node.start("cat /proc/self/mounts");

        awaitExit(cell);
        CellFixture.await().until(() -> !cell.isAlive());

        assertThat(output(cell)).contains(" /run/krg/cell ");
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain("/run/krg");
    }

    private static void assertPowerless(String status) {
        assertThat(status)
                .contains("NoNewPrivs:\t1")
                .contains("CapInh:\t0000000000000000")
                .contains("CapPrm:\t0000000000000000")
                .contains("CapEff:\t0000000000000000")
                .contains("CapBnd:\t0000000000000000")
                .contains("CapAmb:\t0000000000000000")
                .contains("SigIgn:\t0000000000000000")
                .contains("SigBlk:\t0000000000000000");
    }

    private static String readLink(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
