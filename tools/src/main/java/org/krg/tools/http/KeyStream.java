// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// The changes of keys, in order and without gaps, across agents that die. Owned by the thread that
/// reads; `close` may come from any and ends it.
public final class KeyStream implements AutoCloseable, Reopening.Position {
    private static final int EXIT_CONFLICT = 5;

    private final Reopening events;
    private final ApiPath path;
    private String last = "";

    KeyStream(Reopening events, ApiPath path) {
        this.events = events;
        this.path = path;
    }

    /// {@return the next changes, all of one revision, as `docs/api.md` describes them; none once
    /// this is closed}
    ///
    /// @throws ApiFailure `COMPACTED` if what comes next is no longer kept; another if no agent
    ///   goes on
    public Optional<JsonNode> next() {
        for (var event = events.next(this); event.isPresent(); event = events.next(this)) {
            var data = WatchStream.content(event.get());
            switch (event.get().name()) {
                case "compacted", "ended" -> throw over(event.get().name(), data);
                case "bookmark" -> last = event.get().id();
                default -> {
                    last = event.get().id();
                    return Optional.of(data);
                }
            }
        }
        return Optional.empty();
    }

    private static ApiFailure over(String name, JsonNode data) {
        return new ApiFailure(
                name.equals("compacted") ? ApiFailure.COMPACTED : ApiFailure.FAILED,
                data.path("message").asText("the watch is over"),
                data.has("first") ? "watch since revision " + data.path("first").asText() : "",
                EXIT_CONFLICT);
    }

    @Override
    public ApiPath path() {
        return path;
    }

    @Override
    public String lastEventId() {
        return last;
    }

    @Override
    public boolean mayEnd() {
        return false;
    }

    @Override
    public void close() {
        events.close();
    }
}
