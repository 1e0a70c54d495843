// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.HttpsURLConnection;
import org.krg.state.model.HostPort;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.dev.DevStatus;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.ClientConfig;
import org.krg.tools.http.Json;

/// A dev cluster in a directory of its own. Closing it takes it down, whatever state it is in, and
/// fails if anything of it is left on the machine.
public final class Cluster implements AutoCloseable {
    private static final Duration TO_START = Duration.ofMinutes(3);
    private static final Duration TO_BE_READY = Duration.ofMinutes(3);

    /// An agent that has pages to give away may take so long.
    private static final Duration TO_END = Duration.ofMinutes(3);

    /// The property that leaves clusters as they are, for somebody who looks for a mistake.
    private static final String KEEP = "krg.keep";

    private final Installation installation;
    private final Path directory;
    private final String name;
    private final List<Member> members;
    private final ApiClient api;

    /// One of its nodes.
    public record Member(String node, HostPort api) {}

    private Cluster(Installation installation, Path directory, String name, List<Member> members) {
        this.installation = installation;
        this.directory = directory;
        this.name = name;
        this.members = members;
        this.api = client();
    }

    /// Makes a cluster and returns when all its nodes are ready.
    public static Cluster up(int nodes) {
        return up(nodes, it -> it, _ -> {}, () -> {});
    }

    /// Makes a cluster whose nodes encrypt the checkpoints that they keep.
    public static Cluster upEncrypting(int nodes) {
        return up(nodes, it -> it, _ -> {}, () -> {}, "--encrypt-checkpoints");
    }

    /// Makes a cluster whose nodes are as apart as machines: each has a network of its own, and
    /// they can be [parted][#cut]. Agents are asked over TLS.
    public static Cluster upSeparate(int nodes) {
        return up(nodes, it -> it, _ -> {}, () -> {}, "--separate-networks");
    }

    /// As above, and each agent has a [wall clock of its own][#setClock].
    public static Cluster upWithClocks(int nodes) {
        return up(
                nodes,
                it -> it.with("LD_PRELOAD", OwnClock.compile(it.scratch()).toString()),
                data -> OwnClock.of(data).make(),
                () -> {},
                "--separate-networks");
    }

    /// As above.
    ///
    /// @param prepare is shown the place of each node's data directory before it is made
    /// @param undo what was prepared is to be taken back: the cluster does not come up
    public static Cluster up(int nodes, Consumer<Path> prepare, Runnable undo) {
        return up(nodes, it -> it, prepare, undo);
    }

    private static Cluster up(
            int nodes,
            UnaryOperator<Installation> surroundings,
            Consumer<Path> prepare,
            Runnable undo,
            String... options) {
        var scratch = makeScratch();
        var directory = scratch.resolve("cluster");
        var installation = surroundings.apply(Installation.find(scratch).about(directory));
        try {
            for (var node = 1; node <= nodes; node++) {
                prepare.accept(data(directory, "n" + node));
            }
            var line = new ArrayList<>(List.of("dev", "up", "--nodes", "" + nodes));
            line.addAll(List.of("--dir", directory.toString()));
            line.addAll(List.of(options));
            installation.run(TO_START, line.toArray(String[]::new)).require(0);
            var members = members(installation);
            var cluster =
                    new Cluster(installation, directory, findName(directory, members), members);
            cluster.awaitReady();
            return cluster;
        } catch (RuntimeException | Error failure) {
            cleanUp(failure, () -> installation.run(TO_START, "dev", "down"));
            cleanUp(failure, undo);
            cleanUp(failure, () -> takeDown(installation));
            cleanUp(failure, () -> removeTree(scratch));
            throw failure;
        }
    }

    // What cannot be cleaned up is not to hide why.
    private static void cleanUp(Throwable failure, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException more) {
            failure.addSuppressed(more);
        }
    }

    /// Runs a command about this cluster.
    public Finished run(String... arguments) {
        return installation.run(arguments);
    }

    /// Has a node get nothing new to host, or lets it again.
    public void cordon(String node, boolean cordoned) {
        try (var client = client()) {
            client.post(
                    ApiPath.of("nodes", node, "cordon"), Json.object().put("cordoned", cordoned));
        }
    }

    /// {@return a client of this cluster, to be closed by its user}
    public ApiClient client() {
        return new ApiClient(config(members));
    }

    /// {@return the answer of the cluster to a GET}
    public JsonNode get(String... segments) {
        return api.get(ApiPath.of(segments));
    }

    /// {@return the node that leads, as soon as one does}
    public String awaitLeader() {
        return Await.first(
                "a leader",
                TO_BE_READY,
                () ->
                        Optional.of(get("status").path("leader").asText())
                                .filter(it -> !it.isEmpty()));
    }

    /// Submits a job.
    public void submit(ObjectNode request) {
        try (var client = client()) {
            client.post(ApiPath.of("jobs"), request);
        }
    }

    /// {@return the answer of one node, from what it knows itself}
    public JsonNode ask(Member member, String... segments) {
        try (var client = new ApiClient(config(List.of(member)))) {
            return client.get(ApiPath.of(segments).with("stale", true));
        }
    }

    /// {@return a connection to one node that is not opened yet}
    ///
    /// @param path of the API, from its first `/` on
    public HttpURLConnection connect(Member member, String path) {
        var tls = DevDirectory.at(directory).tls();
        try {
            var address =
                    URI.create((tls.isPresent() ? "https://" : "http://") + member.api() + path);
            var connection = (HttpURLConnection) address.toURL().openConnection();
            if (connection instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(tls.orElseThrow().getSocketFactory());
            }
            return connection;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private ClientConfig config(List<Member> some) {
        return DevDirectory.at(directory).client(some.stream().map(Member::api).toList());
    }

    private Optional<JsonNode> status(Member member) {
        return DevStatus.ask(config(List.of(member)));
    }

    /// Kills the agent of a node, whose cells go on.
    public void killAgent(String node) {
        run("dev", "kill", node, "--scope", "agent").require(0);
    }

    /// Kills the agent of a node, as fast as that can be done, and returns when it is gone.
    public void killAgentAtOnce(String node) {
        findAgent(node)
                .ifPresent(agent -> {
                    var _ = agent.destroyForcibly();
                    Await.until("the agent to be gone", TO_END, () -> !agent.isAlive());
                });
    }

    /// Tells the agent of a node to end, as an upgrade does, and returns when it has; its cells go
    /// on.
    public void endAgent(String node) {
        findAgent(node)
                .ifPresent(agent -> {
                    var isTold = agent.destroy();
                    Await.until("the agent to end", TO_END, () -> isTold && !agent.isAlive());
                });
    }

    /// Has the agent of a node stand still, as one that gets no processor. Who does this has it [go
    /// on][#resumeAgent], too.
    public void pauseAgent(String node) {
        signalAgent(node, "STOP");
    }

    /// Has it go on.
    public void resumeAgent(String node) {
        signalAgent(node, "CONT");
    }

    private void signalAgent(String node, String signal) {
        var agent = findAgent(node).orElseThrow();
        try {
            var kill = new ProcessBuilder("kill", "-" + signal, "" + agent.pid()).inheritIO();
            var status = kill.start().onExit().get(TO_END.toSeconds(), TimeUnit.SECONDS);
            if (status.exitValue() != 0) {
                throw new IllegalStateException("cannot signal the agent of " + node);
            }
        } catch (IOException | ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("cannot signal the agent of " + node, failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    private Optional<ProcessHandle> findAgent(String node) {
        return stream(run("dev", "status", "-o", "json").require(0).json().path("nodes"))
                .filter(each -> each.path("name").asText().equals(node))
                .filter(each -> each.path("pid").isIntegralNumber())
                .flatMap(each -> ProcessHandle.of(each.path("pid").asLong()).stream())
                .findFirst();
    }

    /// Parts nodes from others, until [mended][#mend]; what was cut before stays cut.
    ///
    /// @param options of `dev cut`
    public void cut(List<String> nodes, List<String> from, String... options) {
        var line = new ArrayList<>(List.of("dev", "cut"));
        line.addAll(nodes);
        line.addAll(List.of("--from", String.join(",", from)));
        line.addAll(List.of(options));
        run(line.toArray(String[]::new)).require(0);
    }

    /// Lets all nodes hear each other again.
    public void mend() {
        run("dev", "mend").require(0);
    }

    /// Sets the wall clock of the agent of a node, in a cluster [with clocks][#upWithClocks].
    ///
    /// @param ahead of the machine's; negative: behind
    public void setClock(String node, Duration ahead) {
        OwnClock.of(data(node)).set(ahead);
    }

    /// {@return how far the wall clock of a node's agent is ahead of the machine's, to the second
    /// or two, by the date of an answer; empty while it does not answer}
    public Optional<Duration> clock(String node) {
        var connection = connect(member(node), "/v1/health");
        try {
            // Zero where there is no answer.
            return Optional.of(connection.getDate())
                    .filter(date -> date != 0)
                    .map(date -> Duration.ofMillis(date - System.currentTimeMillis()));
        } finally {
            connection.disconnect();
        }
    }

    /// Kills a node: its agent and everything it hosts.
    public void killNode(String node) {
        run("dev", "kill", node, "--scope", "node").require(0);
    }

    /// Starts the agent of a node and returns when it serves.
    public void start(String node) {
        installation.run(TO_START, "dev", "start", node).require(0);
    }

    /// Starts the agents of all nodes that do not run and returns when all of them serve: after the
    /// loss of a majority none serves before the others run.
    public void startAll() {
        installation.run(TO_START, "dev", "start", "--all").require(0);
    }

    /// Starts the agents that do not run and returns when all nodes are ready.
    public void heal() {
        if (!members.stream().allMatch(member -> status(member).isPresent())) {
            for (var node : run("dev", "status", "-o", "json").require(0).json().path("nodes")) {
                if (!node.path("pid").isIntegralNumber()) {
                    start(node.path("name").asText());
                }
            }
        }
        awaitReady();
    }

    /// Returns when the cluster knows every node as ready, and every agent has registered: an agent
    /// before it may be what the cluster knows.
    ///
    /// @throws CampaignFailed with what each node says, if they are not in time
    public void awaitReady() {
        try {
            Await.until(
                    "all nodes to be ready",
                    TO_BE_READY,
                    () -> members.stream().allMatch(this::hasRegistered) && areAllReady());
        } catch (CampaignFailed late) {
            var said =
                    members.stream()
                            .map(member ->
                                    member.node()
                                            + " says "
                                            + status(member)
                                                    .map(JsonNode::toString)
                                                    .orElse("nothing"));
            var known = run("node", "list");
            throw new CampaignFailed(
                    "%s: %s; the cluster knows%n%s"
                            .formatted(
                                    late.getMessage(),
                                    said.collect(Collectors.joining("; ")),
                                    known),
                    late);
        }
    }

    private boolean areAllReady() {
        return stream(get("nodes").path("nodes"))
                        .filter(node -> node.path("state").asText().equals("ready"))
                        .count()
                == members.size();
    }

    private boolean hasRegistered(Member member) {
        return status(member).filter(it -> it.path("ready").asBoolean()).isPresent();
    }

    /// {@return the process of a job}
    public JsonNode process(String job) {
        return get("processes", job);
    }

    /// Returns the process of a job once it is in a phase.
    public JsonNode awaitPhase(String job, String phase, Duration limit) {
        return Await.first(
                job + " to be " + phase,
                limit,
                () ->
                        Stream.of(process(job))
                                .filter(process -> process.path("phase").asText().equals(phase))
                                .findFirst());
    }

    public List<Member> members() {
        return members;
    }

    public Member member(String node) {
        return members.stream().filter(it -> it.node().equals(node)).findFirst().orElseThrow();
    }

    public List<String> nodes() {
        return members.stream().map(Member::node).toList();
    }

    /// {@return the name of the cluster, which also names its cgroups}
    public String name() {
        return name;
    }

    public Installation installation() {
        return installation;
    }

    /// {@return the name of the network namespace of a node, where nodes have one each}
    public String network(String node) {
        return name.replace("dev-", "krg") + "-" + node;
    }

    /// {@return the data directory of a node}
    public Path data(String node) {
        return data(directory, node);
    }

    private static Path data(Path directory, String node) {
        return directory.resolve("nodes").resolve(node).resolve("data");
    }

    /// {@return the elements of a JSON array}
    public static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static List<Member> members(Installation installation) {
        var status = installation.run("dev", "status", "-o", "json").require(0).json();
        return stream(status.path("nodes"))
                .map(node ->
                        new Member(
                                node.path("name").asText(),
                                HostPort.parse(node.path("api").asText())))
                .toList();
    }

    private static String findName(Path directory, List<Member> members) {
        var config = DevDirectory.at(directory).client(List.of(members.getFirst().api()));
        try (var client = new ApiClient(config)) {
            return client.get(ApiPath.of("status")).path("cluster").path("name").asText();
        }
    }

    @Override
    public void close() {
        // Whoever was interrupted has to clean up all the same.
        var _ = Thread.interrupted();
        api.close();
        if (Boolean.getBoolean(KEEP)) {
            return;
        }
        var down = takeDown(installation);
        var remains = Machine.remains(directory, name);
        removeTree(installation.scratch());
        down.require(0);
        if (!remains.isEmpty()) {
            throw new CampaignFailed("dev down left " + String.join("\n  ", remains));
        }
    }

    private static Finished takeDown(Installation installation) {
        return installation.run(TO_START, "dev", "down", "--purge");
    }

    private static Path makeScratch() {
        try {
            return Files.createTempDirectory("krg-jepsen-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void removeTree(Path path) {
        try (var paths = Files.walk(path)) {
            for (var each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
