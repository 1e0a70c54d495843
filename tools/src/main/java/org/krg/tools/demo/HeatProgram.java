// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.krg.host.HostFailure;

/// The simulation: how it is called, and how long it takes here.
///
/// @param binary `target/native/heat` of the checkout or installation
record HeatProgram(Path binary, long size, long steps, long seed) {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    /// It prints a line every few steps, and is ended long before.
    private static final long FOR_EVER = 25_600;

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(1);

    /// Threads that wait leave the cpu to the agents.
    private static final Map<String, String> ENVIRONMENT =
            Map.of("OMP_NUM_THREADS", String.valueOf(THREADS), "OMP_WAIT_POLICY", "passive");

    static HeatProgram of(Path krgHome, DemoSettings settings)
            throws IOException, InterruptedException {
        var binary = krgHome.resolve("target/native/heat");
        if (!Files.isExecutable(binary)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "there is no program " + binary,
                    "tools/krg-admin without KRG_BUILT builds it");
        }
        var size = settings.size();
        var program = new HeatProgram(binary, size, settings.steps(), settings.seed());
        return settings.steps() > 0 ? program : program.withSteps(program.stepsHere());
    }

    /// {@return its environment}
    static Map<String, String> environment() {
        return ENVIRONMENT;
    }

    /// {@return program and arguments}
    List<String> command() {
        return List.of(
                binary.toString(),
                String.valueOf(size),
                String.valueOf(steps),
                String.valueOf(seed),
                "--report",
                String.valueOf(reportEvery()));
    }

    long reportEvery() {
        return Math.max(1, steps / DemoSettings.REPORTS);
    }

    HeatProgram withSteps(long count) {
        return new HeatProgram(binary, size, count, seed);
    }

    /// Starts it outside the cluster.
    Process start() throws IOException {
        var builder = new ProcessBuilder(command());
        builder.environment().putAll(ENVIRONMENT);
        return builder.redirectErrorStream(true).start();
    }

    /// Runs it outside the cluster to its end.
    ///
    /// @return what it printed
    static String awaitOutput(Process process) throws InterruptedException {
        // All it prints fits into the pipe; waiting for the end can be interrupted, reading cannot.
        var code = process.waitFor();
        try {
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (code != 0) {
                throw new HostFailure(
                        HostFailure.Code.FAILED,
                        "the undisturbed run failed: " + output.strip(),
                        "give other values of --size and --steps");
            }
            return output;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read what the program prints", failure);
        }
    }

    /// {@return how many steps take about as long as the demo wants, in two digits}. Judged by the
    /// time on the cpus: it is the same when others use them too.
    private long stepsHere() throws IOException {
        var process = withSteps(FOR_EVER).start();
        try (var lines = process.inputReader(StandardCharsets.US_ASCII)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var used = process.info().totalCpuDuration().orElse(Duration.ZERO);
                var done = HeatOutput.step(line);
                if (used.compareTo(LONG_ENOUGH) >= 0 && done > 0) {
                    var wanted = DemoSettings.UNDISTURBED.multipliedBy(THREADS);
                    return rounded(done * wanted.toMillis() / used.toMillis());
                }
            }
        } finally {
            process.destroyForcibly();
        }
        throw new HostFailure(
                HostFailure.Code.FAILED,
                "the program cannot be run: " + binary,
                "give other values of --size and --seed");
    }

    /// {@return the number with all but its first two digits zero}
    static long rounded(long number) {
        var unit = 1L;
        while (number / unit >= 100) {
            unit *= 10;
        }
        return Math.max(1, number / unit * unit);
    }
}
