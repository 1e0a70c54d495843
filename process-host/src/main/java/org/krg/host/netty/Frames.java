// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/// Messages on a connection: four bytes of length, then the message.
final class Frames {
    private static final int LENGTH_BYTES = 4;

    private Frames() {}

    /// {@return a handler that cuts what comes in into messages of at most `maxBytes`}
    static LengthFieldBasedFrameDecoder decoder(int maxBytes) {
        return new LengthFieldBasedFrameDecoder(maxBytes, 0, LENGTH_BYTES, 0, LENGTH_BYTES);
    }

    static ChannelFuture send(Channel channel, MessageLite message) {
        var bytes = message.toByteArray();
        var out = channel.alloc().buffer(LENGTH_BYTES + bytes.length);
        return channel.writeAndFlush(out.writeInt(bytes.length).writeBytes(bytes));
    }

    /// {@return the bytes of a message that came in, which is given back to the pool}
    static byte[] take(Object message) {
        var in = (ByteBuf) message;
        try {
            return ByteBufUtil.getBytes(in);
        } finally {
            in.release();
        }
    }
}
