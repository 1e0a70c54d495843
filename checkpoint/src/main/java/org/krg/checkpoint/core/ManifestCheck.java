// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;

/// What a manifest may say, whoever made it: it comes from a peer or out of an archive, and what it
/// names is written to disk.
public final class ManifestCheck {
    /// PATH_MAX of Linux.
    private static final int MAX_PATH = 4096;

    /// Permissions without set-uid, set-gid and sticky: whoever writes a file takes these off.
    public static final int MAX_MODE = 0777;

    /// As CRIU names its images.
    private static final String IMAGE = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

    private ManifestCheck() {}

    /// {@return why nothing may be made of `manifest`; empty if it is good}
    public static Optional<String> problem(Manifest manifest) {
        var names = new TreeSet<String>();
        var total = 0L;
        for (var entry : manifest.entries()) {
            var problem = problem(entry);
            if (problem.isPresent()) {
                return problem;
            }
            if (!names.add((entry.kind() == Kind.IMAGE ? "image " : "") + entry.name())
                    && !isStream(entry)) {
                return Optional.of("it has " + quoted(entry.name()) + " twice");
            }
            total += entry.content().sizeBytes();
            if (total < 0) {
                return Optional.of("its sizes add up to more than there is");
            }
        }
        return streamProblem(manifest, Kind.STDOUT, manifest.streams().stdoutBytes())
                .or(() -> streamProblem(manifest, Kind.STDERR, manifest.streams().stderrBytes()));
    }

    private static Optional<String> problem(Entry entry) {
        if ((entry.mode() & ~MAX_MODE) != 0) {
            return Optional.of(
                    "%s has mode %o, and more than permissions is not taken over"
                            .formatted(quoted(entry.name()), entry.mode()));
        }
        return switch (entry.kind()) {
            case IMAGE ->
                    entry.name().matches(IMAGE)
                            ? Optional.empty()
                            : Optional.of(quoted(entry.name()) + " is no name of an image");
            case FILE, APPENDED -> pathProblem(entry.name());
            case DIRECTORY -> pathProblem(entry.name()).or(() -> sizeProblem(entry, 0));
            case LINK -> pathProblem(entry.name()).or(() -> sizeProblem(entry, MAX_PATH));
            case STDOUT, STDERR -> Optional.empty();
        };
    }

    private static Optional<String> sizeProblem(Entry entry, long mostBytes) {
        return entry.content().sizeBytes() <= mostBytes
                ? Optional.empty()
                : Optional.of(
                        "%s has %d bytes, a %s has at most %d"
                                .formatted(
                                        quoted(entry.name()),
                                        entry.content().sizeBytes(),
                                        entry.kind() == Kind.LINK ? "link" : "directory",
                                        mostBytes));
    }

    private static Optional<String> pathProblem(String path) {
        var parts = path.split("/", -1);
        var plain =
                path.startsWith("/")
                        && path.length() < MAX_PATH
                        && path.indexOf('\0') < 0
                        && Arrays.stream(parts)
                                .skip(1)
                                .noneMatch(it -> it.isEmpty() || it.equals(".") || it.equals(".."));
        if (!plain) {
            return Optional.of(quoted(path) + " is not the whole path of a file");
        }
        return parts[1].equals("proc") || parts[1].equals("sys")
                ? Optional.of(quoted(path) + " is the kernel's and no file")
                : Optional.empty();
    }

    private static Optional<String> streamProblem(Manifest manifest, Kind kind, long bytes) {
        var found = manifest.entries().stream().filter(it -> it.kind() == kind).toList();
        var fits = found.size() == 1 && found.getFirst().content().sizeBytes() == bytes;
        return fits
                ? Optional.empty()
                : Optional.of("it does not have one " + kind + " of " + bytes + " bytes");
    }

    private static boolean isStream(Entry entry) {
        return entry.kind() == Kind.STDOUT || entry.kind() == Kind.STDERR;
    }

    private static String quoted(String name) {
        var shown = name.length() > 80 ? name.substring(0, 80) + "…" : name;
        return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
