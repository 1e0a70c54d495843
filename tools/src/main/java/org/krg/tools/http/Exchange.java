// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.krg.state.model.HostPort;
import org.krg.tools.http.Answer.Done;
import org.krg.tools.http.Answer.Lost;
import org.krg.tools.http.Answer.Refused;
import org.krg.tools.http.Answer.Unreached;

/// Asks one agent after the other until one answers for good.
///
/// * An answer, or a refusal that any agent would give, ends it.
/// * `NO_QUORUM`: the others are asked, and all again until `quorumWithin` is over, since an
///   election may be under way. What a change takes before one may have begun does not count.
/// * No connection: the others are asked; if none can be reached it ends at once.
/// * A connection that breaks, an answer that does not come, or `TIMED_OUT`: the request may have
///   taken effect. If it can be repeated the others are asked, like above, and what an agent
///   refuses by itself, before it looks at what is agreed, ends nothing.
final class Exchange {
    private static final int OK = 200;

    /// An agent that stands still for a moment is not gone.
    private static final int MOST_SILENT = 2;

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final HttpClient http;
    private final ClientConfig config;
    private final Endpoints endpoints;

    Exchange(HttpClient http, ClientConfig config, Endpoints endpoints) {
        this.http = http;
        this.config = config;
        this.endpoints = endpoints;
    }

    JsonNode perform(Call call) {
        var attempts = new Attempts(config.agents(), call);
        while (true) {
            var done = round(call, attempts);
            if (done.isPresent()) {
                return done.get();
            }
            if (attempts.noneReached() || attempts.lasts(config.quorumWithin())) {
                throw attempts.failure();
            }
            pause(call);
        }
    }

    /// Like a read, but for an answer of raw bytes, which go to `out`. The first agent that begins
    /// to send them is the only one: others would send others. The call's time is for the
    /// beginning, and for each wait in between.
    ///
    /// @throws IOException that `out` throws
    void download(Call call, OutputStream out) throws IOException {
        var attempts = new Attempts(config.agents(), call);
        for (var endpoint : inTurn()) {
            var body = begun(endpoint, call, attempts);
            if (body.isPresent()) {
                receive(body.get(), call, out);
                return;
            }
        }
        throw attempts.failure();
    }

    private Optional<Arrivals> begun(HostPort endpoint, Call call, Attempts attempts) {
        Answer answer;
        try {
            var reply = http.send(call.at(endpoint, config), _ -> new Arrivals());
            if (reply.statusCode() == OK) {
                return Optional.of(reply.body());
            }
            var bytes = reply.body().all(call.answerWithin());
            answer = Answer.of(endpoint, reply.statusCode(), bytes);
        } catch (IOException broken) {
            answer = failed(endpoint, call, broken);
        } catch (InterruptedException stop) {
            throw interrupted(call, stop);
        }
        if (answer instanceof Refused(var failure) && isFinal(failure, call)) {
            throw failure;
        }
        attempts.add(endpoint, answer);
        return Optional.empty();
    }

    private static void receive(Arrivals body, Call call, OutputStream out) throws IOException {
        try {
            for (var parts = next(body, call); !parts.isEmpty(); parts = next(body, call)) {
                for (var part : parts) {
                    out.write(Arrivals.bytes(part));
                }
            }
        } finally {
            body.cancel();
        }
    }

    private static List<ByteBuffer> next(Arrivals body, Call call) {
        try {
            return body.take(call.answerWithin());
        } catch (IOException broken) {
            throw new ApiFailure(
                    ApiFailure.FAILED,
                    "the bytes stopped in the middle: " + broken.getMessage(),
                    "what has come is of no use; do it again",
                    1);
        } catch (InterruptedException stop) {
            throw interrupted(call, stop);
        }
    }

    private Optional<JsonNode> round(Call call, Attempts attempts) {
        attempts.latest.clear();
        for (var endpoint : inTurn()) {
            var answer = ask(endpoint, call);
            config.trace().note(call + " at " + endpoint + ": " + answer);
            switch (answer) {
                case Done(var body) -> {
                    endpoints.prefer(endpoint);
                    return Optional.of(body);
                }
                case Refused(var failure) when isFinal(failure, call) && attempts.isTold(failure) ->
                        throw failure;
                case Refused _, Unreached _, Lost _ -> attempts.add(endpoint, answer);
            }
        }
        return Optional.empty();
    }

    private List<HostPort> inTurn() {
        var order = new ArrayList<HostPort>();
        for (int n = 0; n < endpoints.count(); n++) {
            order.add(endpoints.inTurn(n));
        }
        return order;
    }

    private static boolean isFinal(ApiFailure failure, Call call) {
        return switch (failure.code()) {
            case ApiFailure.NO_QUORUM -> !call.isBodyKept();
            case ApiFailure.TIMED_OUT -> !call.isRepeatable();
            default -> true;
        };
    }

    private Answer ask(HostPort endpoint, Call call) {
        try {
            var reply = send(endpoint, call);
            return Answer.of(endpoint, reply.statusCode(), reply.body());
        } catch (IOException broken) {
            return failed(endpoint, call, broken);
        } catch (InterruptedException stop) {
            throw interrupted(call, stop);
        }
    }

    /// Waits for a reply as long as the agent is there: whoever waits sends nothing, and would not
    /// notice the loss of its machine.
    private HttpResponse<byte[]> send(HostPort endpoint, Call call)
            throws IOException, InterruptedException {
        var request = call.at(endpoint, config);
        if (call.answerWithin().compareTo(config.silence()) <= 0) {
            return http.send(request, BodyHandlers.ofByteArray());
        }
        var reply = http.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            for (int silent = 0; silent < MOST_SILENT; ) {
                try {
                    return reply.get(config.silence().toNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException stillAtIt) {
                    silent = isThere(endpoint) ? 0 : silent + 1;
                }
            }
            throw new AgentGone();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException broken
                    ? broken
                    : new IOException(failed.getCause());
        } finally {
            reply.cancel(true);
        }
    }

    /// {@return whether an agent answers anything at all}
    private boolean isThere(HostPort endpoint) throws InterruptedException {
        try {
            var _ =
                    http.send(
                            config.request(endpoint, ApiPath.of("status")).build(),
                            BodyHandlers.discarding());
            return true;
        } catch (IOException silent) {
            return false;
        }
    }

    private static Answer failed(HostPort endpoint, Call call, IOException why) {
        return switch (why) {
            case HttpConnectTimeoutException _ -> new Unreached("no connection within 5 s");
            case ConnectException _ -> new Unreached("connection refused");
            case AgentGone _ -> lost(call, "it does not answer any more");
            case HttpTimeoutException _ ->
                    lost(call, "no answer within " + call.answerWithin().toSeconds() + " s");
            case SSLHandshakeException refused when isDistrust(refused) ->
                    new Refused(ApiFailure.distrusted(endpoint, refused));
            case SSLHandshakeException _ ->
                    new Unreached("the connection broke before anything was sent");
            case SSLException broken -> lost(call, "the connection broke: " + broken.getMessage());
            default -> lost(call, "the connection broke");
        };
    }

    // One that ends without an alert, of which the JDK says its name in parentheses, is of an agent
    // that ends.
    private static boolean isDistrust(SSLHandshakeException failed) {
        return String.valueOf(failed.getMessage()).startsWith("(");
    }

    private static final class AgentGone extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static Answer lost(Call call, String why) {
        if (call.isRepeatable()) {
            return new Lost(why);
        }
        return new Refused(ApiFailure.uncertain(call + ": " + why));
    }

    private static void pause(Call call) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stop) {
            throw interrupted(call, stop);
        }
    }

    private static ApiFailure interrupted(Call call, InterruptedException stop) {
        Thread.currentThread().interrupt();
        var failure = ApiFailure.uncertain(call + ": interrupted while waiting for the answer");
        failure.initCause(stop);
        return failure;
    }

    /// What was tried for one call. Owned by the calling thread.
    private static final class Attempts {
        /// What agents refuse for the request itself or after what is agreed, which says whether it
        /// was done. With other codes they refuse it unseen, too.
        private static final List<String> VERDICTS = List.of("USAGE", "NOT_FOUND", "CONFLICT");

        private final Agents agents;
        private final Call call;
        private final Map<HostPort, Answer> latest = new LinkedHashMap<>();
        private boolean maybeDone;

        /// Who left it open whether it was done. The election that may follow has its whole time,
        /// but once for each of them, since nothing would end this else.
        private final Set<HostPort> open = new HashSet<>();

        /// Whether any agent answered.
        private boolean answered;

        /// When the asking for a quorum began, as the monotonic clock counts.
        private long since = System.nanoTime();

        Attempts(Agents agents, Call call) {
            this.agents = agents;
            this.call = call;
        }

        void add(HostPort endpoint, Answer answer) {
            latest.put(endpoint, answer);
            boolean uncertain =
                    answer instanceof Lost
                            || (answer instanceof Refused(var failure) && failure.isUncertain());
            boolean isChange = call.request().isPresent();
            maybeDone |= uncertain && isChange;
            boolean isFirst = !answered && !(answer instanceof Unreached);
            answered |= isFirst;
            boolean isNewlyOpen = uncertain && open.add(endpoint);
            if (isChange && (isFirst || isNewlyOpen)) {
                since = System.nanoTime();
            }
        }

        /// {@return whether a quorum has been asked for for longer than that}
        boolean lasts(Duration within) {
            return System.nanoTime() - since > within.toNanos();
        }

        /// {@return whether a refusal says that it was not done} An agent that was asked before may
        /// have done it and not lived to say so.
        boolean isTold(ApiFailure failure) {
            return !maybeDone || VERDICTS.contains(failure.code());
        }

        boolean noneReached() {
            return latest.values().stream().allMatch(answer -> answer instanceof Unreached);
        }

        ApiFailure failure() {
            if (maybeDone) {
                return ApiFailure.uncertain(
                        call + " was sent, and no agent can tell what came of it: " + all());
            }
            for (var answer : latest.values()) {
                if (answer instanceof Refused(var failure)) {
                    return failure;
                }
            }
            return agents.unreachable(all());
        }

        private String all() {
            var parts = new ArrayList<String>();
            latest.forEach((endpoint, answer) -> parts.add(endpoint + " " + told(answer)));
            return String.join("; ", parts);
        }

        private static String told(Answer answer) {
            return switch (answer) {
                case Done _ -> "answered";
                case Refused(var failure) -> failure.getMessage();
                case Unreached(var why) -> why;
                case Lost(var why) -> why;
            };
        }
    }
}
