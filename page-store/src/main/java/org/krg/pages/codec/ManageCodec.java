// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.krg.pages.codec.ManageRequest.Advise;
import org.krg.pages.codec.ManageRequest.Create;
import org.krg.pages.codec.ManageRequest.Destroy;
import org.krg.pages.codec.ManageRequest.Find;
import org.krg.pages.codec.ManageRequest.Remove;
import org.krg.pages.codec.ManageRequest.Resize;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;

/// The structs `order` and `about` of `libkrg/private.h`, by which programs make, find, resize,
/// remove, destroy and sync segments, and open and map what has no name or only a part of one.
public final class ManageCodec {
    static final int FIRST_KIND = 32;

    private static final int CREATE = 32;
    private static final int FIND = 33;
    private static final int RESIZE = 34;
    private static final int REMOVE = 35;
    private static final int OPEN = 36;
    private static final int MAP = 37;
    private static final int ADVISE = 38;
    private static final int DESTROY = 39;
    private static final int SYNC = 40;
    private static final int NAME_BYTES = 256;
    private static final int NAME_OFFSET = 56;

    /// `struct order { uint32_t version; uint32_t kind; uint64_t segment; uint64_t address;
    /// uint64_t length; uint32_t offset_pages; uint32_t mode; uint64_t key[2]; char name[256]; }`
    static final int ORDER_BYTES = NAME_OFFSET + NAME_BYTES;

    /// `struct about { int32_t error; uint32_t version; uint64_t size; uint64_t segment; uint32_t
    /// uid; uint32_t gid; uint32_t mode; uint32_t held; uint32_t removed; uint32_t unused; uint64_t
    /// created; }`
    static final int ABOUT_BYTES = 56;

    private static final long PAGE_BYTES = 4_096;

    private ManageCodec() {}

    static Optional<AttachRequest> decode(byte[] packet) {
        if (packet.length != ORDER_BYTES) {
            return Optional.empty();
        }
        var order = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        var name = name(packet);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var which =
                name.get().isEmpty()
                        ? new Which.Numbered(
                                new SegmentId(order.getLong(8)),
                                new SegmentKey(order.getLong(40), order.getLong(48)))
                        : new Which.Named(name.get());
        var address = order.getLong(16);
        var length = order.getLong(24);
        var offset = order.getInt(32) * PAGE_BYTES;
        return switch (order.getInt(4)) {
            case CREATE -> Optional.of(new Create(name.get(), length, order.getInt(36)));
            case FIND -> Optional.of(new Find(which));
            case RESIZE -> Optional.of(new Resize(which, length));
            case REMOVE -> Optional.of(new Remove(which));
            case OPEN -> Optional.of(new AttachRequest.Open(which));
            case MAP -> Optional.of(new AttachRequest.Map(address, length, offset));
            case ADVISE -> Optional.of(new Advise(which, order.getInt(36), offset, length));
            case DESTROY -> Optional.of(new Destroy(which));
            case SYNC -> Optional.of(new AttachRequest.Sync(which, offset, length));
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

    /// {@return what is told about a segment}
    public static byte[] encode(Segment segment) {
        return ByteBuffer.allocate(ABOUT_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(AttachError.NONE.errno())
                .putInt(AttachCodec.VERSION)
                .putLong(segment.sizeBytes())
                .putLong(segment.id().value())
                .putInt(segment.owner().uid())
                .putInt(segment.owner().gid())
                .putInt(segment.mode())
                .putInt(segment.held())
                .putInt(segment.removed() ? 1 : 0)
                .putInt(0)
                .putLong(segment.created().getEpochSecond())
                .array();
    }
}
