// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Machine;

/// Whatever cannot be done is said in words and in an exit code, and nothing is lost.
@ExtendWith(SharedCluster.class)
class BadInputTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    @ParameterizedTest
    @CsvSource({
        "2, nod, nod list",
        "2, no-such-option, run --no-such-option -- true",
        "2, 3XiB, run --memory 3XiB -- true",
        "2, soon, run --checkpoint-every soon -- true",
        "3, ps --all, logs nobody-has-this-name",
        "3, ps --all, wait nobody-has-this-name",
        "3, nobody-has-this-name, proc migrate nobody-has-this-name",
        "3, nobody-has-this-name, checkpoint create nobody-has-this-name",
        "127, no-such-program, run -- no-such-program",
        "126, /etc/passwd, run -- /etc/passwd",
        "2, no job's own, run --own-dir /etc -- true",
        "6, cpu, run --cpus 100000 -- true",
        "6, MiB, run --memory 1000TiB -- true"
    })
    void aRefusalNamesItsCause(int exit, String cause, String command, Cluster cluster) {
        assertRefused(cluster.run(command.split(" ")), exit, cause);
    }

    @Test
    void aNameIsTakenWhileItsJobLives(Cluster cluster) {
        cluster.run("run", "--name", "taken", "--", "sleep", "600").require(0);

        assertRefused(cluster.run("run", "--name", "taken", "--", "true"), 5, "taken");

        cluster.run("job", "stop", "taken").require(0);
        cluster.awaitPhase("taken", "ended", SOON);
        cluster.run("run", "--name", "taken", "--wait", "--", "true").require(0);
    }

    @ParameterizedTest
    @CsvSource({"7, exit 7", "143, kill $$", "137, kill -KILL $$"})
    void aJobThatDiesAtOnceTellsHow(int exit, String script, Cluster cluster) {
        cluster.run("run", "--wait", "--", "sh", "-c", script).require(exit);
    }

    @ParameterizedTest
    @CsvSource({
        "device, '/dev/net/tun', 'import os,time; os.dup2(os.open(\"/dev/net/tun\", os.O_RDWR), 7);"
                + " time.sleep(600)'",
        "ring, io_uring, 'import ctypes,os,time;"
                + " os.dup2(ctypes.CDLL(None).syscall(425, 4, ctypes.create_string_buffer(120)), 7);"
                + " time.sleep(600)'"
    })
    void whatCannotBeSavedIsNamedAndTheProgramGoesOn(
            String name, String blocker, String script, Cluster cluster) {
        cluster.run("run", "--name", name, "--", "/usr/bin/python3", "-c", script).require(0);
        var process = cluster.awaitPhase(name, "running", SOON);
        var cell = Machine.cell(cluster.name(), process.path("node").asText(), id(process), 1);
        Await.until("the program to have opened it", SOON, () -> hasOpened(cell));

        var refused = cluster.run("checkpoint", "create", name);

        assertRefused(refused, 9, blocker);
        assertThat(refused.err()).contains("fd 7");
        assertThat(cluster.process(name).path("phase").asText()).isEqualTo("running");
        cluster.run("job", "stop", name).require(0);
    }

    @Test
    void aCorruptedCopyIsNotUsed(Cluster cluster) throws IOException {
        var script = "i=0; while :; do i=$((i + 1)); echo $i; sleep 0.1; done";
        cluster.run("run", "--name", "precious", "--on", "n1", "--", "sh", "-c", script).require(0);
        cluster.awaitPhase("precious", "running", SOON);
        cluster.run("checkpoint", "create", "precious").require(0);
        var id = cluster.process("precious").path("lastCheckpoint").path("id").asText();
        assertThat(cluster.get("checkpoints", id).path("copies")).hasSize(2);
        corrupt(cluster.data("n1").resolve("images/packs"));
        // What it has read it may remember.
        cluster.killAgent("n1");
        cluster.start("n1");

        cluster.run("checkpoint", "restore", id).require(0);

        Await.until(
                "precious to run again",
                SOON,
                () -> {
                    var process = cluster.process("precious");
                    return process.path("phase").asText().equals("running")
                            && process.path("origin").asText().startsWith("checkpoint")
                            && process.path("epoch").asLong() > 1;
                });
        assertThat(cluster.ask(cluster.member("n1"), "doctor").toString()).contains("damaged");
        cluster.run("job", "stop", "precious").require(0);
    }

    @Test
    void aFileThatIsNoArchiveIsABadRequestAndLeavesNothing(Cluster cluster) throws IOException {
        var jobs = cluster.get("jobs").path("jobs").size();
        var file = cluster.installation().scratch().resolve("no-archive");
        Files.writeString(file, "#!/bin/sh\necho no archive\n".repeat(10_000));

        var refused = cluster.run("checkpoint", "import", file.toString());

        assertRefused(refused, 2, "no archive of a checkpoint");
        assertThat(refused.err()).contains("krg-admin checkpoint export");
        assertThat(cluster.get("jobs").path("jobs")).hasSize(jobs);
        for (var node : List.of("n1", "n2", "n3")) {
            assertThat(cluster.data(node).resolve("images/tmp"))
                    .isDirectoryNotContaining("glob:**/import-*");
        }
    }

    /// What is in them is everybody's: keys, environments of jobs, hashes of passwords.
    @Test
    void nobodyElseIsLetIntoTheDirectoriesOfANode(Cluster cluster) throws IOException {
        for (var node : List.of("n1", "n2", "n3")) {
            try (var entries = Files.list(cluster.data(node))) {
                assertThat(entries.filter(Files::isDirectory))
                        .hasSizeGreaterThan(5)
                        .allSatisfy(it ->
                                assertThat(Files.getPosixFilePermissions(it))
                                        .as("%s", it)
                                        .isEqualTo(PosixFilePermissions.fromString("rwx------")));
            }
        }
    }

    @Test
    void theListOfCommandsFitsATerminal(Cluster cluster) {
        assertThat(cluster.run("--help").require(0).out().lines())
                .allMatch(line -> line.length() <= 80);
    }

    @Test
    void aSecondDevUpInADirectoryIsRefused(Cluster cluster) {
        assertRefused(cluster.run("dev", "up"), 5, "in use");
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheJob(Cluster cluster) {
        try (var waiting =
                cluster.installation()
                        .start("run", "--name", "patient", "--wait", "--", "sleep", "600")) {
            cluster.awaitPhase("patient", "running", SOON);
            waiting.interrupt();
            assertThat(waiting.await(SOON).exit()).isNotZero();
        }
        assertThat(cluster.process("patient").path("phase").asText()).isEqualTo("running");
        cluster.run("job", "stop", "patient").require(0);
    }

    @Test
    void anInterruptedDevUpLeavesNothingRunning(Cluster cluster) {
        var directory = cluster.installation().scratch().resolve("interrupted");
        var installation = cluster.installation().about(directory);
        try (var up = installation.start("dev", "up")) {
            Await.until(
                    "an agent to start",
                    SOON,
                    () -> Files.exists(directory.resolve("nodes/n1/agent.out")));
            up.interrupt();
            assertThat(up.await(SOON).exit()).isNotZero();
        }
        assertThat(Machine.processesWithArgument(directory.toString())).isEmpty();
        installation.run("dev", "down", "--purge").require(0);
        assertThat(directory).doesNotExist();
    }

    @Test
    void anInterruptedCampaignLeavesNothing(Cluster cluster) throws IOException {
        var before = campaigns();
        try (var campaign =
                cluster.installation().start("campaign", "agent-kills", "--kills", "100")) {
            Await.until("a kill", SOON, () -> campaign.errSoFar().contains("kill 1 of"));
            campaign.interrupt();
            assertThat(campaign.await(SOON).exit()).isEqualTo(130);
        }
        assertThat(campaigns()).isEqualTo(before);
    }

    /// {@return what campaigns have in the directory for such things}
    private static Set<Path> campaigns() throws IOException {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("krg-jepsen-"))
                    .collect(Collectors.toSet());
        }
    }

    private static void assertRefused(Finished command, int exit, String cause) {
        assertThat(command.exit()).as("%s", command).isEqualTo(exit);
        assertThat(command.err()).contains(cause).doesNotContain("Exception", "\tat ");
    }

    private static boolean hasOpened(Path cell) {
        return Machine.processesOf(cell).stream()
                .anyMatch(pid -> Files.exists(Path.of("/proc/" + pid + "/fd/7")));
    }

    private static long id(JsonNode process) {
        return process.path("id").asLong();
    }

    /// Turns the bits of one byte in each block.
    private static void corrupt(Path packs) throws IOException {
        List<Path> files;
        try (var found = Files.list(packs)) {
            files = found.toList();
        }
        for (var file : files) {
            var bytes = Files.readAllBytes(file);
            for (var at = 100; at < bytes.length; at += 4096) {
                bytes[at] ^= (byte) 0xff;
            }
            Files.write(file, bytes);
        }
    }
}
