// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreePlaces;
import org.krg.checkpoint.model.TreePlaces.Directory;

/// Where the processes of a tree are, by `/proc/PID/cwd` and `/proc/PID/net/unix`, proc(5). What
/// ends meanwhile is nowhere.
final class PlacesScan {
    private static final String DELETED = " (deleted)";

    /// Columns of `/proc/net/unix`: inode, path.
    private static final int INODE = 6;

    private static final int PATH = 7;

    private PlacesScan() {}

    static TreePlaces of(ProcessTree tree) throws IOException {
        var working = new TreeMap<Integer, Directory>();
        var sockets = new TreeMap<Long, Directory>();
        var wanted = sockets(tree);
        for (var process : tree.processes()) {
            var directory = Path.of("/proc", Long.toString(process.hostPid()));
            working(directory).ifPresent(it -> working.put(process.pid(), it));
            // All are in the one network of the cell.
            if (sockets.isEmpty() && !wanted.isEmpty()) {
                sockets.putAll(sockets(directory, wanted));
            }
        }
        return new TreePlaces(working, sockets);
    }

    private static Set<Long> sockets(ProcessTree tree) {
        return tree.processes().stream()
                .flatMap(process -> process.files().stream())
                .filter(file -> file.type() == OpenFile.Type.SOCKET)
                .map(file -> file.facts().inode())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<Directory> working(Path process) throws IOException {
        try {
            var link = process.resolve("cwd");
            var path = Files.readSymbolicLink(link).toString();
            return path.endsWith(DELETED) ? Optional.empty() : Optional.of(directory(path, link));
        } catch (FileSystemException ended) {
            return Optional.empty();
        }
    }

    private static Map<Long, Directory> sockets(Path process, Set<Long> wanted) throws IOException {
        var found = new TreeMap<Long, Directory>();
        for (var line : table(process)) {
            var words = line.strip().split("\\s+", PATH + 1);
            // Names are the program's to choose, and may look like anything.
            if (words.length > PATH
                    && words[PATH].startsWith("/")
                    && words[INODE].matches("[0-9]{1,18}")
                    && wanted.contains(Long.valueOf(words[INODE]))) {
                above(process, words[PATH])
                        .ifPresent(it -> found.put(Long.valueOf(words[INODE]), it));
            }
        }
        return found;
    }

    private static List<String> table(Path process) throws IOException {
        var table = process.resolve("net/unix");
        return Proc.whileThere(() -> Files.readAllLines(table, StandardCharsets.ISO_8859_1))
                .orElse(List.of());
    }

    /// {@return the directory of a socket's name} A name may outlive it, be one that another
    /// namespace knows, or none that this machine's language can write.
    private static Optional<Directory> above(Path process, String bytes) {
        var name = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        var path = name.substring(0, Math.max(1, name.lastIndexOf('/')));
        try {
            return Optional.of(directory(path, Path.of(process + "/root" + path)));
        } catch (IOException | InvalidPathException gone) {
            return Optional.empty();
        }
    }

    private static Directory directory(String path, Path seen) throws IOException {
        var facts = UnixStat.facts(seen);
        return new Directory(path, facts.device(), facts.inode());
    }
}
