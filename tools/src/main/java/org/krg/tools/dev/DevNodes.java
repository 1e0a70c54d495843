// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.krg.host.HostFailure;

/// The nodes of a dev cluster, as something to start and to kill.
///
/// Used by one thread. An interrupt ends what it waits for, and what was started is stopped.
public final class DevNodes {
    /// A start takes some seconds; on a machine that is busy with other things far more.
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);

    /// An agent that was killed closes its sockets a moment after its process is gone.
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    /// An agent that is told to end does so within this time, whatever it has to give away.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final DevDirectory directory;
    private final DevCluster cluster;
    private final Path krgHome;
    private final Consumer<String> talk;

    /// @param krgHome the checkout or installation krg runs from
    /// @param talk is told what happens, in lines
    public DevNodes(DevDirectory directory, Path krgHome, Consumer<String> talk) {
        this.directory = directory.requireOwn();
        this.cluster = directory.cluster();
        this.krgHome = krgHome;
        this.talk = talk;
    }

    /// {@return what the cluster consists of}
    public DevCluster cluster() {
        return cluster;
    }

    /// {@return the agent of a node, if it runs}
    public Optional<AgentProcess> findAgent(String node) {
        return AgentProcess.find(directory.settings(node));
    }

    /// Starts the agents of nodes and returns when all serve. Those that run already are left as
    /// they are. If one does not come up those that were started here are stopped.
    ///
    /// @throws HostFailure CONFLICT if another command changes the cluster
    public void start(List<String> nodes) throws IOException, InterruptedException {
        try (var _ = DirectoryLock.take(directory)) {
            begin(nodes);
        }
    }

    /// The same, for who has the right to change the cluster.
    void begin(List<String> nodes) throws IOException, InterruptedException {
        if (cluster.isSeparate()) {
            DevNetwork.of(cluster).make();
        }
        var launcher = AgentLauncher.of(directory, krgHome);
        if (!launcher.isIsolating()) {
            talk.accept("nodes see each other's directories: mount namespaces are not allowed");
        }
        var starting = new ArrayList<StartingAgent>();
        try {
            for (var node : nodes) {
                if (findAgent(node).isPresent()) {
                    talk.accept(node + " runs already");
                } else {
                    if (!cluster.isSeparate()) {
                        requireFreePorts(cluster.require(node));
                    }
                    starting.add(StartingAgent.begin(launcher, directory, node));
                }
            }
            await(starting);
        } catch (HostFailure | IOException | InterruptedException failure) {
            Interruption.defer(() -> abandon(starting));
            throw failure;
        }
    }

    // What an agent has acknowledged is on the disk at any moment.
    private void abandon(List<StartingAgent> started) throws InterruptedException {
        for (var agent : started) {
            if (!agent.kill(KILL_LIMIT)) {
                throw outlives("the agent of " + agent.node());
            }
            // Not those of an agent that somebody else started, which keeps another from its data.
            if (findAgent(agent.node()).isEmpty()) {
                killNode(agent.node());
            }
        }
    }

    private static void requireFreePorts(DevNode node) throws InterruptedException {
        var listen = node.listen();
        for (var address : List.of(listen.api(), listen.raft(), listen.peer())) {
            if (!Patience.until(CLOSE_LIMIT, () -> PortClaims.isFree(address.port()))) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        node.name() + " cannot listen on " + address + ": another program does",
                        "`ss -ltnp` shows which; stop it, or make another cluster with --dir");
            }
        }
    }

    private void await(List<StartingAgent> starting) throws InterruptedException {
        var waiting = new ArrayList<>(starting);
        Patience.until(
                START_LIMIT,
                () -> {
                    for (var agent : List.copyOf(waiting)) {
                        if (agent.isReady()) {
                            waiting.remove(agent);
                            talk.accept(agent.node() + " serves after " + seconds(agent.age()));
                        }
                    }
                    return waiting.isEmpty();
                });
        if (!waiting.isEmpty()) {
            throw waiting.getFirst().failure("is not ready after " + seconds(START_LIMIT));
        }
    }

    /// Kills the agent of a node with SIGKILL; what the node hosts goes on.
    ///
    /// @return whether it ran
    public boolean killAgent(String node) throws InterruptedException {
        var agent = findAgent(node);
        if (agent.isPresent() && !agent.get().kill(KILL_LIMIT)) {
            throw outlives("the agent of " + node);
        }
        return agent.isPresent();
    }

    /// Kills the agent of a node and everything the node hosts, as if its power went.
    ///
    /// @return how many processes the node hosted
    public int killNode(String node) throws InterruptedException {
        // The agent first: it must not see its cells end.
        killAgent(node);
        var killed = remains(node).kill();
        if (killed < 0) {
            throw outlives("something of " + node);
        }
        RunDirectory.sweep(krgHome);
        return killed;
    }

    /// Kills all nodes, as above, and removes the network that they have of their own.
    void abandonAll() throws InterruptedException {
        for (var node : cluster.nodes()) {
            killNode(node.name());
        }
        if (cluster.isSeparate()) {
            DevNetwork.of(cluster).remove();
        }
    }

    /// Asks the agent of a node to end, kills it if it does not, and then whatever the node hosts.
    ///
    /// @return how many processes the node hosted
    int stop(String node) throws InterruptedException {
        var agent = findAgent(node);
        if (agent.isPresent()) {
            agent.get().terminate();
            agent.get().awaitEnd(STOP_LIMIT);
        }
        return killNode(node);
    }

    /// {@return what a node has on this machine besides its agent and its directory}
    public NodeRemains remains(String node) {
        return NodeRemains.of(directory, cluster, node);
    }

    static String seconds(Duration duration) {
        return "%.1f s".formatted(duration.toMillis() / 1000.0);
    }

    private static HostFailure outlives(String what) {
        return new HostFailure(
                HostFailure.Code.FAILED,
                what + " outlives SIGKILL",
                "`ps` shows whether it hangs in the kernel (state D)");
    }
}
