// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;

/// One output stream of a process, each byte of the surviving stream once, across agents that die.
/// Owned by the thread that reads; `close` may come from any and ends it.
public final class LogStream implements AutoCloseable, Reopening.Position {
    private final Reopening events;
    private final String stream;
    private final boolean follow;
    private final ApiPath base;
    private long offset;
    private long epoch;
    private boolean ended;

    LogStream(Reopening events, String target, String stream, long offset, boolean follow) {
        this.events = events;
        this.stream = stream;
        this.follow = follow;
        this.offset = offset;
        this.base =
                ApiPath.of("processes", target, "logs")
                        .with("stream", stream)
                        .with("follow", follow);
    }

    /// The last bytes of what is there.
    LogStream(Reopening events, String target, String stream, long last) {
        this.events = events;
        this.stream = stream;
        this.follow = false;
        this.base =
                ApiPath.of("processes", target, "logs").with("stream", stream).with("last", last);
    }

    /// {@return what comes next; none when nothing more will}
    ///
    /// @throws ApiFailure if the process is unknown, or no agent goes on
    public Optional<LogItem> next() {
        while (!ended) {
            var event = events.next(this);
            if (event.isEmpty()) {
                return Optional.empty();
            }
            var item = item(event.get().name(), WatchStream.content(event.get()));
            if (item.isPresent()) {
                return item;
            }
        }
        return Optional.empty();
    }

    private Optional<LogItem> item(String name, JsonNode data) {
        return switch (name) {
            case "out", "err" -> output(data);
            case "mark" -> mark(data);
            case "end" -> {
                ended = true;
                events.close();
                yield Optional.of(end(data));
            }
            default -> Optional.empty();
        };
    }

    // An agent that was asked again may begin before the offset, never behind it.
    private Optional<LogItem> output(JsonNode data) {
        var bytes = Base64.getDecoder().decode(data.path("base64").asText());
        long start = data.path("offset").asLong();
        long known = Math.clamp(offset - start, 0, bytes.length);
        if (known == bytes.length) {
            return Optional.empty();
        }
        offset = start + bytes.length;
        var fresh = ByteBuffer.wrap(bytes, (int) known, bytes.length - (int) known).slice();
        return Optional.of(new LogItem.Output(start + known, fresh));
    }

    private Optional<LogItem> mark(JsonNode data) {
        if (data.path("epoch").asLong() <= epoch) {
            return Optional.empty();
        }
        epoch = data.path("epoch").asLong();
        offset = Math.min(offset, data.path(stream + "Bytes").asLong(offset));
        return Optional.of(new LogItem.Mark(data.path("text").asText(), epoch, offset));
    }

    private static LogItem.End end(JsonNode data) {
        var code = data.path("exitCode");
        return new LogItem.End(
                data.path("reason").asText(),
                code.isInt() ? OptionalInt.of(code.asInt()) : OptionalInt.empty(),
                data.path("complete").asBoolean(true));
    }

    @Override
    public ApiPath path() {
        return base.with("offset", offset);
    }

    @Override
    public String lastEventId() {
        return "";
    }

    @Override
    public boolean mayEnd() {
        return !follow;
    }

    @Override
    public void close() {
        events.close();
    }
}
