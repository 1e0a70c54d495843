// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// The events of the cluster, in order and without gaps, across agents that die. Owned by the
/// thread that reads; `close` may come from any and ends it.
public final class WatchStream implements AutoCloseable, Reopening.Position {
    private static final int EXIT_CONFLICT = 5;

    private final Reopening events;
    private final long after;
    private String last = "";

    WatchStream(Reopening events, long after) {
        this.events = events;
        this.after = after;
    }

    /// {@return the next event, as `docs/api.md` describes it; none once this is closed}
    ///
    /// @throws ApiFailure `COMPACTED` if what comes next is no longer kept; another if no agent
    ///   goes on
    public Optional<JsonNode> next() {
        var event = events.next(this);
        if (event.isEmpty()) {
            return Optional.empty();
        }
        var data = content(event.get());
        if (event.get().name().equals("compacted")) {
            throw new ApiFailure(
                    ApiFailure.COMPACTED,
                    data.path("message").asText("the events asked for are no longer kept"),
                    "watch from revision " + data.path("first").asText("?") + " or from now",
                    EXIT_CONFLICT);
        }
        last = event.get().id();
        return Optional.of(data);
    }

    static JsonNode content(ServerEvent event) {
        try {
            return Json.parse(event.data());
        } catch (JsonProcessingException broken) {
            throw new ApiFailure(
                    ApiFailure.FAILED, "an agent sent what is not JSON: " + event.data(), "", 1);
        }
    }

    @Override
    public ApiPath path() {
        return ApiPath.of("watch").with("after", after);
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
