// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/// The removal of a directory in which users may write, also while they do.
///
/// A directory is taken from its users before anything in it is looked at: it belongs to this
/// process then, and to nobody else. So what a name in it means stays as it was seen, no link can
/// be put in the place of a directory, and no file is added to what is being emptied. Directories
/// below that are not empty are moved to the top and emptied from there: paths stay short, and no
/// descriptor or frame is held for a level, however many there are.
public final class UserTree {
    /// Whoever holds a directory far below may go on making others in it until its turn comes.
    private static final Duration MOST_TIME = Duration.ofSeconds(20);

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private final Path top;
    private final long started = System.nanoTime();
    private long moved;

    private UserTree(Path top) {
        this.top = top;
    }

    /// Removes a directory with all that is in it, if it is there. Follows no link.
    ///
    /// @param directory lies where only this process's user and root may rename it
    /// @throws IOException if something cannot be removed, or if there is more than can be removed
    ///   in 20 s; what is left goes with the next call
    public static void remove(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            new UserTree(directory).empty();
        }
        Files.deleteIfExists(directory);
    }

    private void empty() throws IOException {
        take(top);
        while (forEach(top, this::removeFromTop)) {
            // What was moved to the top meanwhile may not have been seen.
        }
    }

    private void removeFromTop(Path entry) throws IOException {
        if (System.nanoTime() - started > MOST_TIME.toNanos()) {
            throw new IOException("not all of " + top + " is removed after " + MOST_TIME);
        }
        while (!delete(entry)) {
            take(entry);
            forEach(entry, this::removeFromBelow);
        }
    }

    private void removeFromBelow(Path entry) throws IOException {
        if (!delete(entry)) {
            take(entry);
            Files.move(entry, freeName(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private Path freeName() {
        var name = top.resolve("removed-" + moved++);
        while (Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
            name = top.resolve("removed-" + moved++);
        }
        return name;
    }

    // The directory that it lies in is ours already: it is what it was when it was looked at.
    private static void take(Path directory) throws IOException {
        if (Account.ownUid() == 0) {
            Files.setAttribute(directory, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
        }
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
    }

    /// {@return false if it is a directory that is not empty}
    private static boolean delete(Path entry) throws IOException {
        try {
            Files.deleteIfExists(entry);
            return true;
        } catch (DirectoryNotEmptyException full) {
            return false;
        }
    }

    private interface Removal {
        void remove(Path entry) throws IOException;
    }

    /// {@return whether there was anything}
    private static boolean forEach(Path directory, Removal removal) throws IOException {
        var any = false;
        try (var entries = Files.newDirectoryStream(directory)) {
            for (var entry : entries) {
                any = true;
                removal.remove(entry);
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return any;
    }
}
