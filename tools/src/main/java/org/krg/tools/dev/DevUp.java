// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.host.HostFailure;
import org.krg.host.daemon.ClusterKeys;
import org.krg.host.daemon.SettingsFile;
import org.krg.linux.UserTree;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;

/// Brings a dev cluster up: makes it if the directory holds none, and starts all its agents.
public final class DevUp {
    /// How many nodes there are unless said otherwise.
    public static final int DEFAULT_NODES = 3;

    private static final int MOST_NODES = 32;

    /// An election takes some seconds, and what a node can do is found out meanwhile.
    private static final Duration READY_LIMIT = Duration.ofMinutes(1);

    private final DevDirectory directory;
    private final Path krgHome;
    private final Consumer<String> talk;
    private final DevShape shape;

    /// @param krgHome the checkout or installation krg runs from
    /// @param talk is told what happens, in lines
    public DevUp(DevDirectory directory, Path krgHome, Consumer<String> talk) {
        this(directory, krgHome, talk, DevShape.DEFAULT);
    }

    /// @param shape of a cluster that is made now
    public DevUp(DevDirectory directory, Path krgHome, Consumer<String> talk, DevShape shape) {
        this.directory = directory;
        this.krgHome = krgHome;
        this.talk = talk;
        this.shape = shape;
    }

    /// Returns when all agents serve and take part. If one does not, or at an interrupt, none runs
    /// and the directory stays.
    ///
    /// @param count how many nodes; empty: as many as there are, or three
    /// @throws HostFailure CONFLICT if the directory is in use, holds something else or a cluster
    ///   with another number of nodes; NOT_PERMITTED if it is not this user's alone
    public DevNodes run(OptionalInt count) throws IOException, InterruptedException {
        requireOurs();
        DevDirectory.makePrivate(directory.path());
        directory.requireOwn();
        try (var _ = DirectoryLock.take(directory);
                var claims = PortClaims.open()) {
            if (directory.hasCluster()) {
                requireSame(count);
                requireSameShape();
            } else {
                make(count.orElse(DEFAULT_NODES), claims);
            }
            return start();
        }
    }

    private DevNodes start() throws IOException, InterruptedException {
        var nodes = new DevNodes(directory, krgHome, talk);
        requireStopped(nodes);
        var all = nodes.cluster().nodes();
        talk.accept("starting " + names(all) + " in " + directory);
        try {
            nodes.begin(all.stream().filter(DevNode::voter).map(DevNode::name).toList());
            // The others find the voters' APIs.
            nodes.begin(all.stream().filter(node -> !node.voter()).map(DevNode::name).toList());
            awaitReady(all);
        } catch (HostFailure | IOException | InterruptedException failure) {
            Interruption.defer(nodes::abandonAll);
            talk.accept("stopped what was started; " + directory + " stays, with all logs");
            throw failure;
        }
        return nodes;
    }

    // Until then no program can be placed on a node.
    private void awaitReady(List<DevNode> all) throws InterruptedException {
        var ready = Patience.until(READY_LIMIT, () -> all.stream().allMatch(this::isReady));
        if (!ready) {
            talk.accept("not every node takes part yet; `krg-admin dev status` shows when they do");
        }
    }

    private boolean isReady(DevNode node) {
        return DevStatus.ask(directory.client(List.of(node.listen().api())))
                .filter(status -> status.path("ready").asBoolean())
                .isPresent();
    }

    private void make(int count, PortClaims claims) throws IOException {
        if (count < 1 || count > MOST_NODES) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "a dev cluster has 1 to " + MOST_NODES + " nodes, not " + count,
                    "");
        }
        var id = UUID.randomUUID();
        var listen = addresses(id, count, claims);
        var nodes = new ArrayList<DevNode>();
        for (var i = 0; i < count; i++) {
            nodes.add(new DevNode("n" + (i + 1), i < voters(count), listen.get(i)));
        }
        var cluster =
                new DevCluster(
                        id,
                        "dev-" + id.toString().substring(0, 8),
                        shape.separateNetworks(),
                        nodes);
        var keys = ClusterKeys.make(id);
        for (var node : nodes) {
            DevDirectory.makePrivate(directory.home(node.name()));
            keys.give(
                    directory.data(node.name()),
                    new NodeId(node.name()),
                    node.listen(),
                    node.voter());
            Files.writeString(
                    directory.settings(node.name()), SettingsText.render(settings(cluster, node)));
        }
        if (cluster.isSeparate()) {
            UserTree.remove(directory.admin());
            keys.giveAdministrator(DevDirectory.ADMIN, directory.admin());
        }
        directory.write(cluster);
    }

    private List<NodeAddresses> addresses(UUID id, int count, PortClaims claims) {
        return shape.separateNetworks()
                ? IntStream.rangeClosed(1, count)
                        .mapToObj(number -> DevNetwork.addresses(id, number))
                        .toList()
                : PortBlocks.pick(count, claims::take);
    }

    /// One, two or three voters as nodes allow; five from five nodes on.
    static int voters(int count) {
        return count >= 5 ? 5 : Math.min(count, 3);
    }

    private AgentSettings settings(DevCluster cluster, DevNode node) {
        var voters = cluster.nodes().stream().filter(DevNode::voter).toList();
        return new AgentSettings(
                        krgHome,
                        new ClusterSettings(cluster.id(), cluster.name()),
                        new NodeSettings(
                                new NodeId(node.name()),
                                directory.data(node.name()),
                                true,
                                0,
                                0,
                                0),
                        node.listen(),
                        node.voter() ? voters.stream().map(DevUp::member).toList() : List.of(),
                        node.voter()
                                ? List.of()
                                : voters.stream().map(it -> it.listen().api()).toList(),
                        LeaseSettings.DEFAULT,
                        ElectionSettings.DEFAULT,
                        DevLinks.pool(cluster.id()),
                        Optional.empty())
                .encrypting(shape.encryption());
    }

    private static FirstMember member(DevNode node) {
        return new FirstMember(new NodeId(node.name()), 1, node.listen().raft());
    }

    private void requireOurs() throws IOException {
        if (!directory.isOurs()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " holds something else than a dev cluster",
                    "give an empty or a new directory with --dir");
        }
    }

    private void requireSame(OptionalInt count) {
        var nodes = directory.cluster().nodes().size();
        if (count.isPresent() && count.getAsInt() != nodes) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " holds a dev cluster of " + nodes + " nodes",
                    "leave out --nodes to start it again, or remove it with `krg-admin dev down"
                            + " --purge --dir "
                            + directory
                            + "`");
        }
    }

    private void requireSameShape() {
        if (shape.separateNetworks() && !directory.cluster().isSeparate()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " holds a dev cluster whose nodes share this machine's network",
                    "leave out --separate-networks, or name another directory with --dir");
        }
        if (!shape.encryption().isOn()) {
            return;
        }
        for (var node : directory.cluster().nodes()) {
            var settings = directory.settings(node.name());
            if (!SettingsFile.read(settings, krgHome).encryption().isOn()) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        directory + " holds a dev cluster whose nodes do not encrypt checkpoints",
                        "write `encrypt = true` below [checkpoint] in "
                                + settings
                                + " and in those of the other nodes, and leave out"
                                + " --encrypt-checkpoints");
            }
        }
    }

    private void requireStopped(DevNodes nodes) {
        var running =
                nodes.cluster().nodes().stream()
                        .filter(node -> nodes.findAgent(node.name()).isPresent())
                        .toList();
        if (!running.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " is in use: " + names(running) + " run there",
                    "`krg-admin dev status --dir %s` shows them, `dev start --all` starts the others,"
                                    .formatted(directory)
                            + " `dev down` stops them");
        }
    }

    private static String names(List<DevNode> nodes) {
        return String.join(", ", nodes.stream().map(DevNode::name).toList());
    }
}
