// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.pages.engine.PeerSink;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

class PageLinksTest {
    private static final UUID CLUSTER = UUID.fromString("7d2b7a3c-0a9e-4b7e-8a5f-0123456789ab");
    private static final NodeId ONE = new NodeId("one");
    private static final NodeId TWO = new NodeId("two");
    private static final int PAGE = 4_096;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final Map<NodeId, HostPort> addresses = new ConcurrentHashMap<>();
    private final Deque<PageLinks> opened = new ArrayDeque<>();

    /// Keeps what came.
    private static class Inbox implements PeerSink {
        final List<String> messages = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void received(NodeId peer, ByteBuffer message) {
            var bytes = new byte[message.remaining()];
            message.get(bytes);
            messages.add(peer + ":" + new String(bytes, StandardCharsets.US_ASCII));
        }
    }

    @AfterEach
    void close() {
        opened.forEach(PageLinks::close);
    }

    @Test
    void messagesArriveInTheOrderTheyWereSentIn() throws IOException {
        var inbox = new Inbox();
        var one = open(ONE, "secret", new Inbox());
        open(TWO, "secret", inbox);
        for (var i = 0; i < 1_000; i++) {
            one.send(TWO, message("" + i), NOTHING);
        }
        await().until(() -> inbox.messages.size() == 1_000);
        for (var i = 0; i < 1_000; i++) {
            assertThat(inbox.messages.get(i)).isEqualTo("one:" + i);
        }
    }

    @Test
    void whoSendsToAReaderThatIsBusyDoesNotWait() throws IOException {
        var goOn = new CountDownLatch(1);
        var busy =
                new Inbox() {
                    @Override
                    public void received(NodeId peer, ByteBuffer message) {
                        awaitQuietly(goOn);
                        super.received(peer, message);
                    }
                };
        var one = open(ONE, "secret", new Inbox());
        open(TWO, "secret", busy);
        var page = "p".repeat(PAGE);
        for (var i = 0; i < 4_000; i++) {
            one.send(TWO, message(page), NOTHING);
        }
        goOn.countDown();
        await().until(() -> busy.messages.size() == 4_000);
        assertThat(busy.messages).containsOnly("one:" + page);
    }

    @Test
    void whoDoesNotKnowTheSecretIsNotHeard() throws IOException {
        var inbox = new Inbox();
        var guesses = open(ONE, "guess", new Inbox());
        open(TWO, "secret", inbox);
        guesses.send(TWO, message("guessed"), NOTHING);
        var knows = open(new NodeId("three"), "secret", new Inbox());
        knows.send(TWO, message("hello"), NOTHING);
        await().until(() -> inbox.messages.contains("three:hello"));
        assertThat(inbox.messages).containsExactly("three:hello");
    }

    @Test
    void nothingIsLostOrDoubledWhereConnectionsBreak() throws IOException {
        var inbox = new Inbox();
        var one = open(ONE, "secret", new Inbox());
        var two = open(TWO, "secret", inbox);
        for (var i = 0; i < 500; i++) {
            one.send(TWO, message("" + i), NOTHING);
            if (i % 50 == 49) {
                two.breakConnections();
            }
        }
        await().until(() -> inbox.messages.size() >= 500);
        assertThat(inbox.messages).hasSize(500);
        for (var i = 0; i < 500; i++) {
            assertThat(inbox.messages.get(i)).isEqualTo("one:" + i);
        }
    }

    @Test
    void whatIsSentTooEarlyWaits() throws IOException {
        var inbox = new Inbox();
        var one = open(ONE, "secret", new Inbox());
        one.send(TWO, message("early"), NOTHING);
        open(TWO, "secret", inbox);
        await().until(() -> inbox.messages.contains("one:early"));
    }

    @Test
    void whatWaitsForANodeThatIsGoneIsForgotten() throws IOException {
        var inbox = new Inbox();
        var one = open(ONE, "secret", new Inbox());
        one.send(TWO, message("to the one that is gone"), NOTHING);
        one.forget(TWO);
        open(TWO, "secret", inbox);
        one.send(TWO, message("to the next"), NOTHING);
        await().until(() -> !inbox.messages.isEmpty());
        assertThat(inbox.messages).containsExactly("one:to the next");
    }

    @Test
    void whoWantsToKnowHearsThatEverythingWasHandled() throws Exception {
        var goOn = new CountDownLatch(1);
        var busy =
                new Inbox() {
                    @Override
                    public void received(NodeId peer, ByteBuffer message) {
                        awaitQuietly(goOn);
                        super.received(peer, message);
                    }
                };
        var one = open(ONE, "secret", new Inbox());
        open(TWO, "secret", busy);
        one.send(TWO, message("the last"), NOTHING);

        assertThat(one.settle(Duration.ofMillis(50))).isFalse();
        goOn.countDown();
        assertThat(one.settle(Duration.ofSeconds(30))).isTrue();

        assertThat(busy.messages).containsExactly("one:the last");
    }

    @Test
    void beyondLoopbackNothingIsOpened() {
        var config = new LinkConfig(CLUSTER, ONE, new HostPort("0.0.0.0", 0), new byte[32]);
        assertThatThrownBy(() -> PageLinks.open(config, _ -> Optional.empty()))
                .hasMessageContaining("loopback only");
    }

    private PageLinks open(NodeId self, String secret, PeerSink sink) throws IOException {
        var key = secret.getBytes(StandardCharsets.US_ASCII);
        var config = new LinkConfig(CLUSTER, self, new HostPort("127.0.0.1", 0), key);
        var links =
                PageLinks.open(
                        config,
                        node ->
                                Optional.ofNullable(addresses.get(node))
                                        .map(it -> new PagePort(it, key)));
        links.listen(sink);
        addresses.put(self, links.address());
        opened.push(links);
        return links;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private static ByteBuffer message(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
