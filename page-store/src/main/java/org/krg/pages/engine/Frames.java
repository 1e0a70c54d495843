// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.krg.pages.codec.PageMessageCodec;
import org.krg.pages.coherence.PageMessage;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;

/// What is sent to another node: `u64 run of the sender, u64 run of the receiver, message, pages or
/// nothing`. The runs tell members of one name apart. Buffers are used again and again.
final class Frames {
    private static final int HEAD_BYTES = 2 * Long.BYTES + PageMessageCodec.MAX_BYTES;

    /// Threads that send at once are hardly more.
    private static final int MOST_FREE = 16;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final Member self;
    private final PeerLinks links;
    private final Queue<ByteBuffer> free = new ArrayBlockingQueue<>(MOST_FREE);

    Frames(Member self, PeerLinks links) {
        this.self = self;
        this.links = links;
    }

    void send(
            Member to,
            BlockId block,
            long epoch,
            PageMessage message,
            @Nullable MemorySegment payload) {
        var room = 2 * Long.BYTES + PageMessageCodec.room(message);
        var pooled = room > HEAD_BYTES ? null : free.poll();
        var frame = pooled == null ? ByteBuffer.allocateDirect(Math.max(room, HEAD_BYTES)) : pooled;
        frame.clear().putLong(self.run()).putLong(to.run());
        PageMessageCodec.encode(block, epoch, message, frame);
        links.send(to.node(), frame.flip(), payload == null ? NOTHING : payload.asByteBuffer());
        if (room <= HEAD_BYTES) {
            var _ = free.offer(frame);
        }
    }
}
