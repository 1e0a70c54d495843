// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.tools.http.FakeAgent.broken;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.hanging;
import static org.krg.tools.http.FakeAgent.json;
import static org.krg.tools.http.FakeAgent.silent;
import static org.krg.tools.http.FakeAgent.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.state.model.HostPort;
import org.krg.tools.http.FakeAgent.Asked;
import org.krg.tools.http.FakeAgent.Part;

final class ApiClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final ApiPath JOBS = ApiPath.of("jobs");
    private static final Part DONE = json(200, "{\"revision\":7}");
    private static final Part NO_QUORUM = error(503, "NO_QUORUM", 8);
    private static final Part TIMED_OUT = error(504, "TIMED_OUT", 7);

    private static final Part TOO_MANY = exchange -> exchange.sendResponseHeaders(429, -1);

    /// The record of a fatal alert, RFC 8446, 6.
    private static final byte[] BAD_CERTIFICATE = {21, 3, 3, 0, 2, 2, 42};

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void anAgentThatRefusesConnectionsIsPassedOver() {
        var alive = agent(DONE);

        var client = client(nobody(), alive.address());

        assertThat(client.get(JOBS).path("revision").asInt()).isEqualTo(7);
    }

    @Test
    void theAgentThatAnsweredLastIsAskedFirst() {
        var first = agent(NO_QUORUM, DONE);
        var second = agent(DONE);
        var client = client(first.address(), second.address());

        client.get(JOBS);
        client.get(JOBS);

        assertThat(first.asked()).hasSize(1);
        assertThat(second.asked()).hasSize(2);
    }

    @Test
    void noQuorumIsAskedAgainUntilALeaderIsElected() {
        var agent = agent(NO_QUORUM, NO_QUORUM, DONE);

        assertThat(client(agent.address()).get(JOBS).path("revision").asInt()).isEqualTo(7);
    }

    @Test
    void noQuorumEverywhereIsAFailureInTheEnd() {
        var client = impatient(agent(NO_QUORUM).address(), agent(NO_QUORUM).address());

        assertThatThrownBy(() -> client.get(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.exit()).isEqualTo(8);
                            assertThat(failure).hasMessage("said NO_QUORUM");
                            assertThat(failure.isUncertain()).isFalse();
                        });
    }

    @Test
    void nobodyThereIsToldAtOnceWithEachEndpoint() {
        var nobody = nobody();

        assertThatThrownBy(() -> client(nobody).post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.exit()).isEqualTo(8);
                            assertThat(failure)
                                    .hasMessage(
                                            "no agent answers: " + nobody + " connection refused");
                        });
    }

    @Test
    void aRefusalIsPassedOnAsItIs() {
        var client = client(agent(error(404, "NOT_FOUND", 3)).address(), agent(DONE).address());

        assertThatThrownBy(() -> client.get(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo("NOT_FOUND");
                            assertThat(failure.remedy()).isEqualTo("do it");
                            assertThat(failure.exit()).isEqualTo(3);
                        });
    }

    @Test
    void aChangeThatBreaksOffIsRepeatedAsTheSameRequest() {
        var breaking = agent(broken());
        var alive = agent(DONE);
        var client = client(breaking.address(), alive.address());

        client.post(JOBS, Json.object().put("name", "heat"));

        var requests = Stream.of(breaking, alive).flatMap(agent -> agent.asked().stream()).toList();
        assertThat(requests).hasSizeGreaterThanOrEqualTo(2);
        assertThat(requests.stream().map(Asked::request).distinct()).hasSize(1);
        assertThat(requests.getLast().body()).isEqualTo("{\"name\":\"heat\"}");
    }

    @Test
    void eachChangeHasItsOwnNumberInOneSession() {
        var agent = agent(DONE);
        var client = client(agent.address());

        client.post(JOBS);
        client.delete(JOBS);

        assertThat(agent.asked().get(0).request()).matches("[1-9][0-9]*:1");
        assertThat(agent.asked().get(1).request())
                .isEqualTo(String.valueOf(agent.asked().get(0).request()).replaceFirst("1$", "2"));
    }

    @Test
    void aReadIsNotNumbered() {
        var agent = agent(DONE);

        client(agent.address()).get(JOBS);

        assertThat(agent.asked().getFirst().request()).isNull();
    }

    @Test
    void aChangeThatTimesOutIsRepeated() {
        var agent = agent(TIMED_OUT, DONE);

        assertThat(client(agent.address()).post(JOBS).path("revision").asInt()).isEqualTo(7);
    }

    @Test
    void aChangeThatNobodyCanTellAnythingAboutIsUncertain() {
        var client = impatient(agent(TIMED_OUT).address());

        assertThatThrownBy(() -> client.post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.isUncertain()).isTrue();
                            assertThat(failure.exit()).isEqualTo(7);
                        });
    }

    @Test
    void aLongChangeThatLosesItsLeaderIsTriedThroughTheElection() {
        // The first breaks off after longer than a quorum is asked for.
        var leader = agent(hanging());
        var other = agent(NO_QUORUM, DONE);
        var client =
                client(
                        Duration.ofSeconds(2),
                        Duration.ofMillis(700),
                        leader.address(),
                        other.address());

        var reply = client.post(JOBS);

        assertThat(reply.path("revision").asInt()).isEqualTo(7);
        assertThat(other.asked()).hasSize(2);
    }

    @Test
    void aChangeStaysUncertainWhenItsAgentIsGoneAfterwards() {
        var client = impatient(agent(broken()).address(), nobody());

        assertThatThrownBy(() -> client.post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class, failure -> assertThat(failure.isUncertain()).isTrue());
    }

    @Test
    void aChangeStaysUncertainWhenAnotherAgentRefusesItUnseen() {
        for (var unseen :
                List.of(TOO_MANY, error(500, "FAILED", 1), error(403, "NOT_PERMITTED", 4))) {
            var client = impatient(agent(broken()).address(), agent(unseen).address());

            assertThatThrownBy(() -> client.post(JOBS))
                    .isInstanceOfSatisfying(
                            ApiFailure.class,
                            failure -> assertThat(failure.isUncertain()).isTrue());
        }
    }

    @Test
    void aChangeThatBrokeOffAndIsRefusedAfterWhatIsAgreedIsRefused() {
        var client =
                impatient(agent(broken()).address(), agent(error(409, "CONFLICT", 5)).address());

        assertThatThrownBy(() -> client.post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class, failure -> assertThat(failure.exit()).isEqualTo(5));
    }

    @Test
    void anAgentThatEndsDuringTheHandshakeDidNotAnswer() throws Exception {
        var client = encrypted(peer(), peer());

        assertThatThrownBy(() -> client.post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(ApiFailure.NO_QUORUM);
                            assertThat(failure).hasMessageContaining("no agent answers");
                        });
    }

    @Test
    void anAgentThatDoesNotBelieveTheCallerIsSaid() throws Exception {
        var client = encrypted(peer(BAD_CERTIFICATE), peer());

        assertThatThrownBy(() -> client.post(JOBS))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(ApiFailure.NOT_PERMITTED);
                            assertThat(failure).hasMessageContaining("do not believe each other");
                        });
    }

    @Test
    void anAgentThatHangsIsPassedOver() {
        var client =
                client(
                        Duration.ofSeconds(2),
                        PATIENCE,
                        agent(hanging()).address(),
                        agent(DONE).address());

        assertThat(client.get(JOBS).path("revision").asInt()).isEqualTo(7);
    }

    @Test
    void bytesAreNotSentTwice() {
        var breaking = agent(broken());
        var other = agent(DONE);
        var client = client(breaking.address(), other.address());

        assertThatThrownBy(() -> client.postBytes(JOBS, new byte[] {1}, Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        ApiFailure.class, failure -> assertThat(failure.isUncertain()).isTrue());
        assertThat(other.asked()).isEmpty();
    }

    @Test
    void aLongWaitEndsWhenTheAgentIsGone() {
        var client = watchful(agent(hanging()).address());

        assertThatThrownBy(() -> client.upload(JOBS, text("archive"), Duration.ofHours(1)))
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure).hasMessageContaining("it does not answer any more");
                            assertThat(failure.exit()).isEqualTo(7);
                        });
    }

    @Test
    void aLongWaitGoesOnWhileTheAgentIsThere() {
        var looks = new CountDownLatch(3);
        var agent =
                agent(exchange -> {
                    if (exchange.getRequestMethod().equals("POST")) {
                        awaited(looks);
                    } else {
                        looks.countDown();
                    }
                    DONE.play(exchange);
                });

        var reply = watchful(agent.address()).upload(JOBS, text("archive"), Duration.ofHours(1));

        assertThat(reply.path("revision").asInt()).isEqualTo(7);
    }

    private static void awaited(CountDownLatch looks) {
        try {
            assertThat(looks.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    /// {@return a client that soon looks whether an agent that does not answer is there}
    private ApiClient watchful(HostPort endpoint) {
        var config =
                ClientConfig.of(List.of(endpoint))
                        .withBounds(Duration.ofSeconds(1), PATIENCE, Duration.ofMillis(200));
        var client = new ApiClient(config);
        open.add(client);
        return client;
    }

    @Test
    void bytesThatCanBeReadOnceAreNotAskedForAgain() {
        var electing = agent(NO_QUORUM, DONE);
        var client = client(electing.address(), agent(DONE).address());

        assertThatThrownBy(() -> client.upload(JOBS, text("archive"), PATIENCE))
                .isInstanceOf(ApiFailure.class)
                .hasMessage("said NO_QUORUM");
        assertThat(electing.asked()).extracting(Asked::body).containsExactly("archive");
    }

    @Test
    void anAgentThatCannotBeReachedHasTakenNoneOfThem() {
        var alive = agent(DONE);

        client(nobody(), alive.address()).upload(JOBS, text("archive"), PATIENCE);

        assertThat(alive.asked()).extracting(Asked::body).containsExactly("archive");
    }

    @Test
    void bytesThatAreKeptAreSentAgain() {
        var agent = agent(NO_QUORUM, DONE);

        client(agent.address()).upload(JOBS, () -> text("archive"), PATIENCE);

        assertThat(agent.asked()).extracting(Asked::body).containsExactly("archive", "archive");
    }

    @Test
    void aDownloadBeginsAtTheFirstAgentThatSends() throws IOException {
        var out = new ByteArrayOutputStream();

        client(nobody(), agent(NO_QUORUM).address(), agent(stream("archive")).address())
                .download(JOBS, out, PATIENCE);

        assertThat(out.toString(UTF_8)).isEqualTo("archive");
    }

    @Test
    void aDownloadEndsWhenNothingMoreComes() {
        var stopping = agent(silent("arch"));
        var other = agent(stream("archive"));
        var out = new ByteArrayOutputStream();
        var client = client(stopping.address(), other.address());

        assertThatThrownBy(() -> client.download(JOBS, out, Duration.ofSeconds(1)))
                .isInstanceOf(ApiFailure.class)
                .hasMessage("the bytes stopped in the middle: silent for 1 s");
        assertThat(out.toString(UTF_8)).isEqualTo("arch");
        assertThat(other.asked()).isEmpty();
    }

    @Test
    void aDownloadThatBreaksOffDoesNotBeginAnewElsewhere() {
        var breaking =
                agent(exchange -> {
                    exchange.sendResponseHeaders(200, 7);
                    exchange.getResponseBody().write("arch".getBytes(UTF_8));
                    exchange.getResponseBody().flush();
                });
        var other = agent(stream("archive"));
        var client = client(breaking.address(), other.address());

        assertThatThrownBy(() -> client.download(JOBS, new ByteArrayOutputStream(), PATIENCE))
                .isInstanceOf(ApiFailure.class)
                .hasMessage("the bytes stopped in the middle: the connection broke");
        assertThat(other.asked()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsNoFaultOfAnAgent() {
        var first = agent(stream("archive"));
        var other = agent(stream("archive"));
        var full =
                new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        var client = client(first.address(), other.address());

        assertThatThrownBy(() -> client.download(JOBS, full, PATIENCE))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        assertThat(other.asked()).isEmpty();
    }

    @Test
    void anotherServerIsNotTakenForAnAgent() {
        var client = client(agent(json(200, "<html>")).address());

        assertThatThrownBy(() -> client.get(JOBS))
                .isInstanceOf(ApiFailure.class)
                .hasMessageContaining("not as an agent of krg does");
    }

    @Test
    void aTokenIsShown() {
        var agent = agent(DONE);
        var config = ClientConfig.of(List.of(agent.address())).withToken("s3cret");

        try (var client = new ApiClient(config)) {
            client.get(JOBS);
        }

        assertThat(agent.asked().getFirst().token()).isEqualTo("Bearer s3cret");
    }

    @Test
    void namesInPathsAreEscaped() {
        var path = ApiPath.of("processes", "a b/0", "logs").with("stream", "x y");

        assertThat(path).hasToString("/v1/processes/a%20b/0/logs?stream=x%20y");
    }

    @Test
    void anAgentCanBeAskedAlone() {
        var one = agent(DONE);
        var client = client(nobody());

        assertThat(client.at(one.address()).get(JOBS).path("revision").asInt()).isEqualTo(7);
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private FakeAgent agent(Part... parts) {
        var agent = new FakeAgent(parts);
        open.add(agent);
        return agent;
    }

    /// {@return where somebody waits for the beginning of a handshake, says this and closes}
    private HostPort peer(byte... said) throws IOException {
        var listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        open.add(listener);
        Thread.startVirtualThread(() -> {
            while (true) {
                try (var socket = listener.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(said);
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException closed) {
                    if (listener.isClosed()) {
                        return;
                    }
                }
            }
        });
        return new HostPort("127.0.0.1", listener.getLocalPort());
    }

    private ApiClient encrypted(HostPort... endpoints) throws Exception {
        var client =
                new ApiClient(ClientConfig.of(List.of(endpoints)).withTls(SSLContext.getDefault()));
        open.add(client);
        return client;
    }

    private ApiClient client(HostPort... endpoints) {
        return client(Duration.ofSeconds(10), PATIENCE, endpoints);
    }

    /// {@return a client that soon gives up asking for a quorum}
    private ApiClient impatient(HostPort... endpoints) {
        return client(Duration.ofSeconds(10), Duration.ofMillis(700), endpoints);
    }

    private ApiClient client(Duration answer, Duration quorum, HostPort... endpoints) {
        var config = ClientConfig.of(List.of(endpoints)).withBounds(answer, quorum, PATIENCE);
        var client = new ApiClient(config);
        open.add(client);
        return client;
    }

    // A port that was free a moment ago.
    private static HostPort nobody() {
        try (var agent = new FakeAgent()) {
            return agent.address();
        }
    }
}
