// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.krg.tools.cli.Dispatch;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;

/// Goes through what most commands do, against a server of its own, and prints nothing: the build
/// has Java remember the classes that this loads, so that the commands start quickly. Nothing
/// depends on it.
final class Rehearsal {
    private static final String ANSWER =
            """
            {"apiVersion":"krg/v1","revision":1,"id":1,"name":"a","target":"a/0","phase":"ended","state":"ended",
             "processes":[{"id":1,"target":"a/0","phase":"running","since":"2026-01-01T00:00:00Z","cpuMillis":100,
              "memoryBytes":67108864,"command":["a"],"lastCheckpoint":{"id":"1.1","taken":"2026-01-01T00:00:00Z"}}],
             "jobs":[{"id":1,"name":"a","submitted":"2026-01-01T00:00:00Z","processes":[],"command":["a"]}],
             "nodes":[{"name":"n1","engines":["criu"],"since":"2026-01-01T00:00:00Z"}],
             "outcome":{"kind":"exited","code":0,"exitCode":0,"cpuSeconds":0.1,"maxMemoryBytes":1048576}}
            """;

    private static final String STREAM =
            """
            event: out
            data: {"offset":0,"base64":"YQo="}

            event: end
            data: {"reason":"exited","exitCode":0}

            """;

    private static final List<String> LINES =
            List.of(
                    "--help",
                    "version",
                    "ps",
                    "ps -o json",
                    "job list",
                    "node list",
                    "run --name a --memory 1GiB --checkpoint-every 5s true",
                    "run --wait true",
                    "wait a",
                    "logs a",
                    "job show a",
                    "typo");

    private Rehearsal() {}

    static void main() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Rehearsal::answer);
        server.start();
        var terminal =
                new Terminal(
                        InputStream.nullInputStream(),
                        nowhere(),
                        nowhere(),
                        Map.of("KRG_ENDPOINT", "127.0.0.1:" + server.getAddress().getPort()),
                        InstantSource.system());
        boolean good = LINES.stream().allMatch(line -> play(terminal, line));
        server.stop(0);
        System.exit(good ? 0 : 1);
    }

    // Mistakes are among the lines.
    private static boolean play(Terminal terminal, String line) {
        return new Dispatch(new Verbs(), terminal).run(List.of(line.split(" "))) <= ExitCode.USAGE;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        boolean isStream = exchange.getRequestURI().getPath().endsWith("/logs");
        var answer = (isStream ? STREAM : ANSWER).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", isStream ? "text/event-stream" : "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static PrintStream nowhere() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }
}
