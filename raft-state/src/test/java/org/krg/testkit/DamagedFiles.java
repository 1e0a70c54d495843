// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/// Does to files what disks, power cuts and people do.
public final class DamagedFiles {
    private DamagedFiles() {}

    /// Turns one bit of the byte at `offset`; a negative one counts from the end.
    public static void flipBit(Path file, long offset) {
        change(
                file,
                channel -> {
                    var at = offset < 0 ? channel.size() + offset : offset;
                    var one = ByteBuffer.allocate(1);
                    channel.read(one, at);
                    one.put(0, (byte) (one.get(0) ^ 1));
                    channel.write(one.flip(), at);
                });
    }

    /// Takes bytes off the end.
    public static void cut(Path file, long bytes) {
        change(file, channel -> channel.truncate(channel.size() - bytes));
    }

    /// Replaces the last bytes by zeros: a file system that had grown the file before its content
    /// arrived.
    public static void zeroTail(Path file, int bytes) {
        change(file, channel -> channel.write(ByteBuffer.allocate(bytes), channel.size() - bytes));
    }

    /// Puts bytes at the end that belong to nothing.
    public static void appendGarbage(Path file, int bytes) {
        change(
                file,
                channel -> {
                    var garbage = ByteBuffer.allocate(bytes);
                    while (garbage.hasRemaining()) {
                        garbage.put((byte) (garbage.position() * 31 + 7));
                    }
                    channel.write(garbage.flip(), channel.size());
                });
    }

    /// {@return the only or last file below `directory` whose name begins and ends so}
    public static Path find(Path directory, String begin, String end) {
        var all = all(directory, begin, end);
        if (all.isEmpty()) {
            throw new AssertionError("no " + begin + "*" + end + " in " + directory);
        }
        return all.getLast();
    }

    /// {@return the files below `directory` whose name begins and ends so}
    public static List<Path> all(Path directory, String begin, String end) {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> String.valueOf(file.getFileName()).startsWith(begin))
                    .filter(file -> String.valueOf(file.getFileName()).endsWith(end))
                    .sorted()
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Copies a tree to a place where nothing is.
    public static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Removes a file or a tree.
    public static void delete(Path path) {
        try (var files = Files.walk(path)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private interface Change {
        void make(FileChannel channel) throws IOException;
    }

    private static void change(Path file, Change change) {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            change.make(channel);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
