// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;

/// Passes standard input on to a process, until it ends or the process does.
final class Stdin {
    private static final int CHUNK_BYTES = 1 << 16;
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private Stdin() {}

    /// Copies everything, or as much as the process lives to see. Blocks while the program does not
    /// read.
    ///
    /// @throws ApiFailure if the process cannot take it
    static void copy(InputStream in, ApiClient client, String target)
            throws IOException, InterruptedException {
        try {
            copyAll(in, client, target);
        } catch (ApiFailure failure) {
            if (!phase(client, target).equals("ended")) {
                throw failure;
            }
        }
    }

    private static void copyAll(InputStream in, ApiClient client, String target)
            throws IOException, InterruptedException {
        awaitStart(client, target);
        var buffer = new byte[CHUNK_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            send(client, target, Arrays.copyOf(buffer, count));
        }
        var end = path(target).with("eof", true);
        // Nothing is taken while the program is being moved.
        while (!client.postBytes(end, new byte[0], ANSWER).path("ended").asBoolean()) {
            Thread.sleep(PAUSE);
        }
    }

    // A process that waits for a node has no standard input yet.
    static void awaitStart(ApiClient client, String target) throws InterruptedException {
        while (!phase(client, target).matches("running|ended")) {
            Thread.sleep(PAUSE);
        }
    }

    private static String phase(ApiClient client, String target) {
        return client.get(ApiPath.of("processes", target)).path("phase").asText();
    }

    static void send(ApiClient client, String target, byte[] bytes) throws InterruptedException {
        var rest = bytes;
        while (rest.length > 0) {
            int written = client.postBytes(path(target), rest, ANSWER).path("written").asInt();
            rest = Arrays.copyOfRange(rest, written, rest.length);
            if (written == 0) {
                Thread.sleep(PAUSE);
            }
        }
    }

    private static ApiPath path(String target) {
        return ApiPath.of("processes", target, "stdin");
    }
}
