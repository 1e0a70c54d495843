// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Reads the files of an audit log, `audit-N.log`, where N is the number of the first line. Each
/// begins with `continues HASH`, the hash of the last line of the file before.
public final class AuditFiles {
    static final String CONTINUES = "continues ";

    /// What a file is called further on that was found broken.
    static final String BROKEN = ".broken";

    private static final Pattern NAME = Pattern.compile("audit-([0-9]{1,18})\\.log");
    private static final Pattern ASIDE = Pattern.compile("audit-[0-9]{1,18}\\.log\\.broken");
    private static final int HASH_DIGITS = 64;

    private AuditFiles() {}

    /// What was found.
    ///
    /// @param lines how many follow each other as they should
    /// @param next the number of the line to come
    /// @param hash of the last of them; empty when there is no file
    /// @param wholeBytes how much of the last file that was read they are
    /// @param broken where the chain breaks; empty when it does not
    /// @param torn whether it breaks because the last line was cut short, as a crash does it
    public record Chain(
            long lines,
            long next,
            String hash,
            long wholeBytes,
            Optional<String> broken,
            boolean torn) {
        private Chain head(String continued, long bytes) {
            return new Chain(lines, next, continued, bytes, Optional.empty(), false);
        }

        private Chain with(AuditLine line, long bytes) {
            var whole = wholeBytes + bytes;
            return new Chain(lines + 1, next + 1, line.hash(), whole, Optional.empty(), false);
        }

        private Chain broken(String where, boolean cut) {
            return new Chain(lines, next, hash, wholeBytes, Optional.of(where), cut);
        }
    }

    /// Hands out the lines in order, up to the first that does not follow.
    ///
    /// @throws IOException if a file cannot be read
    public static Chain read(Path directory, Consumer<AuditLine> each) throws IOException {
        var files = files(directory);
        // Older files were let go of: the first that is left says what it continues.
        var first = files.isEmpty() ? 1 : first(files.getFirst());
        var chain = new Chain(0, first, "", 0, Optional.empty(), false);
        for (var file : files) {
            chain = read(file, chain, each);
            if (chain.broken().isPresent()) {
                var isLast = file.equals(files.getLast());
                return chain.torn() && !isLast ? chain.broken(chain.broken().get(), false) : chain;
            }
        }
        return chain;
    }

    /// Reads the newest file, and of each before it only how it ends and that the next one
    /// continues that: what this costs does not grow with the log.
    ///
    /// @throws IOException if a file cannot be read
    static Chain readNewest(Path directory) throws IOException {
        var files = files(directory);
        if (files.isEmpty()) {
            return new Chain(0, 1, "", 0, Optional.empty(), false);
        }
        var chain = new Chain(0, first(files.getFirst()), "", 0, Optional.empty(), false);
        for (var file : files.subList(0, files.size() - 1)) {
            chain = head(file, chain, firstLine(file));
            if (chain.broken().isPresent()) {
                return chain.broken(chain.broken().get(), false);
            }
            var end = AuditEnd.of(file);
            if (end.isEmpty()) {
                return chain.broken(
                        "the last line in " + file + " is not as it was written", false);
            }
            chain = new Chain(0, end.get().next(), end.get().hash(), 0, Optional.empty(), false);
        }
        return read(files.getLast(), chain, _ -> {});
    }

    private static String firstLine(Path file) throws IOException {
        try (var bytes = Files.newInputStream(file)) {
            var most = CONTINUES.length() + HASH_DIGITS + 1;
            return new String(bytes.readNBytes(most), StandardCharsets.UTF_8);
        }
    }

    /// {@return files that were found broken and put aside, the oldest first}
    ///
    /// @throws IOException if the directory cannot be read
    public static List<Path> aside(Path directory) throws IOException {
        return named(directory, ASIDE);
    }

    private static Chain read(Path file, Chain before, Consumer<AuditLine> each)
            throws IOException {
        var pieces = Files.readString(file).split("(?<=\n)", -1);
        var chain = head(file, before, pieces[0]);
        for (var i = 1; i < pieces.length && chain.broken().isEmpty(); i++) {
            var text = pieces[i];
            if (!text.isEmpty()) {
                var line =
                        text.endsWith("\n")
                                ? AuditLine.parse(chain.hash(), chain.next(), withoutEnd(text))
                                : Optional.<AuditLine>empty();
                line.ifPresent(each);
                var now = chain;
                chain =
                        line.map(it -> now.with(it, bytes(text)))
                                .orElseGet(() ->
                                        now.broken(
                                                "line %d in %s is not as it was written"
                                                        .formatted(now.next(), file),
                                                !text.endsWith("\n")));
            }
        }
        return chain;
    }

    private static Chain head(Path file, Chain before, String text) {
        var continued =
                text.startsWith(CONTINUES) && text.endsWith("\n")
                        ? withoutEnd(text).substring(CONTINUES.length())
                        : "";
        var isExpected =
                before.hash().isEmpty()
                        ? continued.length() == HASH_DIGITS
                        : continued.equals(before.hash());
        var isFirst = before.next() == 1;
        if (!isExpected
                || first(file) != before.next()
                || (isFirst && !continued.equals(AuditLine.START))) {
            return before.head(before.hash(), 0)
                    .broken(file + " does not continue what is before", !text.endsWith("\n"));
        }
        return before.head(continued, bytes(text));
    }

    private static String withoutEnd(String text) {
        return text.substring(0, text.length() - 1);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// {@return the files, the oldest first}
    static List<Path> files(Path directory) throws IOException {
        return named(directory, NAME);
    }

    private static List<Path> named(Path directory, Pattern pattern) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var all = Files.list(directory)) {
            return all.filter(file -> pattern.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(AuditFiles::first))
                    .toList();
        }
    }

    static Path file(Path directory, long first) {
        return directory.resolve("audit-" + first + ".log");
    }

    private static long first(Path file) {
        var name = NAME.matcher(file.getFileName().toString().replace(BROKEN, ""));
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }
}
