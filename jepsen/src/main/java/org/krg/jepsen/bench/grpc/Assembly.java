// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/// Puts gRPC messages together from the pieces they come in. Owned by one thread.
final class Assembly {
    private static final int PREFIX_BYTES = 5;
    private static final int LENGTH_AT = 1;

    private final Consumer<byte[]> messages;
    private byte[] bytes = new byte[1024];
    private int end;

    Assembly(Consumer<byte[]> messages) {
        this.messages = messages;
    }

    void add(ByteBuf piece) {
        var length = piece.readableBytes();
        if (end + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end + length, bytes.length * 2));
        }
        piece.getBytes(piece.readerIndex(), bytes, end, length);
        end += length;
        var start = 0;
        while (end - start >= PREFIX_BYTES && end - start - PREFIX_BYTES >= length(start)) {
            var next = start + PREFIX_BYTES + length(start);
            messages.accept(Arrays.copyOfRange(bytes, start + PREFIX_BYTES, next));
            start = next;
        }
        System.arraycopy(bytes, start, bytes, 0, end - start);
        end -= start;
    }

    private int length(int start) {
        var length = 0;
        for (var i = 0; i < Integer.BYTES; i++) {
            length = (length << 8) | (bytes[start + LENGTH_AT + i] & 0xff);
        }
        return length;
    }
}
