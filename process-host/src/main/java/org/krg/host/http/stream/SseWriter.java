// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.krg.host.http.view.Json;

/// A reply of server-sent events. Owned by the thread that writes; writing blocks while the client
/// does not read.
public final class SseWriter {
    /// Whoever waits on a silent stream takes longer silence for a dead connection.
    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /// A client that reads nothing for so long is given up.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpResponseWriter response = HttpResponse.streaming();
    private long lastSent = System.nanoTime();

    /// @param answer is completed with the reply, before the first byte is written
    SseWriter(CompletableFuture<HttpResponse> answer) {
        answer.complete(response);
        response.write(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.EVENT_STREAM)
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .build());
        // Flushes the headers, so that the client knows at once that it is heard.
        send(": open\n");
    }

    /// {@return whether the client is still there}
    boolean isOpen() {
        return response.isOpen();
    }

    /// Sends an event without a type.
    void send(String id, JsonNode data) {
        send("id: " + id + "\ndata: " + Json.write(data) + "\n");
    }

    /// Sends an event of a type.
    void sendTyped(String type, JsonNode data) {
        send("event: " + type + "\ndata: " + Json.write(data) + "\n");
    }

    /// Sends an event of a type behind which a client may go on.
    void sendTyped(String type, String id, JsonNode data) {
        send("event: " + type + "\nid: " + id + "\ndata: " + Json.write(data) + "\n");
    }

    /// Sends a comment when nothing was sent for a while.
    void keepAlive() {
        if (System.nanoTime() - lastSent >= HEARTBEAT.toNanos()) {
            send(": heartbeat\n");
        }
    }

    void close() {
        response.close();
    }

    /// The empty line that ends an event goes apart: the connection asks for it when the rest was
    /// written, so that nothing large waits in the connection once this returns.
    private void send(String text) {
        lastSent = System.nanoTime();
        if (!response.tryWrite(HttpData.ofUtf8(text))
                || !response.tryWrite(HttpData.ofUtf8("\n"))) {
            return;
        }
        try {
            response.whenConsumed().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            // Not behind what a client that does not read never takes.
            response.abort();
        } catch (ExecutionException gone) {
            response.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            response.close();
        }
    }
}
