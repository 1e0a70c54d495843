// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// What `libkrg` and the agent say to each other, one packet each: the structs `request` and
/// `answer` of `libkrg.c`, in the byte order of the machine, which is little endian.
public final class AttachCodec {
    static final int VERSION = 3;
    private static final int OPEN = 1;
    private static final int MAP = 2;
    private static final int UNMAP = 3;
    private static final int ATTEND = 4;
    private static final int PAUSED = 5;
    private static final int DETACHED = 6;
    private static final int CHECKPOINT = 7;
    private static final int NAME_BYTES = 256;
    private static final int NAME_OFFSET = 24;

    /// `struct request { uint32_t version; uint32_t kind; uint64_t address; uint64_t length; char
    /// name[256]; }`
    static final int REQUEST_BYTES = NAME_OFFSET + NAME_BYTES;

    /// `struct answer { int32_t error; uint32_t version; uint64_t size; uint64_t segment; }`
    static final int ANSWER_BYTES = 24;

    /// `struct opened { struct answer answer; uint64_t key[2]; }`
    static final int OPENED_BYTES = ANSWER_BYTES + 16;

    private AttachCodec() {}

    /// {@return what a process asks for; empty if it speaks another version, or nonsense}
    public static Optional<AttachRequest> decode(byte[] packet) {
        var buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        if (packet.length < 2 * Integer.BYTES || buffer.getInt(0) != VERSION) {
            return Optional.empty();
        }
        if (buffer.getInt(4) >= ManageCodec.FIRST_KIND) {
            return ManageCodec.decode(packet);
        }
        if (packet.length != REQUEST_BYTES) {
            return Optional.empty();
        }
        return switch (buffer.getInt(4)) {
            case OPEN -> name(packet).map(name -> new AttachRequest.Open(new Which.Named(name)));
            case MAP ->
                    Optional.of(new AttachRequest.Map(buffer.getLong(8), buffer.getLong(16), 0));
            case UNMAP -> Optional.of(new AttachRequest.Unmap(buffer.getLong(8)));
            case ATTEND -> Optional.of(new AttachRequest.Attend());
            case PAUSED ->
                    Optional.of(
                            new AttachRequest.Paused((int) buffer.getLong(8), buffer.getLong(16)));
            case DETACHED -> Optional.of(new AttachRequest.Detached());
            case CHECKPOINT -> Optional.of(new AttachRequest.Checkpoint());
            default -> Optional.empty();
        };
    }

    private static Optional<String> name(byte[] packet) {
        for (var end = NAME_OFFSET; end < packet.length; end++) {
            if (packet[end] == 0) {
                var length = end - NAME_OFFSET;
                return Optional.of(new String(packet, NAME_OFFSET, length, StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /// {@return the answer to a request}
    public static byte[] encode(AttachError error) {
        return encode(error.errno(), 0, 0);
    }

    /// {@return what a process that attends is told to do}
    public static byte[] encode(AttachOrder order) {
        return encode(AttachError.NONE.errno(), order.number(), 0);
    }

    /// {@return what a process is told of the checkpoint that it has asked for}
    public static byte[] saved(AttachError error) {
        return encode(AttachError.NONE.errno(), AttachOrder.SAVED.number(), error.errno());
    }

    /// {@return the answer to who has opened a segment}
    public static byte[] opened(long sizeBytes, SegmentId segment, SegmentKey key) {
        return ByteBuffer.allocate(OPENED_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(encode(AttachError.NONE.errno(), sizeBytes, segment.value()))
                .putLong(key.high())
                .putLong(key.low())
                .array();
    }

    static byte[] encode(int errno, long sizeBytes, long segment) {
        return ByteBuffer.allocate(ANSWER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(errno)
                .putInt(VERSION)
                .putLong(sizeBytes)
                .putLong(segment)
                .array();
    }
}
