// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.pages.coherence.Access;
import org.krg.pages.coherence.Content;
import org.krg.pages.coherence.Copy;
import org.krg.pages.coherence.Notes;
import org.krg.pages.coherence.PageMessage;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Lost;
import org.krg.pages.coherence.PageMessage.Mirrored;
import org.krg.pages.coherence.PageMessage.Note;
import org.krg.pages.coherence.PageMessage.Noted;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.state.model.BlockId;
import org.krg.state.model.SegmentId;

/// What nodes and homes say to each other as bytes, big endian. Pages that are sent follow.
///
/// ```
/// u64 segment, u32 block, u64 epoch, u8 kind, u8 detail, u16 page, u16 pages, u64 version
/// pages     Request, Data, Grant, Fetch: how many, `page` being the first; else 1
/// detail    Request: 1 to write, 2 to read where a process stands still, else 0
/// detail    Grant: access in bits 0-3, content in bits 4-7
/// detail    Note: 1 if it begins; Note, Mirrored: 2 if they are complete
/// version   Grant: of the page; Data: a bit for each page, the lowest for the first: not written;
///           Claim: how many entries of u16 page, u8 access, u64 version follow; Note, Noted:
///           sequence; Mirrored: epoch. Notes follow as NotesCodec has them
/// ```
public final class PageMessageCodec {
    /// Bytes of the longest message but those with notes, the pages that may follow not counted.
    public static final int MAX_BYTES = 34 + BlockId.PAGES * 11;

    /// {@return how much room a message needs at most, the pages that may follow not counted}
    public static int room(PageMessage message) {
        return switch (message) {
            case Note note -> HEADER_BYTES + NotesCodec.room(note.notes());
            case Mirrored(var notes) -> HEADER_BYTES + NotesCodec.room(notes.notes());
            default -> MAX_BYTES;
        };
    }

    private static final int HEADER_BYTES = 34;
    private static final int COPY_BYTES = 11;
    private static final int CONTENT_SHIFT = 4;
    private static final int ACCESS_MASK = 0xf;
    private static final List<Access> ACCESS = List.of(Access.NONE, Access.READ, Access.WRITE);
    private static final List<Content> CONTENT = List.of(Content.KEPT, Content.ZEROS, Content.SENT);

    private PageMessageCodec() {}

    /// A message and what it is about.
    public record Envelope(BlockId block, long epoch, PageMessage message) {}

    /// Appends a message.
    public static void encode(BlockId block, long epoch, PageMessage message, ByteBuffer target) {
        target.putLong(block.segment().value()).putInt(block.number()).putLong(epoch);
        switch (message) {
            case Request(var page, var pages, var write, var ahead) ->
                    put(target, 1, write ? 1 : ahead ? 0 : 2, page, pages, 0);
            case Data(var page, var pages, var unwritten) ->
                    put(target, 2, 0, page, pages, unwritten);
            case Invalidated(var page) -> put(target, 3, 0, page, 0);
            case Claim(var copies) -> {
                put(target, 4, 0, 0, copies.size());
                for (var copy : copies) {
                    target.putShort((short) copy.page())
                            .put((byte) ACCESS.indexOf(copy.access()))
                            .putLong(copy.version());
                }
            }
            case Grant(var page, var pages, var access, var version, var content) ->
                    put(target, 5, detail(access, content), page, pages, version);
            case Fetch(var page, var pages) -> put(target, 6, 0, page, pages, 0);
            case Take(var page) -> put(target, 7, 0, page, 0);
            case Invalidate(var page) -> put(target, 8, 0, page, 0);
            case Lost(var page) -> put(target, 9, 0, page, 0);
            case Recover() -> put(target, 10, 0, 0, 0);
            case Note(var sequence, var begins, var isComplete, var notes) -> {
                put(target, 11, (begins ? 1 : 0) | (isComplete ? 2 : 0), 0, sequence);
                NotesCodec.encode(notes, target);
            }
            case Noted(var sequence) -> put(target, 12, 0, 0, sequence);
            case Mirrored(var notes) -> {
                put(target, 13, notes.isComplete() ? 2 : 0, 0, notes.epoch());
                NotesCodec.encode(notes.notes(), target);
            }
        }
    }

    private static int detail(Access access, Content content) {
        return CONTENT.indexOf(content) << CONTENT_SHIFT | ACCESS.indexOf(access);
    }

    private static void put(ByteBuffer target, int kind, int detail, int page, long version) {
        put(target, kind, detail, page, 1, version);
    }

    private static void put(
            ByteBuffer target, int kind, int detail, int page, int pages, long version) {
        target.put((byte) kind).put((byte) detail);
        target.putShort((short) page).putShort((short) pages).putLong(version);
    }

    /// {@return the next message; empty if the bytes are none} What follows is the pages.
    public static Optional<Envelope> decode(ByteBuffer source) {
        if (source.remaining() < HEADER_BYTES) {
            return Optional.empty();
        }
        var segment = new SegmentId(source.getLong());
        var block = new BlockId(segment, source.getInt());
        var epoch = source.getLong();
        return message(source).map(message -> new Envelope(block, epoch, message));
    }

    private static Optional<PageMessage> message(ByteBuffer source) {
        var kind = source.get();
        var detail = source.get();
        var page = Short.toUnsignedInt(source.getShort());
        var pages = Short.toUnsignedInt(source.getShort());
        var version = source.getLong();
        if (page + pages > BlockId.PAGES || pages < 1 || pages > PageMessage.LONGEST_RUN) {
            return Optional.empty();
        }
        return switch (kind) {
            case 1 -> Optional.of(new Request(page, pages, detail == 1, detail == 0));
            case 2 -> Optional.of(new Data(page, pages, version));
            case 3 -> Optional.of(new Invalidated(page));
            case 4 -> claim(source, version);
            case 5 -> grant(page, pages, detail, version);
            case 6 -> Optional.of(new Fetch(page, pages));
            case 7 -> Optional.of(new Take(page));
            case 8 -> Optional.of(new Invalidate(page));
            case 9 -> Optional.of(new Lost(page));
            case 10 -> Optional.of(new Recover());
            case 11 ->
                    NotesCodec.decode(source)
                            .map(notes ->
                                    new Note(version, (detail & 1) != 0, (detail & 2) != 0, notes));
            case 12 -> Optional.of(new Noted(version));
            case 13 ->
                    NotesCodec.decode(source)
                            .map(notes -> new Mirrored(new Notes(version, detail == 2, notes)));
            default -> Optional.empty();
        };
    }

    private static Optional<PageMessage> grant(int page, int pages, int detail, long version) {
        var access = detail & ACCESS_MASK;
        var content = detail >> CONTENT_SHIFT;
        if (access >= ACCESS.size() || content < 0 || content >= CONTENT.size()) {
            return Optional.empty();
        }
        return Optional.of(
                new Grant(page, pages, ACCESS.get(access), version, CONTENT.get(content)));
    }

    private static Optional<PageMessage> claim(ByteBuffer source, long count) {
        if (count < 0 || count > BlockId.PAGES || source.remaining() < count * COPY_BYTES) {
            return Optional.empty();
        }
        var copies = new ArrayList<Copy>();
        for (var index = 0; index < count; index++) {
            var page = Short.toUnsignedInt(source.getShort());
            var access = Byte.toUnsignedInt(source.get());
            var version = source.getLong();
            if (page >= BlockId.PAGES || access >= ACCESS.size()) {
                return Optional.empty();
            }
            copies.add(new Copy(page, ACCESS.get(access), version));
        }
        return Optional.of(new Claim(List.copyOf(copies)));
    }
}
