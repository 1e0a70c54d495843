// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.pages.codec.PageMessageCodec.Envelope;
import org.krg.pages.coherence.Access;
import org.krg.pages.coherence.Content;
import org.krg.pages.coherence.Copy;
import org.krg.pages.coherence.Notes;
import org.krg.pages.coherence.OwnerNote;
import org.krg.pages.coherence.PageMessage;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SegmentId;

class PageMessageCodecTest {
    private static final BlockId BLOCK = new BlockId(new SegmentId(7), 3);
    private static final long EPOCH = 5;
    private static final List<PageMessage> ALL =
            List.of(
                    new PageMessage.Request(511, true),
                    new PageMessage.Request(0, false),
                    new PageMessage.Data(9),
                    new PageMessage.Data(448, 64),
                    new PageMessage.Request(4, 8, false),
                    new PageMessage.Request(4, 8, false, true),
                    new PageMessage.Fetch(4, 8),
                    new PageMessage.Grant(4, 8, Access.READ, 3, Content.SENT),
                    new PageMessage.Data(4, 64, Long.MIN_VALUE + 5),
                    new PageMessage.Invalidated(9),
                    new PageMessage.Claim(
                            List.of(
                                    new Copy(0, Access.NONE, 4),
                                    new Copy(511, Access.WRITE, Long.MAX_VALUE))),
                    new PageMessage.Grant(300, Access.READ, 12, Content.ZEROS),
                    new PageMessage.Grant(300, Access.WRITE, 13, Content.KEPT),
                    new PageMessage.Grant(300, Access.WRITE, 14, Content.SENT),
                    new PageMessage.Fetch(1),
                    new PageMessage.Take(2),
                    new PageMessage.Invalidate(3),
                    new PageMessage.Lost(4),
                    new PageMessage.Recover(),
                    new PageMessage.Note(7, true, true, List.of()),
                    new PageMessage.Note(
                            Long.MAX_VALUE,
                            false,
                            false,
                            List.of(
                                    new OwnerNote(0, 5, new Member(new NodeId("one"), 2)),
                                    new OwnerNote(7, 6, new Member(new NodeId("two"), 3)),
                                    new OwnerNote(511, 7, new Member(new NodeId("one"), 2)))),
                    new PageMessage.Noted(8),
                    new PageMessage.Mirrored(
                            new Notes(
                                    3,
                                    true,
                                    List.of(new OwnerNote(4, 5, new Member(new NodeId("n"), 1))))));

    @Test
    void everyMessageComesBack() {
        for (var message : ALL) {
            var bytes = encoded(message);
            assertThat(PageMessageCodec.decode(bytes))
                    .contains(new Envelope(BLOCK, EPOCH, message));
            assertThat(bytes.hasRemaining()).isFalse();
        }
    }

    @Test
    void aMessageThatIsCutShortIsNone() {
        for (var message : ALL) {
            var bytes = encoded(message);
            for (var length = 0; length < bytes.limit(); length++) {
                assertThat(PageMessageCodec.decode(bytes.duplicate().limit(length))).isEmpty();
            }
        }
    }

    @Test
    void aPageOutsideTheBlockAndAnUnknownKindAreNone() {
        var page = encoded(new PageMessage.Data(9));
        page.putShort(22, (short) BlockId.PAGES);
        assertThat(PageMessageCodec.decode(page)).isEmpty();

        var run = encoded(new PageMessage.Data(9));
        for (var pages : new int[] {0, 65, 504}) {
            run.putShort(24, (short) pages);
            assertThat(PageMessageCodec.decode(run.duplicate())).isEmpty();
        }

        var kind = encoded(new PageMessage.Data(9));
        kind.put(20, (byte) 99);
        assertThat(PageMessageCodec.decode(kind)).isEmpty();
    }

    private static ByteBuffer encoded(PageMessage message) {
        var bytes = ByteBuffer.allocate(PageMessageCodec.MAX_BYTES);
        PageMessageCodec.encode(BLOCK, EPOCH, message, bytes);
        return bytes.flip();
    }
}
