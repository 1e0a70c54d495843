// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.tools.http.FakeAgent.json;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ClientConfig;
import org.krg.tools.http.FakeAgent;

final class HeldLeaseTest {
    private static final String SLOW_TO_END =
            "trap 'sleep 0.3; touch ended; exit 0' TERM; touch begun; while :; do sleep 0.05; done";

    private final CompletableFuture<Boolean> endedBefore = new CompletableFuture<>();

    @TempDir private Path directory;

    @Test
    void atCtrlCTheCommandEndsBeforeTheLockIsGivenBack() throws Exception {
        try (var agent = new FakeAgent(this::answer);
                var client = new ApiClient(ClientConfig.of(List.of(agent.address())));
                var lease = HeldLease.grant(client, Duration.ofSeconds(10))) {
            var shell = "cd " + directory + "; " + SLOW_TO_END;
            var command = new LockedCommand(terminal(), List.of("sh", "-c", shell), lease);
            var running = new FutureTask<>(() -> command.run(42));
            Thread.ofVirtual().start(running);
            await().until(() -> Files.exists(directory.resolve("begun")));

            lease.leave();

            assertThat(endedBefore).isCompletedWithValue(true);
            assertThat(running.get(20, TimeUnit.SECONDS)).isZero();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        if ("DELETE".equals(exchange.getRequestMethod())) {
            endedBefore.complete(Files.exists(directory.resolve("ended")));
        }
        json(200, "{\"id\":7}").play(exchange);
    }

    private static Terminal terminal() {
        return new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                Map.of(),
                InstantSource.fixed(Instant.EPOCH));
    }
}
