// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.netty;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.engine.Copies;
import org.krg.checkpoint.engine.RemoteMemory;
import org.krg.checkpoint.model.Chunk;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.Stretch;
import org.krg.checkpoint.zstd.BlockFormat;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// A message of the protocol; see the package.
sealed interface Frame {
    /// No frame is longer: a manifest of a process with some hundred thousand files.
    int MAX_BYTES = 64 << 20;

    /// Set in the kind: whoever asks, encrypts what it keeps or wants it encrypted where it is
    /// kept.
    int ENCRYPTED = 0x40;

    /// Asks for chunks.
    ///
    /// @param encrypted whether they are encrypted where they are kept then
    record Get(List<ChunkHash> hashes, boolean encrypted) implements Frame {}

    /// The answer to a [Get].
    record Block(List<Chunk> chunks) implements Frame {}

    /// Asks for a manifest.
    ///
    /// @param encrypted whether it is encrypted where it is kept then
    record Find(GenerationId id, Sha256 digest, boolean encrypted) implements Frame {}

    /// The answer to a [Find]; no bytes if it is not there.
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Found(byte[] manifest) implements Frame {}

    /// Asks for a copy to be made.
    ///
    /// @param stages whether the images for CRIU are to be written too
    /// @param encrypted whether the copy has to be encrypted where it lies
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Keep(GenerationId id, byte[] manifest, boolean stages, boolean encrypted)
            implements Frame {}

    /// The copy is whole, verified and durable.
    record Kept() implements Frame {}

    /// Asks for memory of a program that stands still.
    record Read(ProcessId process, Epoch epoch, Stretch pages) implements Frame {}

    /// The answer to a [Read].
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Pages(byte[] bytes) implements Frame {}

    /// What was asked for cannot be done.
    record Refused(String reason) implements Frame {}

    private byte kind() {
        return switch (this) {
            case Get(_, var encrypted) -> kind(1, encrypted);
            case Block _ -> 2;
            case Find(_, _, var encrypted) -> kind(3, encrypted);
            case Found _ -> 4;
            case Keep(_, _, var stages, var encrypted) -> kind(stages ? 8 : 5, encrypted);
            case Kept _ -> 6;
            case Refused _ -> 7;
            case Read _ -> 9;
            case Pages _ -> 10;
        };
    }

    private static byte kind(int kind, boolean encrypted) {
        return (byte) (encrypted ? kind | ENCRYPTED : kind);
    }

    /// Appends kind and bytes.
    ///
    /// @param level of zstd for chunks
    default void write(ByteBuf out, int level) {
        out.writeByte(kind());
        switch (this) {
            case Get(var hashes, _) -> {
                for (var hash : hashes) {
                    write(out, hash);
                }
            }
            case Block(var chunks) -> out.writeBytes(BlockFormat.encode(chunks, level));
            case Find(var id, var digest, _) -> {
                write(out, id);
                out.writeCharSequence(digest.hex(), StandardCharsets.US_ASCII);
            }
            case Found(var manifest) -> out.writeBytes(manifest);
            case Keep(var id, var manifest, _, _) -> {
                write(out, id);
                out.writeBytes(manifest);
            }
            case Kept() -> {}
            case Read(var process, var epoch, var pages) -> {
                out.writeLong(process.value()).writeLong(epoch.value());
                out.writeInt(pages.pid()).writeLong(pages.address()).writeLong(pages.pages());
            }
            case Pages(var bytes) -> out.writeBytes(bytes);
            case Refused(var reason) -> out.writeCharSequence(reason, StandardCharsets.UTF_8);
        }
    }

    /// {@return the frame in `bytes`, which is without its length}
    ///
    /// @throws IOException if it is none
    static Frame read(ByteBuffer bytes) throws IOException {
        try {
            var kind = bytes.get();
            var encrypted = kind > ENCRYPTED;
            return switch (kind) {
                case 1, 1 | ENCRYPTED -> new Get(hashes(bytes), encrypted);
                case 2 ->
                        new Block(
                                BlockFormat.decode(bytes)
                                        .orElseThrow(() -> new IOException("torn block")));
                case 3, 3 | ENCRYPTED -> new Find(id(bytes), new Sha256(text(bytes)), encrypted);
                case 4 -> new Found(rest(bytes));
                case 5, 5 | ENCRYPTED -> new Keep(id(bytes), rest(bytes), false, encrypted);
                case 6 -> new Kept();
                case 7 -> new Refused(text(bytes));
                case 8, 8 | ENCRYPTED -> new Keep(id(bytes), rest(bytes), true, encrypted);
                case 9 ->
                        new Read(
                                new ProcessId(bytes.getLong()),
                                new Epoch(bytes.getLong()),
                                stretch(bytes));
                case 10 -> new Pages(rest(bytes));
                default -> throw new IOException("frame of unknown kind " + kind);
            };
        } catch (BufferUnderflowException | IllegalArgumentException torn) {
            throw new IOException("frame that makes no sense", torn);
        }
    }

    private static void write(ByteBuf out, ChunkHash hash) {
        out.writeLong(hash.first()).writeLong(hash.second());
        out.writeLong(hash.third()).writeLong(hash.fourth());
    }

    private static void write(ByteBuf out, GenerationId id) {
        out.writeLong(id.process().value()).writeLong(id.number());
    }

    private static GenerationId id(ByteBuffer bytes) {
        return new GenerationId(new ProcessId(bytes.getLong()), bytes.getLong());
    }

    private static List<ChunkHash> hashes(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > Copies.MAX_CHUNKS * ChunkHash.BYTES) {
            throw new IOException("too many chunks at once");
        }
        var hashes = new ArrayList<ChunkHash>();
        while (bytes.hasRemaining()) {
            hashes.add(ChunkHash.read(bytes));
        }
        return hashes;
    }

    private static Stretch stretch(ByteBuffer bytes) throws IOException {
        var pages = new Stretch(bytes.getInt(), bytes.getLong(), bytes.getLong());
        if (pages.pages() < 1 || pages.pages() > RemoteMemory.MAX_PAGES) {
            throw new IOException("too many pages at once");
        }
        return pages;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static byte[] rest(ByteBuffer bytes) {
        var rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }
}
