// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.http2.Http2Connection;
import org.krg.jepsen.bench.load.Done;

/// A stream of server-sent events with the changes of keys. It is established with its first event,
/// a bookmark.
final class ApiWatch implements Http2Connection.Call {
    private static final String EVENT_END = "\n\n";
    private static final String BOOKMARK = "event: bookmark";
    private static final String CHANGE = "id: ";
    private static final int DIGITS = 10;

    private final IntConsumer seen;
    private final Done done;
    private final StringBuilder text = new StringBuilder();

    ApiWatch(IntConsumer seen, Done done) {
        this.seen = seen;
        this.done = done;
    }

    @Override
    public void headers(Http2Headers headers) {
        if (!"200".contentEquals(headers.status())) {
            done.done("the watch is refused with status " + headers.status());
        }
    }

    /// The few characters of a change are ASCII, wherever the bytes were cut.
    @Override
    public void data(ByteBuf data) {
        text.append(data.toString(StandardCharsets.ISO_8859_1));
        var start = 0;
        for (var end = text.indexOf(EVENT_END); end >= 0; end = text.indexOf(EVENT_END, start)) {
            event(text.substring(start, end));
            start = end + EVENT_END.length();
        }
        text.delete(0, start);
    }

    private void event(String event) {
        if (event.startsWith(BOOKMARK)) {
            done.done(null);
        } else if (event.startsWith(CHANGE)) {
            var marked = ApiBodies.marked();
            for (var at = event.indexOf(marked); at >= 0; at = event.indexOf(marked, at + 1)) {
                var number = at + marked.length();
                seen.accept(Integer.parseInt(event, number, number + DIGITS, 10));
            }
        }
    }

    @Override
    public void end(@Nullable String failure) {
        done.done(failure == null ? "the watch has ended" : failure);
    }
}
