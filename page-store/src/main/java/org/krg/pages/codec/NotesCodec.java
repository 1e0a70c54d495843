// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.OwnerNote;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;

/// What mirrors are told of owners.
///
/// ```
/// u16 owners, of each: u8 bytes of the name, name of the node, u64 run
/// u16 notes, of each: u16 page, u16 index of the owner, u64 version
/// ```
final class NotesCodec {
    private static final int MEMBER_BYTES = 1 + NodeId.MAX_LENGTH + Long.BYTES;
    private static final int NOTE_BYTES = 2 * Short.BYTES + Long.BYTES;

    private NotesCodec() {}

    static int room(List<OwnerNote> notes) {
        return 2 * Short.BYTES + notes.size() * (MEMBER_BYTES + NOTE_BYTES);
    }

    static void encode(List<OwnerNote> notes, ByteBuffer target) {
        var owners = new LinkedHashMap<Member, Integer>();
        var indices = new ArrayList<Integer>();
        for (var note : notes) {
            indices.add(owners.computeIfAbsent(note.owner(), _ -> owners.size()));
        }
        target.putShort((short) owners.size());
        for (var owner : owners.keySet()) {
            var name = owner.node().name().getBytes(StandardCharsets.US_ASCII);
            target.put((byte) name.length).put(name).putLong(owner.run());
        }
        target.putShort((short) notes.size());
        for (var i = 0; i < notes.size(); i++) {
            var note = notes.get(i);
            target.putShort((short) note.page())
                    .putShort(indices.get(i).shortValue())
                    .putLong(note.version());
        }
    }

    /// {@return the notes; empty if the bytes are none}
    static Optional<List<OwnerNote>> decode(ByteBuffer source) {
        var owners = new ArrayList<Member>();
        for (var left = count(source); left > 0; left--) {
            var member = member(source);
            if (member == null) {
                return Optional.empty();
            }
            owners.add(member);
        }
        var count = count(source);
        if (count < 0 || source.remaining() < count * NOTE_BYTES) {
            return Optional.empty();
        }
        var notes = new ArrayList<OwnerNote>();
        for (var i = 0; i < count; i++) {
            var page = Short.toUnsignedInt(source.getShort());
            var owner = Short.toUnsignedInt(source.getShort());
            if (page >= BlockId.PAGES || owner >= owners.size()) {
                return Optional.empty();
            }
            notes.add(new OwnerNote(page, source.getLong(), owners.get(owner)));
        }
        return Optional.of(List.copyOf(notes));
    }

    private static int count(ByteBuffer source) {
        return source.remaining() < Short.BYTES ? -1 : Short.toUnsignedInt(source.getShort());
    }

    private static @Nullable Member member(ByteBuffer source) {
        if (!source.hasRemaining()) {
            return null;
        }
        var name = new byte[Byte.toUnsignedInt(source.get())];
        if (source.remaining() < name.length + Long.BYTES) {
            return null;
        }
        source.get(name);
        var text = new String(name, StandardCharsets.US_ASCII);
        return NodeId.isValid(text) ? new Member(new NodeId(text), source.getLong()) : null;
    }
}
