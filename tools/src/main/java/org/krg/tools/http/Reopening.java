// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.HostPort;

/// A stream of events that is opened again, at the next agent, whenever its connection is lost.
/// Owned by the thread that reads; `close` may come from any.
final class Reopening implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final HttpClient http;
    private final ClientConfig config;
    private final Endpoints endpoints;
    private volatile @Nullable EventReader reader;
    private volatile boolean closed;

    /// How the request is made that goes on where the stream stands.
    interface Position {
        /// {@return path and query}
        ApiPath path();

        /// {@return the id behind which to go on; empty for none}
        String lastEventId();

        /// {@return whether the agent may end the stream when it has sent what there is}
        boolean mayEnd();
    }

    Reopening(HttpClient http, ClientConfig config, Endpoints endpoints) {
        this.http = http;
        this.config = config;
        this.endpoints = endpoints;
    }

    /// {@return the next event, which may take for ever; none once this is closed or has ended}
    ///
    /// @throws ApiFailure if the stream is refused, or no agent opens it again in time
    Optional<ServerEvent> next(Position position) {
        while (!closed) {
            try {
                var present = reader;
                if (present == null) {
                    present = open(position);
                    reader = present;
                }
                var event = present.next();
                if (event.isPresent()) {
                    return event;
                }
                if (position.mayEnd()) {
                    close();
                } else {
                    lost("the agent ended the stream");
                }
            } catch (IOException broken) {
                lost(String.valueOf(broken.getMessage()));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                close();
            }
        }
        return Optional.empty();
    }

    private void lost(String why) {
        config.trace().note("stream: " + why);
        var present = reader;
        if (present != null) {
            present.close();
        }
        reader = null;
        endpoints.passOver();
    }

    private EventReader open(Position position) throws InterruptedException {
        long giveUp = System.nanoTime() + config.quorumWithin().toNanos();
        while (true) {
            var failures = new ArrayList<ApiFailure>();
            for (int n = 0; n < endpoints.count(); n++) {
                var endpoint = endpoints.inTurn(n);
                var opened = open(endpoint, position, failures);
                if (opened.isPresent()) {
                    endpoints.prefer(endpoint);
                    return opened.get();
                }
            }
            if (closed || System.nanoTime() > giveUp) {
                throw failures.getFirst();
            }
            Thread.sleep(PAUSE);
        }
    }

    private Optional<EventReader> open(
            HostPort endpoint, Position position, List<ApiFailure> failures)
            throws InterruptedException {
        try {
            var reply = http.send(request(endpoint, position), _ -> new Arrivals());
            config.trace()
                    .note("GET " + position.path() + " at " + endpoint + ": " + reply.statusCode());
            if (reply.statusCode() == 200) {
                return Optional.of(new EventReader(reply.body(), config.silence()));
            }
            failures.add(passing(refusal(endpoint, reply)));
        } catch (IOException broken) {
            var why =
                    broken instanceof ConnectException ? "connection refused" : broken.getMessage();
            failures.add(config.agents().unreachable(endpoint + " " + why));
        }
        return Optional.empty();
    }

    private ApiFailure refusal(HostPort endpoint, HttpResponse<Arrivals> reply)
            throws IOException, InterruptedException {
        var body = reply.body().all(config.answerWithin());
        return switch (Answer.of(endpoint, reply.statusCode(), body)) {
            case Answer.Refused(var failure) -> failure;
            case Answer other -> throw new IOException("no stream but " + other);
        };
    }

    /// {@return the refusal if another agent, or the same later, may not refuse}
    private static ApiFailure passing(ApiFailure refusal) {
        if (refusal.code().equals(ApiFailure.NO_QUORUM) || refusal.isUncertain()) {
            return refusal;
        }
        throw refusal;
    }

    private HttpRequest request(HostPort endpoint, Position position) {
        var request =
                config.request(endpoint, position.path()).header("Accept", "text/event-stream");
        if (!position.lastEventId().isEmpty()) {
            request.header("Last-Event-ID", position.lastEventId());
        }
        return request.build();
    }

    @Override
    public void close() {
        closed = true;
        var present = reader;
        if (present != null) {
            present.close();
        }
    }
}
