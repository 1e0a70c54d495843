// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.engine.Command;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.ProcessTree.SharedFile;
import org.krg.checkpoint.model.ProcessTree.UnixConnection;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.linux.FileSystems;

/// One reading of `/proc` for the processes of a cell, `proc(5)`. What ends while it is read is not
/// there. Used once.
final class TreeScan {
    private static final int ACCESS_MODE = 03;
    private static final int WRITE_ONLY = 01;
    private static final int O_APPEND = 02000;
    private static final int O_PATH = 010000000;

    /// `address perms offset device inode path`
    private static final Pattern MAPPING =
            Pattern.compile("(\\S+) (\\S{4}) \\S+ \\S+ \\d+ +(/.*|anon_inode:.*)");

    /// `... local-inode peer-name peer-inode`
    private static final Pattern CONNECTION = Pattern.compile("\\s(\\d+)\\s+\\S+\\s+(\\d+)\\s*$");

    private static final Duration LIST_LIMIT = Duration.ofSeconds(10);

    private final CellView cell;

    TreeScan(CellView cell) {
        this.cell = cell;
    }

    ProcessTree run() throws IOException {
        var processes = processes();
        return tree(processes, unixSockets(processes));
    }

    ProcessTree runStill() throws IOException {
        return tree(processes(), List.of());
    }

    private ProcessTree tree(List<TreeProcess> processes, List<UnixConnection> unixSockets)
            throws IOException {
        return new ProcessTree(cell.rootPid(), processes, unixSockets, shared(), cell.terminal());
    }

    private List<TreeProcess> processes() throws IOException {
        var pinned = new PinnedThreads(cell);
        var processes = new ArrayList<TreeProcess>();
        for (var pid : Files.readAllLines(cell.appCgroup().resolve("cgroup.procs"))) {
            Proc.whileThere(() -> process(Long.parseLong(pid), pinned)).ifPresent(processes::add);
        }
        processes.sort((one, other) -> Integer.compare(one.pid(), other.pid()));
        return processes;
    }

    private static TreeProcess process(long hostPid, PinnedThreads pinned) throws IOException {
        var directory = Path.of("/proc", Long.toString(hostPid));
        var status = status(directory);
        var threads = Integer.parseInt(status.getOrDefault("Threads", "0"));
        var headless = status.getOrDefault("State", "").startsWith("Z") && threads > 1;
        return new TreeProcess(
                innermost(status),
                hostPid,
                Long.parseLong(status.getOrDefault("PPid", "0")),
                status.getOrDefault("Name", ""),
                threads,
                headless,
                Long.parseLong(status.getOrDefault("VmRSS", "0 kB").split(" ", 2)[0]) * 1024,
                Long.parseLong(status.getOrDefault("TracerPid", "0")),
                headless ? List.of() : files(directory),
                headless ? List.of() : mapped(directory),
                headless ? List.of() : pinned.of(directory));
    }

    /// {@return the number of a task in the innermost pid namespace that it is in}
    static int innermost(Map<String, String> status) {
        var numbers = status.getOrDefault("NSpid", "0").split("\\s+", -1);
        return Integer.parseInt(numbers[numbers.length - 1]);
    }

    static Map<String, String> status(Path directory) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        for (var line : Proc.lines(directory.resolve("status"))) {
            var colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return fields;
    }

    private static List<OpenFile> files(Path directory) throws IOException {
        var files = new ArrayList<OpenFile>();
        try (var links = Files.newDirectoryStream(directory.resolve("fd"))) {
            for (var link : links) {
                Proc.whileThere(() -> file(directory, link)).ifPresent(files::add);
            }
        }
        files.sort((one, other) -> Integer.compare(one.fd(), other.fd()));
        return files;
    }

    private static OpenFile file(Path directory, Path link) throws IOException {
        var fd = link.getFileName().toString();
        var information = Proc.lines(directory.resolve("fdinfo").resolve(fd));
        var flags = FdFacts.flags(information);
        var target = Files.readSymbolicLink(link).toString();
        var access = flags & ACCESS_MODE;
        // A queue has a name that no directory has.
        var isQueue = target.lastIndexOf('/') == 0 && FileSystems.isMessageQueue(link);
        return new OpenFile(
                Integer.parseInt(fd),
                isQueue ? "mqueue:" + target : target + FdFacts.remark(target, information),
                isQueue ? OpenFile.Type.ANONYMOUS : UnixStat.type(link),
                access != WRITE_ONLY && access != ACCESS_MODE && (flags & O_PATH) == 0,
                access != 0 && access != ACCESS_MODE,
                (flags & O_APPEND) != 0,
                FileLocks.of(directory, information),
                UnixStat.facts(link));
    }

    /// One mapping of each file for each way of writing it.
    private static List<MappedFile> mapped(Path directory) throws IOException {
        var found = new LinkedHashMap<String, MappedFile>();
        for (var line : Proc.lines(directory.resolve("maps"))) {
            var mapping = MAPPING.matcher(line);
            if (mapping.matches()) {
                var permissions = mapping.group(2);
                var writesThrough = permissions.charAt(1) == 'w' && permissions.charAt(3) == 's';
                var target = mapping.group(3);
                var key = writesThrough + target;
                if (!found.containsKey(key)) {
                    var range = mapping.group(1);
                    var file = directory.resolve("map_files").resolve(range);
                    // Gone if the process has started another program meanwhile.
                    Proc.whileThere(() -> UnixStat.facts(file))
                            .ifPresent(facts ->
                                    found.put(
                                            key,
                                            new MappedFile(range, target, writesThrough, facts)));
                }
            }
        }
        return List.copyOf(found.values());
    }

    private List<UnixConnection> unixSockets(List<TreeProcess> processes) throws IOException {
        var any =
                processes.stream()
                        .filter(process ->
                                process.files().stream()
                                        .anyMatch(file -> file.type() == OpenFile.Type.SOCKET))
                        .findFirst();
        if (any.isEmpty()) {
            return List.of();
        }
        // Their numbers are known in the network namespace they are in.
        var line =
                List.of(
                        "nsenter",
                        "-n",
                        "-t",
                        "" + any.get().hostPid(),
                        "--",
                        "ss",
                        "-x",
                        "-a",
                        "-n",
                        "-H");
        var result = new Command(line, LIST_LIMIT).run();
        if (!result.isGood()) {
            throw new IOException("ss(8) cannot list unix sockets: " + result.output().strip());
        }
        var connections = new ArrayList<UnixConnection>();
        for (var text : result.output().lines().toList()) {
            var connection = CONNECTION.matcher(text);
            if (connection.find()) {
                connections.add(
                        new UnixConnection(
                                Long.parseLong(connection.group(1)),
                                Long.parseLong(connection.group(2))));
            }
        }
        return connections;
    }

    /// Those that the program's user may not read among them: who wants to save them finds out.
    private List<SharedFile> shared() throws IOException {
        var files = new ArrayList<SharedFile>();
        try (var root = CellRoot.open(cell)) {
            var found = new DirectoryScan(root).run("/dev/shm");
            found.files().forEach(file -> files.add(new SharedFile(file.path(), file.facts())));
            for (var path : found.denied()) {
                Proc.whileThere(() -> UnixStat.ownFacts(CellRoot.path(cell, path)))
                        .ifPresent(facts -> files.add(new SharedFile(path, facts)));
            }
        }
        return files;
    }
}
