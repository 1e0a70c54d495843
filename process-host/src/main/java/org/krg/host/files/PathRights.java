// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.krg.host.core.PathFit.FileType;
import org.krg.host.core.PathFit.SeenPath;
import org.krg.state.model.Identity;

/// What a user who has no capability may do with a file, by mode, owner and groups,
/// path_resolution(7). Lists of access rights are not looked at.
final class PathRights {
    static final int READ = 4;
    static final int WRITE = 2;
    static final int ENTER = 1;
    static final int NONE = 0;

    private static final int TYPE = 0170000;

    private PathRights() {}

    /// {@return what a path leads to, and whether `user` may do with it what `rights` say}
    static SeenPath look(Path path, Identity user, int rights) {
        try {
            var real = path.toRealPath();
            return new SeenPath(type(real), rights == NONE || may(real, user, rights));
        } catch (IOException nothing) {
            return new SeenPath(FileType.NOTHING, rights == NONE || mayMake(path, user));
        }
    }

    /// {@return whether `user` has all of `rights` to a path; not to one that leads nowhere}
    static boolean may(Path path, Identity user, int rights) {
        try {
            var real = path.toRealPath();
            for (var above = real.getParent(); above != null; above = above.getParent()) {
                if (!mayOne(above, user, ENTER)) {
                    return false;
                }
            }
            return mayOne(real, user, rights);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /// Missing directories are made with the file.
    private static boolean mayMake(Path path, Identity user) {
        var above = Optional.ofNullable(path.toAbsolutePath().getParent());
        while (above.isPresent() && !Files.exists(above.get(), LinkOption.NOFOLLOW_LINKS)) {
            above = Optional.ofNullable(above.get().getParent());
        }
        return above.filter(Files::isDirectory)
                .filter(directory -> may(directory, user, WRITE | ENTER))
                .isPresent();
    }

    private static boolean mayOne(Path path, Identity user, int rights) throws IOException {
        var mode = number(path, "mode");
        var gid = number(path, "gid");
        int granted;
        if (number(path, "uid") == user.uid()) {
            granted = mode >> 6;
        } else if (gid == user.gid() || user.groups().contains(gid)) {
            granted = mode >> 3;
        } else {
            granted = mode;
        }
        return (granted & rights) == rights;
    }

    private static FileType type(Path path) throws IOException {
        return switch (number(path, "mode") & TYPE) {
            case 0100000 -> FileType.REGULAR;
            case 0040000 -> FileType.DIRECTORY;
            case 0010000 -> FileType.FIFO;
            default -> FileType.OTHER;
        };
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:" + attribute);
    }
}
