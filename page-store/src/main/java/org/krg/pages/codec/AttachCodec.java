// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What `libkrg` and the agent say to each other, one packet each: the structs `request` and
/// `answer` of `libkrg.c`, in the byte order of the machine, which is little endian.
public final class AttachCodec {
    private static final int VERSION = 1;
    private static final int OPEN = 1;
    private static final int MAP = 2;
    private static final int UNMAP = 3;
    private static final int NAME_BYTES = 256;
    private static final int NAME_OFFSET = 24;

    /// `struct request { uint32_t version; uint32_t kind; uint64_t address; uint64_t length; char
    /// name[256]; }`
    static final int REQUEST_BYTES = NAME_OFFSET + NAME_BYTES;

    /// `struct answer { int32_t error; uint32_t version; uint64_t size; }`
    static final int ANSWER_BYTES = 16;

    private AttachCodec() {}

    /// {@return what a process asks for; empty if it speaks another version, or nonsense}
    public static Optional<AttachRequest> decode(byte[] packet) {
        if (packet.length != REQUEST_BYTES) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getInt(0) != VERSION) {
            return Optional.empty();
        }
        return switch (buffer.getInt(4)) {
            case OPEN -> name(packet).map(AttachRequest.Open::new);
            case MAP -> Optional.of(new AttachRequest.Map(buffer.getLong(8), buffer.getLong(16)));
            case UNMAP -> Optional.of(new AttachRequest.Unmap(buffer.getLong(8)));
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
    ///
    /// @param sizeBytes of the segment, if it was opened
    public static byte[] encode(AttachError error, long sizeBytes) {
        return ByteBuffer.allocate(ANSWER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(error.errno())
                .putInt(VERSION)
                .putLong(sizeBytes)
                .array();
    }
}
