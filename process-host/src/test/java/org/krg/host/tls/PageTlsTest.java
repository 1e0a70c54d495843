// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.engine.PeerSink;
import org.krg.pages.net.LinkConfig;
import org.krg.pages.net.PageLinks;
import org.krg.pages.net.PagePort;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName.Role;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Page messages over TLS, with the certificates that nodes have.
class PageTlsTest {
    private static final UUID CLUSTER = UUID.fromString("7d2b7a3c-0a9e-4b7e-8a5f-0123456789ab");
    private static final NodeId ONE = new NodeId("one");
    private static final NodeId TWO = new NodeId("two");
    private static final byte[] KEY = new byte[32];
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    private static final int RUN_BYTES = 64 * 4_096;

    @TempDir private Path directory;

    private final Map<NodeId, HostPort> addresses = new ConcurrentHashMap<>();
    private final Deque<PageLinks> opened = new ArrayDeque<>();
    private Keys keys;

    /// Keeps a sum of what came.
    private static final class Inbox implements PeerSink {
        final List<String> messages = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void received(NodeId peer, ByteBuffer message) {
            messages.add(peer + ":" + sum(message));
        }
    }

    @BeforeEach
    void makeKeys() {
        keys = new Keys(CLUSTER, directory);
    }

    @AfterEach
    void close() {
        opened.forEach(PageLinks::close);
    }

    @Test
    void messagesOfAllLengthsArriveInOrderBothWays() throws IOException {
        var atOne = new Inbox();
        var atTwo = new Inbox();
        var one = open(ONE, tls("one"), atOne);
        var two = open(TWO, tls("two"), atTwo);
        var expected = new ArrayList<Long>();

        for (var i = 0; i < 600; i++) {
            var message = message(i, i % 20 == 0 ? RUN_BYTES : i % 3 == 0 ? 4_096 + i : 1 + i);
            expected.add(sum(message.duplicate()));
            one.send(TWO, message.duplicate(), NOTHING);
            two.send(ONE, message, NOTHING);
        }

        await().until(() -> atTwo.messages.size() == 600 && atOne.messages.size() == 600);
        assertThat(atTwo.messages).isEqualTo(expected.stream().map(it -> "one:" + it).toList());
        assertThat(atOne.messages).isEqualTo(expected.stream().map(it -> "two:" + it).toList());
    }

    @Test
    void whoShowsAnotherCertificateOrNoneIsNotHeard() throws IOException {
        var inbox = new Inbox();
        open(TWO, tls("two"), inbox);
        var others = new Keys(CLUSTER, directory.resolve("others"));

        say(new NodeId("three"), tls("four"));
        say(new NodeId("five"), Optional.of(keys.user(Role.ADMIN, "five").mutual()));
        say(new NodeId("six"), Optional.of(others.node("six").mutual()));
        say(new NodeId("seven"), Optional.of(keys.expiredNode("seven").mutual()));
        say(new NodeId("eight"), Optional.empty());
        say(ONE, tls("one"));

        await().until(() -> !inbox.messages.isEmpty());
        say(new NodeId("nine"), tls("nine"));
        await().until(() -> inbox.messages.size() > 1);
        assertThat(inbox.messages).allMatch(it -> it.startsWith("one:") || it.startsWith("nine:"));
    }

    @Test
    void nothingIsSaidToWhoIsAnotherNode() throws IOException {
        var inbox = new Inbox();
        open(TWO, tls("three"), inbox);
        say(ONE, tls("one"));
        var real = new Inbox();
        open(new NodeId("four"), tls("four"), real);
        var one = opened.stream().filter(it -> it.address().equals(addresses.get(ONE))).findFirst();
        one.orElseThrow().send(new NodeId("four"), message(0, 10), NOTHING);

        await().until(() -> !real.messages.isEmpty());
        assertThat(inbox.messages).isEmpty();
    }

    private Optional<MutualTls> tls(String name) {
        return Optional.of(keys.node(name).mutual());
    }

    private void say(NodeId self, Optional<MutualTls> tls) throws IOException {
        open(self, tls, new Inbox()).send(TWO, message(0, 10), NOTHING);
    }

    private PageLinks open(NodeId self, Optional<MutualTls> tls, PeerSink sink) throws IOException {
        var config = new LinkConfig(CLUSTER, self, new HostPort("127.0.0.1", 0), KEY, tls);
        var links =
                PageLinks.open(
                        config,
                        node ->
                                Optional.ofNullable(addresses.get(node))
                                        .map(it -> new PagePort(it, KEY)));
        links.listen(sink);
        addresses.put(self, links.address());
        opened.push(links);
        return links;
    }

    private static ByteBuffer message(int number, int length) {
        var message = ByteBuffer.allocateDirect(length);
        for (var i = 0; i < length; i++) {
            message.put((byte) (number * 31 + i));
        }
        return message.flip();
    }

    private static long sum(ByteBuffer message) {
        var sum = new CRC32();
        sum.update(message);
        return sum.getValue();
    }
}
