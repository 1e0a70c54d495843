// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CellView.Place;
import org.krg.checkpoint.engine.CellFiles;
import org.krg.checkpoint.engine.Command;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SocketQueue;
import org.krg.checkpoint.model.TreePlaces;
import org.krg.linux.LinuxException;
import org.krg.linux.UserRoot;
import org.krg.state.model.Engine;
import org.krg.state.model.Identity;

/// Cells by `/proc` and helper processes. Has no state.
public final class ProcCellFiles implements CellFiles {
    /// Writing a file of the largest size allowed to a slow disk.
    private static final Duration WRITE_LIMIT = Duration.ofMinutes(10);

    /// Of the longest paths, what fits into a command line.
    private static final int REMOVED_AT_ONCE = 100;

    private static final Duration SMALL_LIMIT = Duration.ofSeconds(30);

    @Override
    public ProcessTree scan(CellView cell) throws IOException {
        return new TreeScan(cell).run();
    }

    @Override
    public ProcessTree scanStill(CellView cell) throws IOException {
        return new TreeScan(cell).runStill();
    }

    @Override
    public long ownMemoryBytes(CellView cell) throws IOException {
        return OwnMemory.bytes(cell);
    }

    @Override
    public Optional<String> awaitNoVfork(CellView cell, Duration limit) throws IOException {
        var wait = new VforkWait(cell);
        if (limit.isZero()) {
            wait.settle();
        }
        return wait.await(limit);
    }

    @Override
    public Optional<SocketQueue> awaitQueues(CellView cell, Duration limit) throws IOException {
        return new SocketQueues(cell).await(limit);
    }

    @Override
    public void startTimers(CellView cell) throws IOException {
        new StoppedTimers(cell).start();
    }

    @Override
    public List<Unpinned> pin(CellView cell, List<PinnedThread> pinned) throws IOException {
        return new PinnedThreads(cell).pin(pinned);
    }

    @Override
    public boolean hasInputEnded(CellView cell) throws IOException {
        if (cell.terminal().isPresent()) {
            return false;
        }
        var descriptors = Path.of("/proc", Long.toString(cell.initPid()), "fd");
        try (var links = Files.newDirectoryStream(descriptors)) {
            for (var link : links) {
                if (isInput(link)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isInput(Path link) throws IOException {
        return Proc.whileThere(() -> Files.readSymbolicLink(link).endsWith("io/in")).orElse(false);
    }

    @Override
    public Origin origin(Engine engine, String engineVersion) throws IOException {
        var kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        var architecture = System.getProperty("os.arch").replace("amd64", "x86_64");
        return new Origin(engine, engineVersion, kernel, architecture, cpu());
    }

    @Override
    public DirectoryContents contents(CellView cell, String directory) throws IOException {
        try (var root = CellRoot.open(cell)) {
            return new DirectoryScan(root).run(directory);
        }
    }

    @Override
    public Reading reading(CellView cell) throws IOException {
        return new CellReading(cell);
    }

    @Override
    public Inspection inspect(CellView cell, ProcessTree tree) throws IOException {
        var network = new NetworkScan(tree);
        var bound = network.run();
        return new Inspection(
                bound, network.tcp(), network.kinds(), UserNamespaces.nested(cell, tree));
    }

    @Override
    public TreePlaces places(ProcessTree tree) throws IOException {
        return PlacesScan.of(tree);
    }

    @Override
    public Optional<String> findForeign(CellView cell) throws IOException {
        return cell.user().uid() == 0
                ? Optional.empty()
                : ForeignFiles.find(cell, new TreeScan(cell).runStill());
    }

    @Override
    public Set<String> findUnmakeable(CellView cell, Set<String> paths) throws IOException {
        if (paths.isEmpty()) {
            return Set.of();
        }
        try (var root = CellRoot.open(cell)) {
            return paths.stream()
                    .filter(path -> !mayMake(root, Path.of(path)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean mayMake(UserRoot root, Path path) {
        for (var above = path.getParent(); above != null; above = above.getParent()) {
            try {
                root.tryToMakeIn(above);
                return true;
            } catch (LinuxException failure) {
                if (!failure.errno().isMissing()) {
                    return !failure.errno().isDenied();
                }
            }
        }
        return true;
    }

    @Override
    public Optional<Present> open(CellView cell, String path) throws IOException {
        try (var root = CellRoot.open(cell);
                var opened = root.read(path)) {
            if (UnixStat.type(opened.link()) != OpenFile.Type.REGULAR) {
                return Optional.empty();
            }
            var facts = UnixStat.facts(opened.link());
            var content = Files.newInputStream(opened.link());
            return Optional.of(new Present(facts.sizeBytes(), facts.mode(), content));
        } catch (LinuxException failure) {
            if (failure.errno().isMissing() || failure.errno().isDenied()) {
                return Optional.empty();
            }
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public void cut(CellView cell, Entry entry) throws IOException {
        run(
                cell,
                List.of(
                        "truncate",
                        "--no-create",
                        "--size=" + entry.content().sizeBytes(),
                        "--",
                        entry.name()));
    }

    @Override
    public void write(CellView cell, Entry entry, InputStream content) throws IOException {
        var script = "umask 077; mkdir -p -- \"${1%/*}/\" && cat >\"$1\"";
        run(cell, List.of("/bin/sh", "-c", script, "sh", entry.name()), content, WRITE_LIMIT);
    }

    @Override
    public void setMode(CellView cell, Entry entry) throws IOException {
        run(cell, List.of("chmod", Integer.toOctalString(entry.mode()), "--", entry.name()));
    }

    @Override
    public void makeDirectory(CellView cell, Entry entry) throws IOException {
        run(cell, List.of("mkdir", "-p", "--", entry.name()));
    }

    @Override
    public void link(CellView cell, Entry entry, String target) throws IOException {
        run(cell, List.of("ln", "-sfT", "--", target, entry.name()));
    }

    @Override
    public void remove(CellView cell, List<String> paths) throws IOException {
        for (var from = 0; from < paths.size(); from += REMOVED_AT_ONCE) {
            var command = new ArrayList<>(List.of("rm", "-rf", "--"));
            command.addAll(paths.subList(from, Math.min(paths.size(), from + REMOVED_AT_ONCE)));
            run(cell, command);
        }
    }

    @Override
    public Tried tryOpen(CellView cell, Opening opening) throws IOException {
        return tryOpen(
                cell.inside(Place.INIT, asUser(cell.user(), OpenAttempt.command(opening))),
                opening);
    }

    @Override
    public Tried tryOpen(Identity user, Opening opening) throws IOException {
        return tryOpen(asUser(user, OpenAttempt.command(opening)), opening);
    }

    private static Tried tryOpen(List<String> line, Opening opening) throws IOException {
        var result = new Command(line, SMALL_LIMIT).run();
        return OpenAttempt.judge(opening, result.isGood(), result.output());
    }

    @Override
    public String identity(CellView cell, Holder holder) throws IOException {
        var line = cell.inside(Place.INIT, OpenAttempt.identityCommand(holder));
        var result = new Command(line, SMALL_LIMIT).run();
        if (!result.isGood()) {
            throw new IOException("cannot look at %s: %s".formatted(holder, result.output()));
        }
        return result.output().strip();
    }

    private static void run(CellView cell, List<String> command) throws IOException {
        run(cell, command, InputStream.nullInputStream(), SMALL_LIMIT);
    }

    private static void run(CellView cell, List<String> command, InputStream input, Duration limit)
            throws IOException {
        var line = cell.inside(Place.INIT, asUser(cell.user(), command));
        var result = new Command(line, limit).run(input);
        if (!result.isGood()) {
            throw new IOException(
                    "%s as user %s: %s"
                            .formatted(
                                    String.join(" ", command),
                                    cell.user().name(),
                                    result.timedOut() ? "took too long" : result.output().strip()));
        }
    }

    // With exactly the rights of the program, which has no capabilities, whatever its uid.
    private static List<String> asUser(Identity user, List<String> command) {
        var line = new ArrayList<>(List.of("setpriv", "--reuid", "" + user.uid()));
        line.addAll(List.of("--regid", "" + user.gid()));
        if (user.groups().isEmpty()) {
            line.add("--clear-groups");
        } else {
            var groups =
                    user.groups().stream().map(Object::toString).collect(Collectors.joining(","));
            line.addAll(List.of("--groups", groups));
        }
        line.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"));
        line.addAll(command);
        return line;
    }

    private static String cpu() throws IOException {
        var lines = Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
        var model = field(lines, "model name").or(() -> field(lines, "CPU part")).orElse("unknown");
        var features = field(lines, "flags").or(() -> field(lines, "Features")).orElse("");
        var digest = ChunkHash.of(features.getBytes(StandardCharsets.UTF_8)).toString();
        return model + " " + digest.substring(0, 16);
    }

    private static Optional<String> field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
