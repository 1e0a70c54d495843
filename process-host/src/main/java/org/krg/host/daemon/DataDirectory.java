// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.host.model.Standing;
import org.krg.state.DiskFailed;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// The directory of a node, held by one agent at a time, and who the node is.
///
/// `identity/node` says which node of which cluster the directory belongs to, which incarnation of
/// it, a number that grows when the node lost or left its log and rows and joins again, and since
/// which incarnation cells and checkpoints are here.
final class DataDirectory implements AutoCloseable {
    private static final String REJOIN = "identity/rejoin";
    private static final String LEFT = "identity/left";
    private static final String OTHERS = "identity/others";

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OTHERS_RIGHTS =
            PosixFilePermissions.fromString("---rwxrwx");

    private final Path path;
    private final FileChannel channel;

    /// Who a node is.
    ///
    /// @param heldSince the incarnation since which its cells and checkpoints are in the directory
    record Identity(UUID cluster, NodeId node, long incarnation, long heldSince) {
        /// One that begins with an empty directory.
        Identity(UUID cluster, NodeId node, long incarnation) {
            this(cluster, node, incarnation, incarnation);
        }

        /// {@return the next incarnation, on the same cells and checkpoints}
        Identity next() {
            return new Identity(cluster, node, incarnation + 1, heldSince);
        }
    }

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /// Takes the directory, and makes it if it is missing.
    static DataDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            create(path.resolve("identity"));
            create(path.resolve("log"));
            var channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "another agent runs on " + path,
                        "stop it first, or give this one a directory of its own (node.data)");
            }
            var directory = new DataDirectory(path, channel);
            directory.makePrivate();
            return directory;
        } catch (IOException failure) {
            throw unusable(path, failure);
        }
    }

    /// Lets nobody else into the directories in it, whoever made them and with which umask: they
    /// hold what all users keep in the cluster, the environments of their jobs and the keys of
    /// their segments. The directory itself others may pass, for the sockets in it.
    void makePrivate() {
        try {
            for (var each : directories(path)) {
                restrict(each);
                if (String.valueOf(each.getFileName()).startsWith("raft")) {
                    // Ratis moves these to directories that it makes.
                    for (var group : directories(each)) {
                        restrict(group);
                    }
                }
            }
        } catch (IOException failure) {
            throw unusable(path, failure);
        }
    }

    /// Makes a directory that nobody else is let into, unless it is there.
    static Path create(Path directory) throws IOException {
        return Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    private static List<Path> directories(Path parent) throws IOException {
        try (var entries = Files.list(parent)) {
            return entries.filter(it -> Files.isDirectory(it, LinkOption.NOFOLLOW_LINKS)).toList();
        }
    }

    private static void restrict(Path directory) throws IOException {
        if (!Collections.disjoint(Files.getPosixFilePermissions(directory), OTHERS_RIGHTS)) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        }
    }

    /// {@return who the node is, if it was here before}
    Optional<Identity> findIdentity() {
        var file = path.resolve("identity/node");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var words = Files.readString(file).strip().split(" ", -1);
            var incarnation = Long.parseLong(words[2]);
            // Earlier versions did not write the last one.
            var heldSince = words.length > 3 ? Long.parseLong(words[3]) : incarnation;
            return Optional.of(
                    new Identity(
                            UUID.fromString(words[0]),
                            new NodeId(words[1]),
                            incarnation,
                            heldSince));
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException broken) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    file + " does not say which node this is",
                    "let the node join again with an empty data directory",
                    broken);
        }
    }

    /// Says for good who the node is.
    void identify(Identity identity) {
        write(
                path.resolve("identity/node"),
                "%s %s %d %d\n"
                        .formatted(
                                identity.cluster(),
                                identity.node(),
                                identity.incarnation(),
                                identity.heldSince()));
    }

    /// {@return whether the node was admitted to the quorum it joined}
    boolean isAdmitted() {
        return Files.exists(path.resolve("identity/admitted"));
    }

    /// Notes that the node was admitted.
    void admitted() {
        write(path.resolve("identity/admitted"), "");
    }

    /// Notes that the node joins by these APIs, whatever its settings say of first members.
    void rejoin(List<HostPort> apis) {
        writeApis(path.resolve(REJOIN), apis);
    }

    private static void writeApis(Path file, List<HostPort> apis) {
        write(
                file,
                apis.stream().map(HostPort::toString).collect(Collectors.joining("\n", "", "\n")));
    }

    /// {@return by which APIs the node joins; empty when its settings decide}
    List<HostPort> rejoins() {
        return readApis(REJOIN, "krg-admin state rejoin writes it again");
    }

    private List<HostPort> readApis(String name, String remedy) {
        var file = path.resolve(name);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isEmpty())
                    .map(HostPort::parse)
                    .toList();
        } catch (IOException | IllegalArgumentException broken) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT, file + " does not name nodes", remedy, broken);
        }
    }

    /// Notes where other nodes can be asked: before a node hears of a leader it knows nothing else
    /// of the cluster that is sure to be on its disk.
    void remember(List<HostPort> others) {
        writeApis(path.resolve(OTHERS), others);
    }

    /// {@return where other nodes could be asked when the node last heard of a leader}
    List<HostPort> remembered() {
        return readApis(OTHERS, "the node writes it again once it hears of a leader: remove it");
    }

    /// Notes that the node is no member any more.
    void leave(Standing standing) {
        write(path.resolve(LEFT), standing.name() + "\n");
    }

    /// {@return what the cluster said that the node is, if it is no member any more}
    Optional<Standing> findLeft() {
        var file = path.resolve(LEFT);
        try {
            return Files.exists(file)
                    ? Optional.of(Standing.valueOf(Files.readString(file).strip()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException broken) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    file + " does not say what the node is to the cluster",
                    "remove the file: the node asks the others again",
                    broken);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw unusable(path, failure);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    private static void write(Path file, String text) {
        try {
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, text, StandardCharsets.UTF_8);
            try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw unusable(file, failure);
        }
    }

    private static HostFailure unusable(Path path, IOException failure) {
        var fault = DiskFailed.faultOf(failure);
        if (fault.isPresent()) {
            return new HostFailure(
                    HostFailure.Code.DISK,
                    "cannot use " + path + ": " + fault.get().text() + " (" + failure + ")",
                    fault.get().remedy(),
                    failure);
        }
        return new HostFailure(
                HostFailure.Code.FAILED,
                "cannot use " + path + ": " + failure,
                "node.data names a directory that the agent may write to",
                failure);
    }
}
