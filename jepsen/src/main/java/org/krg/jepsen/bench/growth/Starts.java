// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.jepsen.bench.load.Waiting;
import org.krg.jepsen.bench.stores.KrgStore;
import org.krg.jepsen.bench.stores.Server;
import org.krg.jepsen.bench.stores.Usage;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevStatus;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.ClientConfig;
import org.krg.tools.http.Json;

/// Has a server start with the state that the cluster has: with its own copy, and with none. Times
/// are from the begin of its process until it is ready and has applied whatever was agreed when it
/// began, to a tenth of a second.
final class Starts {
    private static final Duration TO_END = Duration.ofSeconds(20);
    private static final Duration TO_SERVE = Duration.ofMinutes(10);

    /// `raft/GROUP/sm/snapshot.TERM_INDEX`
    private static final int SNAPSHOT_DEPTH = 3;

    private static final Duration TO_SNAPSHOT = Duration.ofMinutes(10);

    private final Cluster cluster;
    private final KrgStore store;
    private final Terminal terminal;

    Starts(Cluster cluster, KrgStore store, Terminal terminal) {
        this.cluster = cluster;
        this.store = store;
        this.terminal = terminal;
    }

    /// Starts a follower after a clean end and after SIGKILL, has the leader take a snapshot, and
    /// starts the follower once more, which has lost everything.
    void measure(ObjectNode size) throws InterruptedException {
        var leader = store.awaitLeader();
        var follower =
                store.servers().stream()
                        .filter(server -> !server.name().equals(leader.name()))
                        .findFirst()
                        .orElseThrow();
        end(follower, true);
        put(size, "startMillis", "start after a clean end", start(leader, follower));
        end(follower, false);
        put(size, "startAfterKillMillis", "start after SIGKILL", start(leader, follower));
        var taken = snapshot(leader);
        size.put("snapshotBytes", taken.path("bytes").asLong());
        var took = Duration.ofNanos((long) (taken.path("tookSeconds").asDouble() * 1e9));
        put(size, "snapshotMillis", "snapshot of the leader", took);
        end(follower, true);
        empty(leader, follower);
        put(size, "startEmptyMillis", "start with nothing", start(leader, follower));
        size.put("givenSnapshot", hasSnapshot(follower));
    }

    private void put(ObjectNode size, String field, String what, Duration time) {
        size.put(field, time.toMillis());
        terminal.say("%s: %.2f s".formatted(what, time.toMillis() / 1e3));
    }

    private void end(Server server, boolean kindly) {
        var process =
                ProcessHandle.of(pid(server.name()))
                        .orElseThrow(() -> new CampaignFailed(server.name() + " has ended"));
        if (kindly) {
            process.destroy();
        } else {
            process.destroyForcibly();
        }
        Await.until("the end of " + server.name(), TO_END, () -> !process.isAlive());
    }

    private long pid(String name) {
        return Cluster.stream(
                        cluster.run("dev", "status", "-o", "json").require(0).json().path("nodes"))
                .filter(node -> node.path("name").asText().equals(name))
                .mapToLong(node -> node.path("pid").asLong())
                .findFirst()
                .orElseThrow();
    }

    private Duration start(Server leader, Server server) throws InterruptedException {
        var agreed =
                DevStatus.ask(leader.address())
                        .map(status -> status.path("commitIndex").asLong())
                        .orElseThrow(() -> new CampaignFailed("the leader does not answer"));
        var served = new CompletableFuture<Duration>();
        var looking =
                Thread.ofVirtual()
                        .name("looking")
                        .start(() ->
                                served.completeAsync(
                                        () -> awaitServing(server, agreed), Runnable::run));
        try (var _ = Progress.of(terminal, "starting " + server.name())) {
            cluster.start(server.name());
            return Waiting.on(served, TO_SERVE).minus(Usage.begin(pid(server.name())));
        } finally {
            looking.interrupt();
        }
    }

    /// {@return when the server served, since the machine was started}
    private static Duration awaitServing(Server server, long agreed) {
        try (var client = new ApiClient(ClientConfig.of(List.of(server.address())))) {
            return Await.first(
                    server.name() + " to serve",
                    TO_SERVE,
                    () ->
                            serves(client.get(ApiPath.of("status")), agreed)
                                    ? Optional.of(Usage.uptime())
                                    : Optional.empty());
        }
    }

    private static boolean serves(JsonNode status, long agreed) {
        return status.path("ready").asBoolean() && status.path("appliedIndex").asLong() >= agreed;
    }

    private JsonNode snapshot(Server leader) {
        try (var _ = Progress.of(terminal, "taking a snapshot");
                var client = new ApiClient(ClientConfig.of(List.of(leader.address())))) {
            return client.post(ApiPath.of("state", "snapshot"), Json.object(), TO_SNAPSHOT);
        }
    }

    /// As an operator does it whose node lost its disk.
    private void empty(Server leader, Server server) {
        var config = cluster.data(server.name()).resolveSibling("krgd.toml");
        cluster.run(
                        "state",
                        "rejoin",
                        "--yes",
                        "--config",
                        config.toString(),
                        "--join",
                        leader.address().toString())
                .require(0);
    }

    /// A new member is given the log while the leader still has all of it.
    private boolean hasSnapshot(Server server) {
        try (var paths = Files.walk(cluster.data(server.name()).resolve("raft"), SNAPSHOT_DEPTH)) {
            return paths.anyMatch(path -> path.getFileName().toString().startsWith("snapshot."));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
