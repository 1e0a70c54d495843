// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Running;

/// Programs in C that know nothing of krg share memory between three nodes.
@ExtendWith(SharedCluster.class)
class UnmodifiedProgramsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path SOURCES =
            Path.of(System.getProperty("krg.root"), "jepsen/src/test/c");

    @TempDir private Path built;

    @Test
    void processesOfThreeNodesSumInSystemVSharedMemory(Cluster cluster) throws Exception {
        var sum = LongStream.range(0, 20_000).map(number -> number * number).sum();

        var outputs = runOnAll(cluster, "sysv-sum", "sysv:0x4b5247", "0x4b5247");

        assertThat(outputs).containsOnly("%d %d\n".formatted(sum, 3 * sum));
        assertNothingIsLeft(cluster);
    }

    @Test
    void processesOfThreeNodesPassNumbersByRightOfSystemVSemaphores(Cluster cluster)
            throws Exception {
        var numbers = 3 * 16L;

        var outputs = runOnAll(cluster, "sysv-buffer", "sysv:0x534d", "0x534d");

        assertThat(outputs)
                .containsOnly(
                        "%d of %d, 3 killed\n".formatted(numbers * (numbers - 1) / 2, numbers));
        assertNothingIsLeft(cluster);
    }

    @Test
    void processesOfThreeNodesMultiplyInPosixSharedMemory(Cluster cluster) throws Exception {
        var outputs = runOnAll(cluster, "posix-product", "posix:/product", "/product");

        assertThat(outputs).containsOnly("%d\n".formatted(product()));
        assertNothingIsLeft(cluster);
    }

    @Test
    void aProgramOfAnotherUserSharesToo(Cluster cluster) throws Exception {
        var outputs =
                runOnAll(cluster, "sysv-sum", "sysv:77", "77", "--user", "nobody", "--cwd", "/");

        assertThat(outputs).hasSize(3).doesNotContain("");
        assertNothingIsLeft(cluster);
    }

    @Test
    void memoryThatIsNotDeclaredIsNotShared(Cluster cluster) throws Exception {
        var program = compile("posix-product");

        cluster.run("run", "--wait", "--", program, "/product", "0", "1").require(0);

        assertNothingIsLeft(cluster);
    }

    @Test
    void aProgramAndItsChildMoveWithTheirMemoryAndSemaphores(Cluster cluster) throws Exception {
        var program = compile("counter");
        var stop = built.resolve("stop");
        var jobs = List.of("counter-0", "counter-1", "counter-2");
        try {
            for (var index = 0; index < jobs.size(); index++) {
                cluster.run(
                                List.of(
                                                "run",
                                                "--name",
                                                jobs.get(index),
                                                "--share",
                                                "sysv:0x6d76,posix:/moving",
                                                "--",
                                                program,
                                                "0x6d76",
                                                "/moving",
                                                "" + index,
                                                "" + jobs.size(),
                                                "" + stop)
                                        .toArray(String[]::new))
                        .require(0);
            }
            var mover = jobs.get(1);
            for (var mode : List.of("warm", "stop-copy", "warm")) {
                awaitMoreOf(cluster, mover);
                cluster.installation()
                        .run(LIMIT, "proc", "migrate", mover, "--to", "auto", "--mode", mode)
                        .require(0);
            }
            awaitMoreOf(cluster, mover);
            Files.createFile(stop);

            var last = jobs.stream().map(job -> lastLine(cluster, job)).toList();

            assertThat(last).allMatch(line -> line.matches("total \\d+ own \\d+"));
            var own = last.stream().mapToLong(line -> number(line, 3)).sum();
            assertThat(last).allMatch(line -> number(line, 1) == own);
            assertNothingIsLeft(cluster);
        } finally {
            jobs.forEach(job -> cluster.run("job", "stop", job, "--signal", "KILL"));
        }
    }

    private static void awaitMoreOf(Cluster cluster, String job) {
        var before = lines(cluster, job);
        await().atMost(LIMIT).until(() -> lines(cluster, job) > before + 2);
    }

    private static long lines(Cluster cluster, String job) {
        return cluster.run("logs", job).out().lines().count();
    }

    private static String lastLine(Cluster cluster, String job) {
        cluster.installation().run(LIMIT, "wait", job).require(0);
        return cluster.run("logs", job).require(0).out().lines().toList().getLast();
    }

    private static long number(String line, int word) {
        return Long.parseLong(line.split(" ", -1)[word]);
    }

    private List<String> runOnAll(
            Cluster cluster, String name, String share, String argument, String... options)
            throws Exception {
        var program = compile(name);
        var nodes = cluster.nodes();
        var running = new ArrayList<Running>();
        try {
            for (var index = 0; index < nodes.size(); index++) {
                var line = new ArrayList<>(List.of("run", "--wait", "--share", share));
                line.addAll(List.of(options));
                line.addAll(List.of("--on", nodes.get(index), "--", program, argument));
                line.addAll(List.of(Integer.toString(index), Integer.toString(nodes.size())));
                running.add(cluster.installation().start(line.toArray(String[]::new)));
            }
            return running.stream()
                    .map(it -> it.await(LIMIT).require(0))
                    .map(Finished::out)
                    .toList();
        } finally {
            running.forEach(Running::close);
        }
    }

    private String compile(String name) throws Exception {
        Files.setPosixFilePermissions(built, PosixFilePermissions.fromString("rwxr-xr-x"));
        var program = built.resolve(name);
        var compiler =
                new ProcessBuilder(
                                "gcc",
                                "-std=gnu17",
                                "-O2",
                                "-o",
                                program.toString(),
                                SOURCES.resolve(name + ".c").toString())
                        .inheritIO()
                        .start();
        assertThat(compiler.waitFor()).isZero();
        assertThat(Files.exists(program)).isTrue();
        return program.toString();
    }

    /// The last one that lets go of a segment without a name takes it along.
    private static void assertNothingIsLeft(Cluster cluster) {
        await().atMost(LIMIT).until(() -> cluster.get("segments").path("segments").isEmpty());
    }

    private static long product() {
        var size = 128;
        var sum = 0L;
        for (var i = 0; i < size; i++) {
            for (var j = 0; j < size; j++) {
                var cell = 0L;
                for (var k = 0; k < size; k++) {
                    cell += (long) (i + k) * (k - j);
                }
                sum += cell * ((i * 3 + j) % 7);
            }
        }
        return sum;
    }
}
