// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.Optional;
import org.krg.host.model.Footprint.NeededPath;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Identity;

/// What keeps a program from going on on a node that has not the directories, FIFOs and rights that
/// it has where it is, or no room for it.
public final class PathFit {
    private static final String ELSEWHERE = ", or choose another node";

    private PathFit() {}

    /// What a path leads to on a node.
    public enum FileType {
        NOTHING,
        REGULAR,
        DIRECTORY,
        FIFO,
        OTHER
    }

    /// A path as it is on a node.
    ///
    /// @param permitted whether the user has the rights there that are needed; of nothing, whether
    ///   the user could make a file there
    public record SeenPath(FileType type, boolean permitted) {}

    /// {@return what is wrong with a path of a node}
    public static Optional<Obstacle> path(
            String node, NeededPath needed, Identity user, SeenPath seen) {
        var wanted = wanted(needed);
        var isMade = needed.kind() == NeededPath.Kind.WRITTEN && seen.type() == FileType.NOTHING;
        if (seen.type() != wanted && !isMade) {
            return Optional.of(missing(node, needed, wanted, seen.type()));
        }
        return seen.permitted() ? Optional.empty() : Optional.of(forbidden(node, needed, user));
    }

    private static FileType wanted(NeededPath needed) {
        return switch (needed.kind()) {
            case WORKING_DIRECTORY, DIRECTORY, SOCKET_DIRECTORY, OWN_DIRECTORY ->
                    FileType.DIRECTORY;
            case FIFO -> FileType.FIFO;
            case WRITTEN -> FileType.REGULAR;
        };
    }

    private static Obstacle missing(
            String node, NeededPath needed, FileType wanted, FileType seen) {
        var what =
                seen == FileType.NOTHING
                        ? "has no %s %s".formatted(text(wanted), needed.path())
                        : "has a %s, and no %s, at %s"
                                .formatted(text(seen), text(wanted), needed.path());
        var remedy =
                switch (wanted) {
                    case FIFO -> "Make one there with mkfifo";
                    case DIRECTORY -> "Make it there";
                    case REGULAR, NOTHING, OTHER -> "Move that away";
                };
        return new Obstacle(
                "node " + node, "%s, %s".formatted(what, use(needed)), remedy + ELSEWHERE);
    }

    private static Obstacle forbidden(String node, NeededPath needed, Identity user) {
        return new Obstacle(
                "node " + node,
                "does not let uid %d %s %s, %s"
                        .formatted(user.uid(), verb(needed), needed.path(), use(needed)),
                "Give it the owner and mode there that it has on the node of the program"
                        + ELSEWHERE);
    }

    private static String verb(NeededPath needed) {
        return switch (needed.kind()) {
            case WORKING_DIRECTORY -> "enter";
            case SOCKET_DIRECTORY, OWN_DIRECTORY -> "make files in";
            case DIRECTORY -> "read";
            case FIFO -> needed.writable() ? "write to" : "read";
            case WRITTEN -> "write";
        };
    }

    private static String use(NeededPath needed) {
        return switch (needed.kind()) {
            case WORKING_DIRECTORY -> "the working directory of " + needed.where();
            case DIRECTORY -> "which is " + needed.where();
            case FIFO -> "which is " + needed.where();
            case SOCKET_DIRECTORY -> "where the name of a unix socket is, " + needed.where();
            case WRITTEN -> "a file that goes along";
            case OWN_DIRECTORY -> "the job's own directory";
        };
    }

    private static String text(FileType type) {
        return switch (type) {
            case NOTHING, OTHER -> "special file";
            case REGULAR -> "regular file";
            case DIRECTORY -> "directory";
            case FIFO -> "FIFO";
        };
    }

    /// {@return that a node has no room for what is saved of a program}
    ///
    /// @param leastBytes that the images and files take, before they are compressed
    /// @param freeBytes on the disk that they go to
    public static Optional<Obstacle> room(String node, long leastBytes, long freeBytes) {
        return leastBytes <= freeBytes
                ? Optional.empty()
                : Optional.of(
                        new Obstacle(
                                "node " + node,
                                "has %d MiB left for checkpoints, and this program takes at least %d MiB"
                                        .formatted(freeBytes >> 20, mebibytes(leastBytes)),
                                "Make room on that disk, krg-admin checkpoint prune drops what is not needed"
                                        + ELSEWHERE));
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
