// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.krg.host.HostFailure;
import org.krg.host.daemon.UserKeys;
import org.krg.linux.Account;
import org.krg.state.model.HostPort;
import org.krg.tools.http.ClientConfig;

/// The directory of a dev cluster and where things are in it:
///
///     cluster.json          what it consists of; its presence makes the directory a dev cluster
///     lock                  held by the command that changes it
///     nodes/n1/krgd.toml    settings of the agent
///     nodes/n1/data         the node's directory, with its keys in tls
///     nodes/n1/agent.out    what the agent printed
///     admin                 an administrator's key, where agents are not on loopback
public final class DevDirectory {
    /// Whom the key of [#admin] names.
    static final String ADMIN = "root";

    private static final Set<String> ENTRIES =
            Set.of("cluster.json", "cluster.json.new", "lock", "nodes", "admin");

    private final Path path;

    private DevDirectory(Path path) {
        this.path = path;
    }

    /// {@return the directory at `path`, whether there is a dev cluster in it or not} Whatever
    /// links lead to it, it is the same one: agents and cells are known by its path.
    public static DevDirectory at(Path path) {
        return new DevDirectory(real(path.toAbsolutePath()));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            var parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName()).normalize();
        }
    }

    /// {@return the dev cluster that `dev up` made last, if it is still there}
    public static Optional<DevDirectory> last() {
        return StateHome.ofUser().findLast().map(DevDirectory::at).filter(DevDirectory::hasCluster);
    }

    /// {@return the directory of `dev up` unless one is named}
    public static DevDirectory preset() {
        return at(StateHome.ofUser().presetCluster());
    }

    /// Makes it the one that [#last] returns.
    public void remember() {
        StateHome.ofUser().remember(path);
    }

    /// {@return the directory, which holds a dev cluster}
    ///
    /// @throws HostFailure NOT_FOUND if it does not
    public DevDirectory requireCluster() {
        if (hasCluster()) {
            return this;
        }
        throw new HostFailure(
                HostFailure.Code.NOT_FOUND,
                "there is no dev cluster in " + path,
                "`krg-admin dev up --dir " + path + "` makes one");
    }

    /// {@return whether there is a dev cluster in it}
    public boolean hasCluster() {
        return Files.isRegularFile(facts());
    }

    /// {@return whether it is empty, missing, or holds nothing but (the beginnings of) a dev
    /// cluster}
    boolean isOurs() throws IOException {
        if (!Files.isDirectory(path)) {
            return !Files.exists(path);
        }
        try (var entries = Files.list(path)) {
            return entries.allMatch(entry -> ENTRIES.contains(entry.getFileName().toString()));
        }
    }

    /// {@return this directory} Whoever may write there can have this user's agents do what they
    /// like.
    ///
    /// @throws HostFailure NOT_PERMITTED if it is there and is not this user's alone to write to
    DevDirectory requireOwn() {
        if (!Files.exists(path)) {
            return this;
        }
        try {
            if (!Files.getAttribute(path, "unix:uid").equals(Account.ownUid())) {
                throw notOwn("belongs to another user", "name a directory of your own with --dir");
            }
            var mode = Files.getPosixFilePermissions(path);
            if (mode.contains(GROUP_WRITE) || mode.contains(OTHERS_WRITE)) {
                throw notOwn(
                        "may be written by others than its owner",
                        "if nobody has put anything there: chmod go-w " + path);
            }
            return this;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private HostFailure notOwn(String why, String remedy) {
        return new HostFailure(HostFailure.Code.NOT_PERMITTED, path + " " + why, remedy);
    }

    /// {@return what the cluster consists of}
    ///
    /// @throws HostFailure NOT_FOUND if there is none, CORRUPT if that cannot be read
    public DevCluster cluster() {
        requireCluster();
        try {
            return ClusterText.parse(Files.readString(facts()));
        } catch (IOException | IllegalArgumentException broken) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    "cannot read " + facts() + ": " + broken.getMessage(),
                    "put back what `dev up` wrote there; or end its agents (`pgrep -f "
                            + path
                            + "` shows them), then remove the directory",
                    broken);
        }
    }

    /// {@return the APIs of all nodes, whether they run or not}
    public List<HostPort> endpoints() {
        return cluster().nodes().stream().map(node -> node.listen().api()).toList();
    }

    /// {@return how to ask agents of this cluster}
    ///
    /// @param agents some of its APIs
    public ClientConfig client(List<HostPort> agents) {
        return tls().map(ClientConfig.of(agents)::withTls).orElse(ClientConfig.of(agents));
    }

    /// {@return what is shown to its agents, where they are not on loopback}
    public Optional<SSLContext> tls() {
        var keys = admin();
        return Files.isDirectory(keys)
                ? Optional.of(
                        UserKeys.context(
                                keys.resolve("ca.crt"),
                                keys.resolve(ADMIN + ".crt"),
                                keys.resolve(ADMIN + ".key")))
                : Optional.empty();
    }

    Path admin() {
        return path.resolve("admin");
    }

    /// {@return the absolute path of the directory}
    public Path path() {
        return path;
    }

    /// {@return the settings of a node's agent}
    public Path settings(String node) {
        return home(node).resolve("krgd.toml");
    }

    /// {@return the data directory of a node}
    public Path data(String node) {
        return home(node).resolve("data");
    }

    /// {@return what the node's agent printed}
    public Path output(String node) {
        return home(node).resolve("agent.out");
    }

    Path home(String node) {
        return nodes().resolve(node);
    }

    Path nodes() {
        return path.resolve("nodes");
    }

    Path lock() {
        return path.resolve("lock");
    }

    /// Notes what the cluster consists of: from now on the directory holds one.
    void write(DevCluster cluster) throws IOException {
        var fresh = path.resolve("cluster.json.new");
        Files.writeString(fresh, ClusterText.render(cluster));
        Files.move(fresh, facts(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Makes a directory below this one that only its owner may enter.
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private Path facts() {
        return path.resolve("cluster.json");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
