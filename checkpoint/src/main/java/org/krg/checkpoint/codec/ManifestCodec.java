// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.BitSet;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.CpuSet;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.Manifest.Need;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.Manifest.Task;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.checkpoint.proto.EntryMessage;
import org.krg.checkpoint.proto.ManifestMessage;
import org.krg.checkpoint.proto.NeedMessage;
import org.krg.checkpoint.proto.OriginMessage;
import org.krg.checkpoint.proto.PinnedThreadMessage;
import org.krg.checkpoint.proto.TaskMessage;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Sha256;

/// The stored form of a manifest, `manifest.proto`. Pinned by a golden file.
public final class ManifestCodec {
    /// The only format there is.
    public static final int FORMAT = 1;

    /// For the 8192 processors that Linux can be built for.
    private static final int MAX_MASK_BYTES = 1_024;

    private ManifestCodec() {}

    /// {@return the bytes that are stored and whose digest is committed}
    public static byte[] encode(Manifest manifest) {
        var message =
                ManifestMessage.newBuilder()
                        .setFormat(FORMAT)
                        .setProcess(manifest.id().process().value())
                        .setNumber(manifest.id().number())
                        .setEpoch(manifest.epoch().value())
                        .setTakenMillis(manifest.taken().toEpochMilli())
                        .setOrigin(encode(manifest.origin()))
                        .setRootPid(manifest.rootPid())
                        .setStdoutBytes(manifest.streams().stdoutBytes())
                        .setStderrBytes(manifest.streams().stderrBytes())
                        .setInputEnded(manifest.inputEnded());
        manifest.entries().forEach(entry -> message.addEntries(encode(entry)));
        manifest.needs().forEach(need -> message.addNeeds(encode(need)));
        manifest.tasks().forEach(task -> message.addTasks(encode(task)));
        return message.build().toByteArray();
    }

    /// {@return the manifest in `bytes`}
    ///
    /// @throws MalformedManifest if there is none, or one of a format of the future
    public static Manifest decode(byte[] bytes) {
        try {
            var message = ManifestMessage.parseFrom(bytes);
            if (message.getFormat() != FORMAT) {
                throw new MalformedManifest("manifest of unknown format " + message.getFormat());
            }
            return decode(message);
        } catch (InvalidProtocolBufferException | IllegalArgumentException wrong) {
            throw new MalformedManifest("not a manifest: " + wrong.getMessage(), wrong);
        }
    }

    /// {@return what the committed record names a manifest by}
    public static Sha256 digest(byte[] bytes) {
        return ChunkHash.of(bytes).digest();
    }

    private static Manifest decode(ManifestMessage message) {
        return new Manifest(
                new GenerationId(new ProcessId(message.getProcess()), message.getNumber()),
                new Epoch(message.getEpoch()),
                Instant.ofEpochMilli(message.getTakenMillis()),
                decode(message.getOrigin()),
                message.getRootPid(),
                new StreamSizes(message.getStdoutBytes(), message.getStderrBytes()),
                message.getInputEnded(),
                message.getEntriesList().stream().map(ManifestCodec::decode).toList(),
                message.getNeedsList().stream().map(ManifestCodec::decode).toList(),
                message.getTasksList().stream().map(ManifestCodec::decode).toList());
    }

    private static OriginMessage encode(Origin origin) {
        return OriginMessage.newBuilder()
                .setEngine(origin.engine().name())
                .setEngineVersion(origin.engineVersion())
                .setKernel(origin.kernel())
                .setArchitecture(origin.architecture())
                .setCpu(origin.cpu())
                .build();
    }

    private static Origin decode(OriginMessage message) {
        return new Origin(
                Engine.valueOf(message.getEngine()),
                message.getEngineVersion(),
                message.getKernel(),
                message.getArchitecture(),
                message.getCpu());
    }

    private static EntryMessage encode(Entry entry) {
        var root = ByteBuffer.allocate(ChunkHash.BYTES);
        entry.content().root().write(root);
        return EntryMessage.newBuilder()
                .setKind(encode(entry.kind()))
                .setName(entry.name())
                .setMode(entry.mode())
                .setUid(entry.uid())
                .setGid(entry.gid())
                .setSizeBytes(entry.content().sizeBytes())
                .setRoot(ByteString.copyFrom(root.flip()))
                .build();
    }

    private static Entry decode(EntryMessage message) {
        var root = message.getRoot().asReadOnlyByteBuffer();
        if (root.remaining() != ChunkHash.BYTES || message.getSizeBytes() < 0) {
            throw new MalformedManifest("entry " + message.getName() + " has no content");
        }
        return new Entry(
                decode(message.getKind()),
                message.getName(),
                message.getMode(),
                message.getUid(),
                message.getGid(),
                new Content(message.getSizeBytes(), ChunkHash.read(root)));
    }

    private static EntryMessage.Kind encode(Kind kind) {
        return switch (kind) {
            case IMAGE -> EntryMessage.Kind.IMAGE;
            case STDOUT -> EntryMessage.Kind.STDOUT;
            case STDERR -> EntryMessage.Kind.STDERR;
            case FILE -> EntryMessage.Kind.FILE;
            case APPENDED -> EntryMessage.Kind.APPENDED;
            case DIRECTORY -> EntryMessage.Kind.DIRECTORY;
            case LINK -> EntryMessage.Kind.LINK;
        };
    }

    private static Kind decode(EntryMessage.Kind kind) {
        return switch (kind) {
            case IMAGE -> Kind.IMAGE;
            case STDOUT -> Kind.STDOUT;
            case STDERR -> Kind.STDERR;
            case FILE -> Kind.FILE;
            case APPENDED -> Kind.APPENDED;
            case DIRECTORY -> Kind.DIRECTORY;
            case LINK -> Kind.LINK;
            case UNKNOWN, UNRECOGNIZED ->
                    throw new MalformedManifest("entry of unknown kind " + kind);
        };
    }

    private static NeedMessage encode(Need need) {
        return NeedMessage.newBuilder()
                .setPath(need.path())
                .setSizeBytes(need.sizeBytes())
                .setModifiedMillis(need.modified().toEpochMilli())
                .setMapped(need.mapped())
                .build();
    }

    private static Need decode(NeedMessage message) {
        return new Need(
                message.getPath(),
                message.getSizeBytes(),
                Instant.ofEpochMilli(message.getModifiedMillis()),
                message.getMapped());
    }

    private static TaskMessage encode(Task task) {
        return TaskMessage.newBuilder()
                .setPid(task.pid())
                .setParent(task.parent())
                .setName(task.name())
                .setThreads(task.threads())
                .setResidentBytes(task.residentBytes())
                .addAllPinned(task.pinned().stream().map(ManifestCodec::encode).toList())
                .build();
    }

    private static Task decode(TaskMessage message) {
        return new Task(
                message.getPid(),
                message.getParent(),
                message.getName(),
                message.getThreads(),
                message.getResidentBytes(),
                message.getPinnedList().stream().map(ManifestCodec::decode).toList());
    }

    private static PinnedThreadMessage encode(PinnedThread pinned) {
        return PinnedThreadMessage.newBuilder()
                .setThread(pinned.thread())
                .setCpus(ByteString.copyFrom(pinned.cpus().bits().toByteArray()))
                .build();
    }

    private static PinnedThread decode(PinnedThreadMessage message) {
        if (message.getCpus().size() > MAX_MASK_BYTES) {
            throw new MalformedManifest(
                    "thread " + message.getThread() + " is pinned to more processors than can be");
        }
        var bits = BitSet.valueOf(message.getCpus().asReadOnlyByteBuffer());
        return new PinnedThread(message.getThread(), CpuSet.of(bits));
    }
}
