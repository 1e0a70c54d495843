// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.tools.http.FakeAgent.json;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.tools.http.FakeAgent;
import org.krg.tools.http.FakeAgent.Part;

/// The command as a process of its own: what becomes of its output when nobody takes it, and of it
/// when it is interrupted.
final class StandardOutputTest {
    private static final long SOON_SECONDS = 120;
    private static final Path FULL = Path.of("/dev/full");

    @TempDir private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void anArchiveThatAFullDiskDidNotTakeIsNoSuccess() throws Exception {
        var agent = agent("archive", bytes(archive()));

        var exit = end(start(agent, FULL, "checkpoint", "export", "7.1", "-"));

        assertThat(exit).isEqualTo(12);
        assertThat(errors())
                .contains("cannot write standard output: No space left on device", "there is room");
    }

    @Test
    void whatAFullDiskDidNotTakeOfASegmentIsNoSuccess() throws Exception {
        var dump = new ByteArrayOutputStream();
        var out = new DataOutputStream(dump);
        out.writeInt(-1);
        out.writeLong(4_096);
        var agent = agent("contents", bytes(dump.toByteArray()));

        assertThat(end(start(agent, FULL, "segment", "dump", "grid", "-"))).isEqualTo(12);
    }

    @Test
    void whatAFullDiskDidNotTakeOfAnyVerbIsNoSuccess() throws Exception {
        var agent = agent("processes", json(200, "{\"processes\":[]}"));

        assertThat(end(start(agent, FULL, "ps", "-o", "json"))).isEqualTo(12);
    }

    @Test
    void whatAFullDiskDidNotTakeOfAVerbOfAModuleIsNoSuccess() throws Exception {
        var agent = agent("status", json(200, "{}"));

        assertThat(end(start(agent, FULL, "measure", "nothing", "--print"))).isEqualTo(12);
        assertThat(errors())
                .contains("cannot write standard output: No space left on device", "there is room");
    }

    @Test
    void anExportStopsWithoutAWordWhenItsReaderLeaves() throws Exception {
        var agent = agent("archive", StandardOutputTest::withoutEnd);
        var process = started(command(agent, "checkpoint", "export", "7.1", "-"));

        assertThat(process.getInputStream().read()).isZero();
        process.getInputStream().close();

        assertThat(end(process)).isEqualTo(1);
        assertThat(errors()).doesNotContain("error:");
    }

    @Test
    void anInterruptedLoadTellsWhatBecomesOfTheSegment() throws Exception {
        var isSent = new CountDownLatch(1);
        var agent =
                agent(
                        "contents",
                        exchange -> {
                            isSent.countDown();
                            FakeAgent.hanging().play(exchange);
                        });
        var file = Files.writeString(directory.resolve("grid.bin"), "grid");
        var process = started(command(agent, "segment", "load", "grid", file.toString()));

        assertThat(isSent.await(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
        // Ctrl-C does the same.
        process.destroy();

        assertThat(end(process)).isEqualTo(143);
        assertThat(errors()).contains("all was sent and goes into segment grid still");
    }

    private static byte[] archive() throws GeneralSecurityException {
        var content = "archive".getBytes(UTF_8);
        var archive = new ByteArrayOutputStream();
        archive.writeBytes(content);
        archive.writeBytes(MessageDigest.getInstance("SHA-256").digest(content));
        return archive.toByteArray();
    }

    private static Part bytes(byte[] bytes) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /// Zeros, until the client goes away.
    private static void withoutEnd(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        var zeros = new byte[1 << 16];
        while (true) {
            exchange.getResponseBody().write(zeros);
        }
    }

    /// {@return an agent that answers in one way whatever ends in a word, else with an object}
    private FakeAgent agent(String word, Part part) {
        var agent =
                new FakeAgent(exchange -> {
                    var path = exchange.getRequestURI().getPath();
                    (path.endsWith(word) ? part : json(200, "{}")).play(exchange);
                });
        open.add(agent);
        return agent;
    }

    private Process start(FakeAgent agent, Path output, String... words) throws IOException {
        return started(command(agent, words).redirectOutput(Redirect.to(output.toFile())));
    }

    private ProcessBuilder command(FakeAgent agent, String... words) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        var line = new ArrayList<>(List.of(java, "-cp", classes, KrgAdmin.class.getName()));
        line.addAll(List.of(words));
        var command = new ProcessBuilder(line).redirectError(errorFile().toFile());
        command.environment().put("KRG_ENDPOINT", agent.address().toString());
        return command;
    }

    private Process started(ProcessBuilder command) throws IOException {
        var process = command.start();
        open.add(() -> process.destroyForcibly().waitFor());
        return process;
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String errors() throws IOException {
        return Files.readString(errorFile());
    }

    private Path errorFile() {
        return directory.resolve("errors");
    }
}
