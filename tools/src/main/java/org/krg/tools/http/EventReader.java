// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/// The server-sent events of one connection. Owned by the thread that reads; `close` may come from
/// any.
final class EventReader implements AutoCloseable {
    private final Arrivals arrivals;
    private final Duration silence;
    private final EventParser parser = new EventParser();

    EventReader(Arrivals arrivals, Duration silence) {
        this.arrivals = arrivals;
        this.silence = silence;
    }

    /// {@return the next event; none when the other side has ended the stream}
    ///
    /// @throws IOException if the connection broke or the other side is silent
    Optional<ServerEvent> next() throws IOException, InterruptedException {
        while (parser.ready().isEmpty()) {
            var parts = arrivals.take(silence);
            if (parts.isEmpty()) {
                return Optional.empty();
            }
            for (ByteBuffer part : parts) {
                parser.add(part);
            }
        }
        return Optional.of(parser.ready().remove());
    }

    @Override
    public void close() {
        arrivals.cancel();
    }
}
