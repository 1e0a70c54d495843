// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.krg.pages.engine.PeerSink;
import org.krg.pages.net.LinkConfig;
import org.krg.pages.net.PageLinks;
import org.krg.pages.net.PagePort;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// The same question and answer as [Echo], over the links that carry pages between nodes, and
/// nothing of what nodes do with them.
final class LinkEcho {
    private static final int QUESTION_BYTES = 64;
    private static final int HEAD_BYTES = 64;
    private static final int PAGE_BYTES = 4_096;
    private static final NodeId ASKS = new NodeId("asks");
    private static final NodeId ANSWERS = new NodeId("answers");
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private LinkEcho() {}

    /// {@return how long each round took, in nanoseconds}
    static long[] measure(int rounds) throws IOException {
        var key = new byte[32];
        new SecureRandom().nextBytes(key);
        var cluster = UUID.randomUUID();
        var addresses = new ConcurrentHashMap<NodeId, HostPort>();
        try (var one = open(cluster, ASKS, key, addresses);
                var two = open(cluster, ANSWERS, key, addresses)) {
            var asker = new Asker(one, rounds);
            one.listen(asker);
            two.listen(new Answerer(two));
            asker.ask();
            return asker.await();
        }
    }

    private static PageLinks open(
            UUID cluster, NodeId self, byte[] key, Map<NodeId, HostPort> addresses)
            throws IOException {
        var links =
                PageLinks.open(
                        new LinkConfig(cluster, self, new HostPort("127.0.0.1", 0), key),
                        node ->
                                Optional.ofNullable(addresses.get(node))
                                        .map(at -> new PagePort(at, key)));
        addresses.put(self, links.address());
        return links;
    }

    /// Asks anew in the thread that reads the answer, as nodes act on messages.
    private static final class Asker implements PeerSink {
        private static final int LIMIT_SECONDS = 60;

        private final PageLinks links;
        private final ByteBuffer question = ByteBuffer.allocateDirect(QUESTION_BYTES);
        private final CompletableFuture<long[]> measured = new CompletableFuture<>();
        private final long[] nanos;
        private int answered;
        private volatile long asked;

        Asker(PageLinks links, int rounds) {
            this.links = links;
            this.nanos = new long[rounds];
        }

        void ask() {
            asked = System.nanoTime();
            links.send(ANSWERS, question.clear(), NOTHING);
        }

        @Override
        public void received(NodeId peer, ByteBuffer message) {
            nanos[answered] = System.nanoTime() - asked;
            answered++;
            if (answered == nanos.length) {
                measured.complete(nanos);
            } else {
                ask();
            }
        }

        long[] await() throws IOException {
            try {
                return measured.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException failure) {
                throw new IOException("no answer over the page links", failure);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", interrupted);
            }
        }
    }

    private static final class Answerer implements PeerSink {
        private final PageLinks links;
        private final ByteBuffer head = ByteBuffer.allocateDirect(HEAD_BYTES);
        private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);

        Answerer(PageLinks links) {
            this.links = links;
        }

        @Override
        public void received(NodeId peer, ByteBuffer message) {
            links.send(ASKS, head.clear(), page.clear());
        }
    }
}
