// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checksums of the files of a snapshot, in a file of it, so that nobody takes over one that is not
/// what was written. CRC-32C, which finds flipped bits at the speed of the disk; it is no proof
/// against somebody who changes files.
public final class FileDigests {
    /// The file that holds them: a line `CRC-32C SIZE NAME` for every other file.
    public static final String NAME = "DIGESTS";

    private static final Logger log = LoggerFactory.getLogger(FileDigests.class);
    private static final Pattern LINE =
            Pattern.compile("(?<crc>[0-9a-f]{8}) (?<size>[0-9]{1,18}) (?<name>.+)");
    private static final String TABLE = ".sst";
    private static final int BUFFER = 1 << 20;

    /// Of table files, which are never changed and are the same ones in snapshot after snapshot.
    private final Map<String, Digest> known = new ConcurrentHashMap<>();

    private record Digest(int crc, long size, long modified) {}

    /// Takes the checksums of table files from a snapshot, without reading the files: those that
    /// the next snapshot has too are not summed again. What cannot be read is not known.
    public void know(Path directory) {
        try {
            for (var line :
                    Files.readAllLines(directory.resolve(NAME), StandardCharsets.ISO_8859_1)) {
                var found = LINE.matcher(line);
                if (found.matches() && found.group("name").endsWith(TABLE)) {
                    know(directory.resolve(found.group("name")), found);
                }
            }
        } catch (IOException unreadable) {
            log.debug("checksums of {} are not known", directory, unreadable);
        }
    }

    private void know(Path table, Matcher line) throws IOException {
        known.put(
                name(table),
                new Digest(
                        Integer.parseUnsignedInt(line.group("crc"), 16),
                        Long.parseLong(line.group("size")),
                        Files.getLastModifiedTime(table).toMillis()));
    }

    /// Has a table file that was found damaged read for the next snapshot; all of them, if only the
    /// directory is known.
    public void forget(Path damaged) {
        if (Files.isDirectory(damaged)) {
            known.clear();
        } else {
            known.remove(name(damaged));
        }
    }

    /// Writes the checksums of the files in a directory. A table file may have been damaged since
    /// RocksDB wrote it, as rows and snapshots share it: one that is not known is looked at before
    /// what it holds is taken for right.
    ///
    /// @param tables reads a table file and throws [StorageDamaged], as [Storage#verifyTable] does
    public void write(Path directory, Consumer<Path> tables) {
        try {
            var text = new StringBuilder();
            var present = new TreeMap<String, Digest>();
            for (var file : files(directory)) {
                present.put(name(file), digest(file, tables));
            }
            known.keySet().retainAll(present.keySet());
            present.forEach((name, digest) -> {
                if (name.endsWith(TABLE)) {
                    known.put(name, digest);
                }
                text.append("%08x %d %s%n".formatted(digest.crc(), digest.size(), name));
            });
            var digests = directory.resolve(NAME);
            Files.writeString(digests, text, StandardCharsets.UTF_8);
            try (var channel = FileChannel.open(digests, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the checksums in " + directory, failed);
        }
    }

    private Digest digest(Path file, Consumer<Path> tables) throws IOException {
        var size = Files.size(file);
        var modified = Files.getLastModifiedTime(file).toMillis();
        var before = known.get(name(file));
        if (before != null && before.size() == size && before.modified() == modified) {
            return before;
        }
        if (isTable(file)) {
            tables.accept(file);
        }
        return new Digest(crc(file), size, modified);
    }

    /// Throws [StorageDamaged] for the first file that is not as it was written.
    ///
    /// @param tables as above: checksums may have been taken from a table that was damaged already
    public static void verify(Path directory, Consumer<Path> tables) {
        var digests = directory.resolve(NAME);
        try {
            for (var line : Files.readAllLines(digests)) {
                verify(directory, line, tables);
            }
        } catch (NoSuchFileException missing) {
            throw new StorageDamaged(Path.of(missing.getFile()), "it is missing", missing);
        } catch (ClosedByInterruptException end) {
            throw new StorageFailed(directory + " was not read to its end", end);
        } catch (IOException failed) {
            throw DiskFailed.faultOf(failed)
                    .<RuntimeException>map(fault -> new DiskFailed(directory, fault, failed))
                    .orElseGet(() -> new StorageDamaged(digests, "it cannot be read", failed));
        }
    }

    private static void verify(Path directory, String line, Consumer<Path> tables)
            throws IOException {
        var found = LINE.matcher(line);
        if (!found.matches()) {
            throw new StorageDamaged(directory.resolve(NAME), "a line of it makes no sense");
        }
        var file = directory.resolve(found.group("name"));
        if (Files.size(file) != Long.parseLong(found.group("size"))) {
            throw new StorageDamaged(
                    file,
                    "it has %s bytes, not %s".formatted(Files.size(file), found.group("size")));
        }
        if (crc(file) != Integer.parseUnsignedInt(found.group("crc"), 16)) {
            throw new StorageDamaged(file, "its checksum does not match");
        }
        if (isTable(file)) {
            tables.accept(file);
        }
    }

    private static int crc(Path file) throws IOException {
        var sum = new CRC32C();
        var buffer = ByteBuffer.allocateDirect(BUFFER);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
        }
        return (int) sum.getValue();
    }

    /// {@return the files of a snapshot; what Ratis puts beside them does not belong to it}
    private static List<Path> files(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(Files::isRegularFile)
                    .filter(file -> !name(file).equals(NAME) && !name(file).endsWith(".md5"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isTable(Path file) {
        return name(file).endsWith(TABLE);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
