// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.linecorp.armeria.common.HttpData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The frames of messages in one direction of a call: a byte that says whether the content is
/// compressed, its length in four bytes, and the content. Owned by one thread.
final class Frames {
    /// Bytes before the content.
    static final int HEAD = 5;

    private static final byte[] NOTHING = new byte[0];

    private final int mostBytes;
    private byte[] buffer = NOTHING;
    private int start;
    private int end;

    /// @param mostBytes of one message
    Frames(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// {@return a message as a frame}
    static HttpData frame(MessageLite message) {
        var size = message.getSerializedSize();
        var frame = new byte[HEAD + size];
        ByteBuffer.wrap(frame).putInt(1, size);
        try {
            var content = CodedOutputStream.newInstance(frame, HEAD, size);
            message.writeTo(content);
            content.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException("an array of the right size is full", impossible);
        }
        return HttpData.wrap(frame);
    }

    /// {@return the only message of a whole body} Throws [GrpcFailure].
    static <T> T only(byte[] body, Parser<T> parser, int mostBytes) {
        var frames = new Frames(mostBytes);
        frames.buffer = body;
        frames.end = body.length;
        var message = frames.next(parser);
        if (message.isEmpty() || frames.start != frames.end) {
            throw new GrpcFailure(
                    GrpcStatus.INTERNAL, "the call has one message; the body has another size");
        }
        return message.get();
    }

    /// Takes in what arrived.
    void add(byte[] bytes) {
        if (start == end) {
            buffer = bytes;
            start = 0;
            end = bytes.length;
            return;
        }
        if (buffer.length - end < bytes.length) {
            // Twice of what is there, so that bytes that come one by one are copied once or twice.
            var size = end - start;
            var larger = new byte[size + Math.max(size, bytes.length)];
            System.arraycopy(buffer, start, larger, 0, size);
            buffer = larger;
            start = 0;
            end = size;
        }
        System.arraycopy(bytes, 0, buffer, end, bytes.length);
        end += bytes.length;
    }

    /// {@return bytes that are kept for the rest of a message to come}
    int held() {
        return buffer.length;
    }

    /// {@return the next message; empty until more has arrived} Throws [GrpcFailure].
    <T> Optional<T> next(Parser<T> parser) {
        if (end - start < HEAD) {
            return Optional.empty();
        }
        var length = ByteBuffer.wrap(buffer).getInt(start + 1);
        if (buffer[start] != 0) {
            throw new GrpcFailure(
                    GrpcStatus.UNIMPLEMENTED, "compressed messages are not taken: send them plain");
        }
        if (length < 0 || length > mostBytes) {
            throw new GrpcFailure(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "a message may have %s bytes, this one has %s"
                            .formatted(mostBytes, Integer.toUnsignedString(length)));
        }
        if (end - start - HEAD < length) {
            return Optional.empty();
        }
        var content = start + HEAD;
        var message = parse(parser, content, length);
        start = content + length;
        if (start == end) {
            start = 0;
            end = 0;
            buffer = NOTHING;
        }
        return Optional.of(message);
    }

    private <T> T parse(Parser<T> parser, int content, int length) {
        try {
            return parser.parseFrom(buffer, content, length);
        } catch (InvalidProtocolBufferException malformed) {
            throw new GrpcFailure(
                    GrpcStatus.INTERNAL, "the message cannot be read: " + malformed.getMessage());
        }
    }
}
