// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.StoreKeys;
import org.krg.host.HostFailure;
import org.krg.linux.DirectoryFd;
import org.krg.linux.LinuxException;

/// The keys of the checkpoints that a node keeps, in a file that only its owner can read. A line is
/// a key: its number, a blank, the key in hexadecimal; the first one is for what is written from
/// now on, all are for what is there. Safe for use by several threads.
public final class CheckpointKeyFile implements StoreKeys {
    private static final String HEADER =
            """
            # Keys of the checkpoints that this node keeps. Without them nobody can read these, also
            # not krg: keep a copy of this file elsewhere. The first key is the present one.
            """;

    private final Path file;
    private final boolean seals;
    private volatile List<StoreKey> keys;

    private CheckpointKeyFile(Path file, boolean seals, List<StoreKey> keys) {
        this.file = file;
        this.seals = seals;
        this.keys = List.copyOf(keys);
    }

    /// {@return the keys in a file; none if it is not there}
    ///
    /// @param seals whether what is written from now on is encrypted
    /// @throws HostFailure if it cannot be read, holds something else, or others can read it
    public static CheckpointKeyFile open(Path file, boolean seals) {
        try {
            requirePrivate(file);
            var keys = new ArrayList<StoreKey>();
            for (var line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    keys.add(key(line.strip()));
                }
            }
            return new CheckpointKeyFile(file, seals, keys);
        } catch (NoSuchFileException none) {
            return new CheckpointKeyFile(file, seals, List.of());
        } catch (IllegalArgumentException malformed) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    "%s is no file of keys: %s".formatted(file, malformed.getMessage()),
                    "put the copy of it back that is kept elsewhere",
                    malformed);
        } catch (IOException failure) {
            throw cannot("read", file, failure);
        }
    }

    // The line is not shown: it is a secret.
    private static StoreKey key(String line) {
        var words = line.split(" ", -1);
        if (words.length != 2) {
            throw new IllegalArgumentException("a line is a number and a key");
        }
        var key = StoreKey.parse(words[1]);
        if (!key.name().equals(words[0])) {
            throw new IllegalArgumentException(
                    "the key on the line of " + words[0] + " is another");
        }
        return key;
    }

    private static void requirePrivate(Path file) throws IOException {
        var permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "others can read the keys of checkpoints in " + file,
                    "chmod 600 " + file);
        }
    }

    /// {@return where it is}
    public Path path() {
        return file;
    }

    /// Makes the first key, if there is none and one is needed.
    ///
    /// @throws HostFailure if it cannot be written
    public synchronized void requireSealing() {
        if (seals && keys.isEmpty()) {
            replace(List.of(StoreKey.make(new SecureRandom())));
        }
    }

    /// Makes another key, for what is written from now on.
    ///
    /// @return its number
    /// @throws HostFailure CONFLICT if nothing is encrypted; DISK if it cannot be written
    public synchronized String add() {
        if (!seals) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "this node does not encrypt the checkpoints it keeps",
                    "set `encrypt = true` in [checkpoint] of its settings and restart its agent");
        }
        var all = new ArrayList<>(keys);
        all.addFirst(StoreKey.make(new SecureRandom()));
        replace(all);
        return all.getFirst().name();
    }

    /// {@return whether there are keys before the present one}
    public boolean hasOlder() {
        return keys.size() > 1;
    }

    /// Lets go of the keys under which nothing is any more.
    ///
    /// @param present the number of the key that everything is under; nothing happens if it is not
    ///   the first one any more
    public synchronized void keepOnly(String present) {
        if (keys.size() > 1 && keys.getFirst().name().equals(present)) {
            replace(keys.subList(0, 1));
        }
    }

    @Override
    public Optional<StoreKey> sealing() {
        return seals ? keys.stream().findFirst() : Optional.empty();
    }

    @Override
    public Optional<StoreKey> find(long id) {
        return keys.stream().filter(key -> key.id() == id).findFirst();
    }

    // On the disk first: what is encrypted with a key that is lost is lost.
    private void replace(List<StoreKey> wanted) {
        var text = new StringBuilder(HEADER);
        wanted.forEach(key -> text.append(key.name()).append(' ').append(key.hex()).append('\n'));
        try {
            var directory = file.toAbsolutePath().resolveSibling("");
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            var ownerOnly =
                    PosixFilePermissions.asFileAttribute(
                            Set.of(
                                    PosixFilePermission.OWNER_READ,
                                    PosixFilePermission.OWNER_WRITE));
            var fresh = Files.createTempFile(directory, "keys", ".new", ownerOnly);
            Files.writeString(fresh, text);
            try (var channel = FileChannel.open(fresh)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            DirectoryFd.sync(directory);
            keys = List.copyOf(wanted);
        } catch (IOException | LinuxException failure) {
            throw cannot("write", file, failure);
        }
    }

    private static HostFailure cannot(String what, Path file, Exception why) {
        return new HostFailure(
                HostFailure.Code.DISK,
                "cannot " + what + " the keys of checkpoints in " + file + ": " + why,
                "see checkpoint.keys in the agent's settings",
                why);
    }
}
