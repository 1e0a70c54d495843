// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.pages.codec.PageMessageCodec;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SegmentId;

/// Whom an engine hears: this node is the home of a block, and another one asks for its first page.
class PageEngineTest {
    private static final BlockId BLOCK = new BlockId(new SegmentId(1), 0);
    private static final Member SELF = new Member(new NodeId("self"), 3);
    private static final Member OTHER = new Member(new NodeId("other"), 5);

    private final List<NodeId> answered = new ArrayList<>();
    private PageEngine engine;

    @BeforeEach
    void start() {
        engine = PageEngine.start(PageEngineConfig.of(SELF), new Links(), _ -> {});
        engine.granted(BLOCK, SELF, 1, List.of(SELF, OTHER));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private final class Links implements PeerLinks {
        @Override
        public void send(NodeId peer, ByteBuffer head, ByteBuffer rest) {
            answered.add(peer);
        }

        @Override
        public void forget(NodeId peer) {}
    }

    @Test
    void aMemberIsAnswered() {
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).containsExactly(OTHER.node());
    }

    @Test
    void whoWasDeclaredLostIsNotHeardAndItsNextRunIs() {
        engine.gone(OTHER);
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).isEmpty();

        say(OTHER.run() + 1, SELF.run(), 1);
        assertThat(answered).hasSize(1);
    }

    @Test
    void whatIsMeantForAnEarlierRunOrEpochIsNotHeard() {
        say(OTHER.run(), SELF.run() - 1, 1);
        engine.granted(BLOCK, SELF, 2, List.of(SELF));
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).isEmpty();
    }

    private void say(long fromRun, long toRun, long epoch) {
        var frame = ByteBuffer.allocate(2 * Long.BYTES + PageMessageCodec.MAX_BYTES);
        frame.putLong(fromRun).putLong(toRun);
        PageMessageCodec.encode(BLOCK, epoch, new Request(0, false), frame);
        engine.received(OTHER.node(), frame.flip());
    }
}
