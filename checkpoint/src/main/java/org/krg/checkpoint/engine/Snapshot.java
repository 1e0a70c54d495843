// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.core.SavedFiles;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest.Need;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.StreamSizes;

/// What was kept of a cell while it stood still, apart from the images.
///
/// @param own the directory that is the job's own, whose files are among `files`
/// @param needs files that the program only reads
/// @param frozen how long it stood still
record Snapshot(
        ProcessTree tree,
        StreamSizes streams,
        boolean inputEnded,
        List<Kept> files,
        DirectoryContents own,
        List<Need> needs,
        Duration frozen)
        implements AutoCloseable {

    /// A file as it was.
    sealed interface Kept {
        SavedFile file();

        InputStream open() throws IOException;

        /// {@return whether what is read is what was there when the program stood still}
        boolean isAsItWas() throws IOException;

        /// Its content was copied.
        record Copied(SavedFile file, Path copy) implements Kept {
            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(copy);
            }

            @Override
            public boolean isAsItWas() {
                return true;
            }
        }

        /// What is there stays there while the program goes on, as long as it only appends: it is
        /// read later, and then looked at whether it did.
        record Grows(SavedFile file, FileChannel channel, Samples samples) implements Kept {
            @Override
            public InputStream open() throws IOException {
                channel.position(0);
                return Channels.newInputStream(channel);
            }

            @Override
            public boolean isAsItWas() throws IOException {
                var sizeBytes = file.facts().sizeBytes();
                return channel.size() >= sizeBytes
                        && samples.equals(Samples.of(channel, sizeBytes));
            }
        }
    }

    /// Keeps files of a frozen cell.
    ///
    /// @param directory takes copies
    static List<Kept> keep(CellFiles.Reading reading, List<SavedFile> files, Path directory)
            throws IOException {
        var kept = new ArrayList<Kept>();
        var growing = SavedFiles.growing(files);
        try {
            for (var file : files) {
                var source = open(reading, file);
                kept.add(
                        growing.contains(file)
                                ? grows(file, source)
                                : copied(file, source, directory.resolve("file-" + kept.size())));
            }
            return kept;
        } catch (IOException | RuntimeException failure) {
            close(kept);
            throw failure;
        }
    }

    private static FileChannel open(CellFiles.Reading reading, SavedFile file) throws IOException {
        try {
            return reading.open(file);
        } catch (AccessDeniedException denied) {
            throw Failures.of(
                    Phase.FILES,
                    Code.BLOCKED,
                    SavedFiles.denied(file.path()),
                    SavedFiles.DENIED_REMEDY);
        }
    }

    /// {@return the same of a program that stood still for a time}
    Snapshot frozenFor(Duration time) {
        return new Snapshot(tree, streams, inputEnded, files, own, needs, time);
    }

    @Override
    public void close() throws IOException {
        close(files);
    }

    private static Kept grows(SavedFile file, FileChannel source) throws IOException {
        try {
            return new Kept.Grows(file, source, Samples.of(source, file.facts().sizeBytes()));
        } catch (IOException failure) {
            source.close();
            throw failure;
        }
    }

    private static Kept copied(SavedFile file, FileChannel source, Path copy) throws IOException {
        try (source;
                var target =
                        FileChannel.open(
                                copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var sizeBytes = file.facts().sizeBytes();
            for (var position = 0L; position < sizeBytes; ) {
                var count = source.transferTo(position, sizeBytes - position, target);
                if (count <= 0) {
                    throw new IOException(file.path() + " became shorter while it was read");
                }
                position += count;
            }
        }
        return new Kept.Copied(file, copy);
    }

    private static void close(List<Kept> files) throws IOException {
        for (var file : files) {
            if (file instanceof Kept.Grows(_, var channel, _)) {
                channel.close();
            }
        }
    }
}
