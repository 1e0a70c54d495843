// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.krg.linux.OpenAt.AT_FDCWD;
import static org.krg.linux.OpenAt.O_DIRECTORY;
import static org.krg.linux.OpenAt.O_NOCTTY;
import static org.krg.linux.OpenAt.O_NOFOLLOW;
import static org.krg.linux.OpenAt.O_NONBLOCK;
import static org.krg.linux.OpenAt.O_PATH;
import static org.krg.linux.OpenAt.O_RDONLY;
import static org.krg.linux.OpenAt.O_RDWR;
import static org.krg.linux.OpenAt.O_TMPFILE;
import static org.krg.linux.OpenAt.O_WRONLY;
import static org.krg.linux.OpenAt.RESOLVE_IN_ROOT;
import static org.krg.linux.OpenAt.RESOLVE_NO_MAGICLINKS;

import java.nio.file.Path;

/// A root directory, as that of a mount namespace, in which the kernel looks paths up with the
/// rights of a user: no symbolic link leads out of it, and none where the user may not go. Safe for
/// use from any thread, as long as it is not closed.
public final class UserRoot implements AutoCloseable {
    private static final long PLAIN = O_NOCTTY | O_NONBLOCK;

    /// For the agent itself.
    private static final OpenAt LOOK = new OpenAt(O_PATH, 0, 0);

    private static final OpenAt READ = inRoot(O_RDONLY | PLAIN | O_NOFOLLOW);
    private static final OpenAt LIST = inRoot(O_RDONLY | PLAIN | O_NOFOLLOW | O_DIRECTORY);
    private static final OpenAt ENTER = inRoot(O_PATH | O_DIRECTORY);
    private static final OpenAt FIND = inRoot(O_PATH | O_NOFOLLOW);
    private static final OpenAt MAKE =
            new OpenAt(O_TMPFILE | O_RDWR, 0600, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

    private final Descriptor root;
    private final UserThread thread;

    private UserRoot(Descriptor root, UserRights user) {
        this.root = root;
        this.thread = new UserThread(user);
    }

    private static OpenAt inRoot(long flags) {
        return new OpenAt(flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    /// {@return a root directory as a user sees it}
    ///
    /// @param root looked up with the rights of this process
    /// @throws LinuxException if there is none
    public static UserRoot open(Path root, UserRights user) {
        return new UserRoot(look(root), user);
    }

    /// Opens what a path leads to, to read it; a symbolic link in its last place leads nowhere.
    ///
    /// @throws LinuxException if the user may not, or there is none
    public Descriptor read(String path) {
        return opened(READ, path);
    }

    /// Opens a directory that the user may both list and search; a symbolic link in the last place
    /// is none.
    ///
    /// @throws LinuxException if the user may not, or there is none
    public Descriptor list(String directory) {
        opened(ENTER, directory + "/.").close();
        return opened(LIST, directory);
    }

    /// Finds what a path leads to, without opening it: where the user may search the directories. A
    /// symbolic link in the last place is what it leads to.
    ///
    /// @throws LinuxException if the user may not, or there is none
    public Descriptor find(Path path) {
        return new Descriptor(thread.open(FIND, root.number(), path));
    }

    /// Makes a file without a name in a directory, which goes at once.
    ///
    /// @throws LinuxException if the user may not, there is no such directory, or its file system
    ///   has no such files (`EOPNOTSUPP`)
    public void tryToMakeIn(Path directory) {
        opened(MAKE, directory.toString()).close();
    }

    /// Opens a file that has no path, or may not have the one it had, where its mode and owner let
    /// the user.
    ///
    /// @param link that leads to it, as `/proc/PID/fd/FD`; looked up with the rights of this
    ///   process
    /// @throws LinuxException if the user may not, or it is gone
    public Descriptor openLinked(Path link, boolean reads, boolean writes) {
        var access = !writes ? O_RDONLY : reads ? O_RDWR : O_WRONLY;
        try (var found = look(link)) {
            return new Descriptor(
                    thread.open(new OpenAt(access | PLAIN, 0, 0), AT_FDCWD, found.link()));
        }
    }

    private Descriptor opened(OpenAt how, String path) {
        return new Descriptor(thread.open(how, root.number(), Path.of(path)));
    }

    private static Descriptor look(Path path) {
        var opened = LOOK.open(AT_FDCWD, path);
        if (opened.fd() < 0) {
            throw new LinuxException("openat2(" + path + ")", opened.errno());
        }
        return new Descriptor(opened.fd());
    }

    @Override
    public void close() {
        thread.close();
        root.close();
    }
}
