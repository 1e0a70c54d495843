// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/// Reads a segment of the log as Ratis 3.3.0 writes it: the word `RaftLog1`, then frames of a
/// length as a varint, an entry, and the CRC-32C of both; zeros may follow.
final class LogFrames {
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM_BYTES = 4;

    /// The largest entry, as in the settings of Ratis.
    private static final int MOST_ENTRY_BYTES = 4 << 20;

    /// An entry begins with its term and its index: fields 1 and 2, both varints.
    private static final int TERM_TAG = 1 << 3;

    private static final int INDEX_TAG = 2 << 3;

    private final ByteBuffer bytes;

    private LogFrames(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// What is in a segment.
    ///
    /// @param entries whole ones, from its start
    /// @param term of the last of them
    /// @param last index of the last of them; one below the first if there is none
    /// @param whole bytes up to its end
    record Found(long entries, long term, long last, long whole, Optional<Break> end) {}

    /// What is behind the last whole entry and is neither another nor nothing.
    ///
    /// @param followed an entry of a higher index follows: it is damage, not a write that was cut
    ///   short
    record Break(long offset, boolean followed, String what) {}

    /// A whole frame.
    private record Frame(LogEntryProto entry, int end) {}

    static Found read(Path file, long first) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new LogFrames(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                    .read(first, _ -> {});
        }
    }

    /// Shows the entries of a segment in order, up to the first that is not whole.
    static void forEach(Path file, long first, Consumer<LogEntryProto> entries) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            new LogFrames(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                    .read(first, entries);
        }
    }

    private Found read(long first, Consumer<LogEntryProto> entries) {
        if (!hasHeader()) {
            return new Found(
                    0,
                    0,
                    first - 1,
                    0,
                    isZeroFrom(Math.min(bytes.limit(), matching()))
                            ? Optional.empty()
                            : Optional.of(breakAt(0, first, "it does not begin like a log")));
        }
        var at = HEADER.length;
        var index = first - 1;
        var term = 0L;
        for (var frame = frameAt(at); ; frame = frameAt(at)) {
            if (frame == null || frame.entry().getIndex() != index + 1) {
                var wrong =
                        frame == null
                                ? "the checksum of entry " + (index + 1) + " does not match"
                                : "entry "
                                        + frame.entry().getIndex()
                                        + " stands in the place of "
                                        + (index + 1);
                return new Found(
                        index - first + 1,
                        term,
                        index,
                        at,
                        isZeroFrom(at)
                                ? Optional.empty()
                                : Optional.of(breakAt(at, index + 1, wrong)));
            }
            index++;
            term = frame.entry().getTerm();
            entries.accept(frame.entry());
            at = frame.end();
        }
    }

    private Break breakAt(int at, long index, String what) {
        return new Break(at, isFollowed(at + 1, index), what + ", at byte " + at);
    }

    private boolean hasHeader() {
        return bytes.limit() >= HEADER.length && matching() == HEADER.length;
    }

    private int matching() {
        var length = 0;
        while (length < HEADER.length
                && length < bytes.limit()
                && bytes.get(length) == HEADER[length]) {
            length++;
        }
        return length;
    }

    private boolean isZeroFrom(int from) {
        for (var at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /// {@return whether a whole entry with an index above `index` is anywhere from `from` on}
    private boolean isFollowed(int from, long index) {
        for (var at = from; at < bytes.limit(); at++) {
            if (looksLikeFrame(at)) {
                var frame = frameAt(at);
                if (frame != null && frame.entry().getIndex() > index) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Cheap, and true of every frame: else a search would sum over the file again and again.
    private boolean looksLikeFrame(int at) {
        var length = varint(at);
        if (length == null || bytes.limit() <= length.end() || length.value() == 0) {
            return false;
        }
        var term = bytes.get(length.end()) == TERM_TAG ? varint(length.end() + 1) : null;
        return term != null && term.end() < bytes.limit() && bytes.get(term.end()) == INDEX_TAG;
    }

    private @Nullable Frame frameAt(int at) {
        var length = varint(at);
        if (length == null || length.value() <= 0 || length.value() > MOST_ENTRY_BYTES) {
            return null;
        }
        var end = length.end() + (int) length.value();
        if (end + CHECKSUM_BYTES > bytes.limit()) {
            return null;
        }
        var sum = new CRC32C();
        sum.update(bytes.slice(at, end - at));
        if ((int) sum.getValue() != bytes.getInt(end)) {
            return null;
        }
        try {
            var entry = LogEntryProto.parseFrom(bytes.slice(length.end(), (int) length.value()));
            return new Frame(entry, end + CHECKSUM_BYTES);
        } catch (InvalidProtocolBufferException unreadable) {
            return null;
        }
    }

    private record Varint(long value, int end) {}

    private @Nullable Varint varint(int from) {
        var value = 0L;
        var shift = 0;
        for (var at = from; at < bytes.limit() && shift < Long.SIZE; at++) {
            var next = bytes.get(at);
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return new Varint(value, at + 1);
            }
            shift += 7;
        }
        return null;
    }
}
