// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.krg.linux.DirectoryFd;
import org.krg.linux.LinuxException;
import org.krg.pages.engine.FileFailed;

/// Which versions of its pages the file of a segment has for certain, in a file of the agent: a
/// slot for each page, at a place of its own, with the version and its CRC-32C. A slot that is
/// empty or damaged is no mark. Safe for use from any thread.
public final class FileMarks {
    /// The version, the checksum, and four bytes that are zero.
    private static final int SLOT_BYTES = 16;

    private final Path directory;
    private final Path path;

    /// @param name of a file in the directory, which need not be there yet
    public FileMarks(Path directory, String name) {
        this.directory = directory;
        this.path = directory.resolve(name);
    }

    /// Marks versions of pages, by the number of the page. They survive a crash of the machine when
    /// this returns.
    public synchronized void put(SortedMap<Integer, Long> versions) throws FileFailed {
        if (versions.isEmpty()) {
            return;
        }
        var isNew = !Files.exists(path);
        var how = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(path, how)) {
            for (var mark : versions.entrySet()) {
                var slot = slot(mark.getKey(), mark.getValue());
                while (slot.hasRemaining()) {
                    channel.write(slot, offset(mark.getKey()) + slot.position());
                }
            }
            channel.force(true);
            if (isNew) {
                DirectoryFd.sync(directory);
            }
        } catch (IOException | LinuxException failure) {
            throw failed(failure);
        }
    }

    /// {@return the versions that are marked, by the number of the page}
    ///
    /// @param end the first page that is not meant
    public synchronized SortedMap<Integer, Long> get(int start, int end) throws FileFailed {
        var slots = ByteBuffer.allocate((end - start) * SLOT_BYTES);
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var count = 0;
            while (slots.hasRemaining() && count >= 0) {
                count = channel.read(slots, offset(start) + slots.position());
            }
        } catch (NoSuchFileException _) {
            return new TreeMap<>();
        } catch (IOException failure) {
            throw failed(failure);
        }
        var marks = new TreeMap<Integer, Long>();
        for (var page = start; (page - start + 1) * SLOT_BYTES <= slots.position(); page++) {
            var version = slots.getLong((page - start) * SLOT_BYTES);
            var isWhole =
                    slots.slice((page - start) * SLOT_BYTES, SLOT_BYTES)
                            .equals(slot(page, version));
            if (version > 0 && isWhole) {
                marks.put(page, version);
            }
        }
        return marks;
    }

    /// Nothing is marked any more.
    public synchronized void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    private static ByteBuffer slot(int page, long version) {
        var slot = ByteBuffer.allocate(SLOT_BYTES).putLong(version);
        var checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(page).flip());
        checksum.update(slot.duplicate().flip());
        return slot.putInt((int) checksum.getValue()).rewind();
    }

    private static long offset(int page) {
        return (long) page * SLOT_BYTES;
    }

    private static FileFailed failed(Exception failure) {
        return new FileFailed("marks: " + failure, FileFailed.EIO);
    }
}
