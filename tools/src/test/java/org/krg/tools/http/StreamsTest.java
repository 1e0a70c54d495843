// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.tools.http.FakeAgent.broken;
import static org.krg.tools.http.FakeAgent.error;
import static org.krg.tools.http.FakeAgent.json;
import static org.krg.tools.http.FakeAgent.silent;
import static org.krg.tools.http.FakeAgent.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.tools.http.FakeAgent.Part;

final class StreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final OptionalLong FROM_3 = OptionalLong.of(3);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void aWatchGoesOnBehindTheLastEventAtTheNextAgent() {
        var dying = agent(stream(event(4, 0) + event(4, 1)), broken());
        var other = agent(silent(event(5, 0)));
        var watch = client(dying, other).watch(FROM_3);

        assertThat(revisions(watch, 3)).containsExactly("4.0", "4.1", "5.0");
        assertThat(dying.asked().getFirst().path()).isEqualTo("/v1/watch?after=3");
        assertThat(other.asked().getFirst().lastEventId()).isEqualTo("4.1");
    }

    @Test
    void aHalfEventIsNotTaken() {
        var dying = agent(stream(event(4, 0) + "id: 4.1\ndata: {\"revi"), broken());
        var other = agent(silent(event(4, 1)));
        var watch = client(dying, other).watch(FROM_3);

        assertThat(revisions(watch, 2)).containsExactly("4.0", "4.1");
        assertThat(other.asked().getFirst().lastEventId()).isEqualTo("4.0");
    }

    @Test
    void anAgentThatFallsSilentIsLeft() {
        var hung = agent(silent(event(4, 0)));
        var other = agent(silent(event(5, 0)));
        var watch = client(PATIENCE, Duration.ofSeconds(5), hung, other).watch(FROM_3);

        assertThat(revisions(watch, 2)).containsExactly("4.0", "5.0");
    }

    @Test
    void aWatchFromNowBeginsBehindThePresentRevision() {
        var agent = agent(json(200, "{\"revision\":41}"), silent(event(42, 0)));
        var watch = client(agent).watch(OptionalLong.empty());

        assertThat(revisions(watch, 1)).containsExactly("42.0");
        assertThat(agent.asked().get(1).path()).isEqualTo("/v1/watch?after=41");
    }

    @Test
    void aGapIsToldNotSkipped() {
        var agent =
                agent(stream("event: compacted\ndata: {\"first\":90,\"message\":\"gone\"}\n\n"));
        var watch = client(agent).watch(FROM_3);

        assertThatThrownBy(watch::next)
                .isInstanceOfSatisfying(
                        ApiFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(ApiFailure.COMPACTED);
                            assertThat(failure.exit()).isEqualTo(5);
                            assertThat(failure.remedy()).contains("90");
                        });
    }

    @Test
    void aWatchThatNobodyGoesOnWithFails() {
        var agent = agent(stream(event(4, 0)), error(503, "NO_QUORUM", 8));
        var watch = client(Duration.ofMillis(700), PATIENCE, agent).watch(FROM_3);

        watch.next();

        assertThatThrownBy(watch::next)
                .isInstanceOfSatisfying(
                        ApiFailure.class, failure -> assertThat(failure.exit()).isEqualTo(8));
    }

    @Test
    void closingEndsAWatchThatWaits() throws Exception {
        var watch = client(agent(silent(event(4, 0)))).watch(FROM_3);
        watch.next();
        var waiting = Thread.ofVirtual().start(watch::close);

        assertThat(watch.next()).isEmpty();
        waiting.join();
    }

    @Test
    void aLogGoesOnFromItsOffset() {
        var dying = agent(stream(out(10, "hello ")), broken());
        var other = agent(stream(out(16, "world") + end(3)));
        var log = client(dying, other).logs("heat", "stdout", 10, true);

        assertThat(items(log)).containsExactly("10:hello ", "16:world", "end 3");
        assertThat(other.asked().getFirst().path())
                .isEqualTo("/v1/processes/heat/logs?stream=stdout&follow=true&offset=16");
    }

    @Test
    void bytesThatComeAgainAreDropped() {
        var agent = agent(stream(out(0, "abc") + out(1, "bcd") + out(0, "ab") + end(0)));
        var log = client(agent).logs("heat", "stdout", 0, true);

        assertThat(items(log)).containsExactly("0:abc", "3:d", "end 0");
    }

    @Test
    void aRestartTakesTheStreamBackOnce() {
        var mark = mark(2, 2);
        var dying = agent(stream(out(0, "abcd") + mark + out(2, "C")), broken());
        var other = agent(stream(mark + out(3, "D") + end(0)));
        var log = client(dying, other).logs("heat", "stdout", 0, true);

        assertThat(items(log)).containsExactly("0:abcd", "mark 2", "2:C", "3:D", "end 0");
    }

    @Test
    void aLogThatIsNotFollowedEndsWithWhatThereIs() {
        var log = client(agent(stream(out(0, "abc")))).logs("heat", "stdout", 0, false);

        assertThat(items(log)).containsExactly("0:abc");
    }

    @Test
    void theLogOfAnUnknownProcessIsRefused() {
        var log = client(agent(error(404, "NOT_FOUND", 3))).logs("heat", "stdout", 0, false);

        assertThatThrownBy(log::next)
                .isInstanceOfSatisfying(
                        ApiFailure.class, failure -> assertThat(failure.exit()).isEqualTo(3));
    }

    private static List<String> revisions(WatchStream watch, int count) {
        return Stream.generate(watch::next)
                .limit(count)
                .map(event -> event.orElseThrow())
                .map((JsonNode event) -> event.path("revision") + "." + event.path("ordinal"))
                .toList();
    }

    private static List<String> items(LogStream log) {
        var items = new ArrayList<String>();
        for (var item = log.next(); item.isPresent(); item = log.next()) {
            items.add(
                    switch (item.get()) {
                        case LogItem.Output(var offset, var bytes) ->
                                offset + ":" + StandardCharsets.UTF_8.decode(bytes);
                        case LogItem.Mark(_, _, var offset) -> "mark " + offset;
                        case LogItem.End(_, OptionalInt code, _) -> "end " + code.orElse(-1);
                    });
        }
        return items;
    }

    private static String event(int revision, int ordinal) {
        return "id: %d.%d\ndata: {\"revision\":%d,\"ordinal\":%d}\n\n: heartbeat\n\n"
                .formatted(revision, ordinal, revision, ordinal);
    }

    private static String out(int offset, String text) {
        var encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return "event: out\ndata: {\"offset\":%d,\"base64\":\"%s\"}\n\n".formatted(offset, encoded);
    }

    private static String mark(int epoch, int stdoutBytes) {
        return "event: mark\ndata: {\"text\":\"back\",\"epoch\":%d,\"stdoutBytes\":%d,\"stderrBytes\":0}\n\n"
                .formatted(epoch, stdoutBytes);
    }

    private static String end(int exitCode) {
        return "event: end\ndata: {\"reason\":\"exited\",\"exitCode\":%d}\n\n".formatted(exitCode);
    }

    private FakeAgent agent(Part... parts) {
        var agent = new FakeAgent(parts);
        open.add(agent);
        return agent;
    }

    private ApiClient client(FakeAgent... agents) {
        return client(PATIENCE, PATIENCE, agents);
    }

    private ApiClient client(Duration quorum, Duration quiet, FakeAgent... agents) {
        var config =
                ClientConfig.of(Stream.of(agents).map(FakeAgent::address).toList())
                        .withBounds(Duration.ofSeconds(10), quorum, quiet);
        var client = new ApiClient(config);
        open.add(client);
        return client;
    }
}
