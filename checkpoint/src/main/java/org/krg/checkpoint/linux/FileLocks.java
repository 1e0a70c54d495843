// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.checkpoint.model.OpenFile.Lock;

/// Locks of a descriptor, as `/proc/PID/fdinfo/FD` lists them, `proc(5)`.
final class FileLocks {
    /// `N: KIND MODE READ|WRITE pid device:inode first last`
    private static final Pattern EXCLUSIVE = Pattern.compile("lock:\\s.*\\sWRITE\\s.*");

    /// `id parent device root point options [tag...] - type source options`, of which the part up
    /// to the point does not hold the separator.
    private static final Pattern MOUNT = Pattern.compile("(\\d+) .* - (\\S+) .*");

    /// File systems whose locks are kept by a server or agreed between machines.
    private static final List<String> NETWORK =
            List.of(
                    "nfs",
                    "cifs",
                    "smb",
                    "ceph",
                    "fuse",
                    "9p",
                    "gfs2",
                    "ocfs2",
                    "lustre",
                    "gpfs",
                    "beegfs",
                    "glusterfs",
                    "orangefs",
                    "afs");

    private FileLocks() {}

    /// {@return the lock that a descriptor has}
    ///
    /// @param process its directory in `/proc`
    /// @param information what is known about the descriptor
    static Lock of(Path process, List<String> information) throws IOException {
        if (information.stream().noneMatch(line -> EXCLUSIVE.matcher(line).matches())) {
            return Lock.NONE;
        }
        var mount = FdFacts.field(information, "mnt_id").orElse("");
        var type =
                type(
                        Files.readString(process.resolve("mountinfo"), StandardCharsets.ISO_8859_1),
                        mount);
        return type.filter(FileLocks::isNetwork).isPresent() ? Lock.NETWORK : Lock.LOCAL;
    }

    /// {@return the type of the file system that is mounted under a number}
    static Optional<String> type(String mountinfo, String mount) {
        return mountinfo
                .lines()
                .map(MOUNT::matcher)
                .filter(line -> line.matches() && line.group(1).equals(mount))
                .map(line -> line.group(2))
                .findFirst();
    }

    private static boolean isNetwork(String type) {
        return NETWORK.stream().anyMatch(type::startsWith);
    }
}
