// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.krg.host.FileAnswer;
import org.krg.host.HostFailure;
import org.krg.host.SegmentTransfer;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.files.NotContents;
import org.krg.state.ClusterStore.StorageStatus;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;

/// Takes what segments hold out of this node's shared memory, and into it.
final class SegmentTransfers implements SegmentTransfer {
    private static final int PIECE = 64 << 10;
    private static final int FAILED = -2;

    private final Path directory;
    private final Supplier<SharedMemory> memory;
    private final NodeId self;
    private final SegmentFiles files;

    /// @param directory where what comes waits until all of it is here
    /// @param memory throws [HostFailure] while there is none
    SegmentTransfers(
            Path directory, Supplier<SharedMemory> memory, NodeId self, SegmentFiles files) {
        this.directory = directory;
        this.memory = memory;
        this.self = self;
        this.files = files;
    }

    @Override
    public void dump(Segment segment, OutputStream into) {
        try {
            try {
                memory.get().dump(segment, into);
            } catch (PagesFailed | CompletionException failed) {
                tell(failure(failed), into);
            } catch (HostFailure failed) {
                tell(failed, into);
            }
        } catch (IOException gone) {
            throw new UncheckedIOException("nobody takes segment " + segment.name(), gone);
        }
    }

    private static void tell(HostFailure failure, OutputStream into) throws IOException {
        var out = new DataOutputStream(into);
        out.writeInt(FAILED);
        out.writeInt(failure.code().exit());
        out.writeUTF(failure.getMessage());
        out.writeUTF(failure.remedy());
        out.flush();
    }

    @Override
    public int load(Segment segment, InputStream from) {
        try (var waiting = waiting()) {
            receive(segment, from, waiting);
            var in = new BufferedInputStream(Channels.newInputStream(waiting.position(0)), PIECE);
            return memory.get().load(segment, in);
        } catch (PagesFailed | CompletionException failed) {
            throw failure(failed);
        } catch (IOException full) {
            throw new HostFailure(
                    HostFailure.Code.DISK,
                    "what comes for segment %s cannot be kept in %s: %s"
                            .formatted(segment.name(), directory, full.getMessage()),
                    "make room there; nothing was stored in the segment",
                    full);
        }
    }

    /// A file without a name: it is gone with the agent at the latest.
    private FileChannel waiting() throws IOException {
        DataDirectory.create(directory);
        return FileChannel.open(
                Files.createTempFile(directory, "load", ""),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    private void receive(Segment segment, InputStream from, FileChannel waiting)
            throws IOException {
        var disk = Files.getFileStore(directory);
        var file =
                new SparingStream(
                        Channels.newOutputStream(waiting),
                        disk::getUsableSpace,
                        StorageStatus.LOW_BYTES);
        var out = new BufferedOutputStream(file, PIECE);
        try {
            memory.get().check(segment, from, out);
        } catch (EOFException half) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "what came for segment " + segment.name() + " is not whole",
                    "send it again; nothing was stored",
                    half);
        } catch (NotContents other) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "that does not go into the segment: " + other.getMessage(),
                    "`krg-admin segment resize " + segment.name() + " --size SIZE` makes it larger",
                    other);
        }
    }

    @Override
    public Prepared prepare(
            Optional<NodeId> on, String path, Identity owner, long sizeBytes, boolean create) {
        var node = on.orElse(self);
        var answer = files.prepare(node, path, owner, sizeBytes, create).join();
        var file = new Backing(node, path);
        return switch (answer) {
            case FileAnswer.Done(var size) -> new Prepared(file, size);
            case FileAnswer.Failed(var errno, var detail) ->
                    throw FileFailures.ofPrepare(file, owner, errno, detail);
            case FileAnswer.Pending _ -> throw new InvariantBroken("a file is waited for");
        };
    }

    @Override
    public long sync(Segment segment) {
        var pages = Math.toIntExact(segment.sizeBytes() / PageMemory.PAGE_BYTES);
        return switch (files.sync(segment, 0, pages).join()) {
            case FileAnswer.Done(var written) -> written;
            case FileAnswer.Failed(var errno, var detail) ->
                    throw FileFailures.ofSync(segment, errno, detail);
            case FileAnswer.Pending _ -> throw new InvariantBroken("a sync is waited for");
        };
    }

    private static HostFailure failure(RuntimeException failed) {
        return new HostFailure(
                HostFailure.Code.FAILED,
                String.valueOf(failed.getMessage()),
                "`krg-admin segment audit` shows what nodes have; a load has stored the pages before it",
                failed);
    }
}
