// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.host.HostFailure;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.state.LeaderLink;
import org.krg.state.StateConfig;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.krg.state.ratis.RatisClusterStore;
import org.krg.state.rocksdb.RocksStorage;
import org.krg.testkit.DamagedFiles;
import org.krg.testkit.StateCluster;

/// The stored state of a node that was a cluster of its own.
final class StateFilesTest {
    private static final NodeId SELF = new NodeId("n1");
    private static final UUID CLUSTER = UUID.fromString("6e1f9a94-4f0c-4b53-8b9f-0b0a8d0f7a11");
    private static final HostPort RAFT =
            new HostPort("127.0.0.1", StateCluster.freePorts(1).getFirst());

    @TempDir private Path directory;

    @Test
    void whatIsStoredIsShownRepairedLeftAndBroughtBack() throws IOException {
        var data = directory.resolve("n1");
        try (var taken = DataDirectory.take(data)) {
            taken.identify(new Identity(CLUSTER, SELF, 1));
        }
        run(data, 1, List.of(new FirstMember(SELF, 1, RAFT)));
        var found = StateFiles.inspect(data);
        assertThat(found.path("problems")).isEmpty();
        assertThat(found.path("rows").path("appliedIndex").asLong(-1)).isNotNegative();

        var log = DamagedFiles.find(data.resolve("raft"), "log_inprogress_", "");
        DamagedFiles.appendGarbage(log, 400);
        assertThat(StateFiles.inspect(data).path("problems")).hasSize(1);
        assertThat(StateFiles.repair(data).path("done")).hasSize(1);
        assertThat(StateFiles.inspect(data).path("problems")).isEmpty();

        var settings = settings(directory.resolve("n1-new"));
        assertThat(StateFiles.restore(settings, data, false).path("peerId").asText())
                .isEqualTo("n1.1");
        run(settings.node().data(), 1, List.of());
        var again = StateFiles.restore(settings, settings.node().data(), false);
        assertThat(again.path("peerId").asText()).isEqualTo("n1.2");
        // One that was killed in the middle left everything there.
        var aside = Path.of(again.path("aside").asText());
        var onceMore = StateFiles.restore(settings, aside, false);
        assertThat(onceMore.path("peerId").asText()).isEqualTo("n1.3");
        assertThat(onceMore.path("sourceRevision")).isEqualTo(again.path("sourceRevision"));
        // Its cells and checkpoints stayed there all the time.
        try (var taken = DataDirectory.take(settings.node().data())) {
            assertThat(taken.findIdentity()).contains(new Identity(CLUSTER, SELF, 3, 1));
        }
        requireEmptyDirectoryHoldsNothing(data);
        run(settings.node().data(), 3, List.of());

        DamagedFiles.delete(DamagedFiles.find(data.resolve("raft"), "raft-meta", "meta"));
        assertThatThrownBy(() -> StateFiles.repair(data))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        damaged -> assertThat(damaged.code()).isEqualTo(HostFailure.Code.CORRUPT));
        assertThatThrownBy(() -> StateFiles.restore(settings(data), data, false))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        damaged -> assertThat(damaged.code()).isEqualTo(HostFailure.Code.CORRUPT));
        Files.createDirectory(data.resolve("synced"));
        assertThatThrownBy(() -> StateFiles.rejoin(settings(data), List.of()))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        unknown -> {
                            assertThat(unknown.code()).isEqualTo(HostFailure.Code.USAGE);
                            assertThat(unknown.remedy()).contains("--join");
                        });
        try (var taken = DataDirectory.take(data)) {
            taken.remember(List.of(new HostPort("127.0.0.1", 7440)));
        }
        var left = StateFiles.rejoin(settings(data), List.of());
        assertThat(left.path("peerId").asText()).isEqualTo("n1.2");
        assertThat(left.path("join")).hasToString("[\"127.0.0.1:7440\"]");
        assertThat(Files.exists(data.resolve("aside-1/raft"))).isTrue();
        assertThat(Files.exists(data.resolve("raft"))).isFalse();
        assertThat(Files.exists(data.resolve("synced"))).isFalse();
        try (var taken = DataDirectory.take(data)) {
            assertThat(taken.rejoins()).hasSize(1);
            assertThat(taken.findIdentity()).contains(new Identity(CLUSTER, SELF, 2, 1));
        }
        var twice = StateFiles.rejoin(settings(data), List.of());
        assertThat(twice.path("peerId").asText()).isEqualTo("n1.3");
        assertThat(twice.path("join")).isEqualTo(left.path("join"));
        try (var taken = DataDirectory.take(data)) {
            assertThat(taken.findIdentity()).contains(new Identity(CLUSTER, SELF, 3, 1));
        }
    }

    /// What is agreed to be on a node is not in a directory that was another's, or nobody's.
    private void requireEmptyDirectoryHoldsNothing(Path source) {
        var empty = settings(directory.resolve("n1-empty"));
        try (var taken = DataDirectory.take(empty.node().data())) {
            taken.identify(new Identity(CLUSTER, new NodeId("n7"), 5, 1));
        }
        assertThat(StateFiles.restore(empty, source, false).path("peerId").asText())
                .isEqualTo("n1.6");
        try (var taken = DataDirectory.take(empty.node().data())) {
            assertThat(taken.findIdentity()).contains(new Identity(CLUSTER, SELF, 6));
        }
    }

    private static void run(Path data, long incarnation, List<FirstMember> members) {
        try (var store =
                RatisClusterStore.open(
                        StateConfig.defaults(
                                CLUSTER, SELF, incarnation, data, RAFT, members, Optional.empty()),
                        (_, _) ->
                                CompletableFuture.failedFuture(
                                        new LeaderLink.Unsent("no link", new IOException())),
                        new RocksStorage(data.resolve("store")),
                        new MetricRegistry(),
                        (what, cause) -> {
                            throw new AssertionError(what, cause);
                        })) {
            await().atMost(Duration.ofSeconds(30)).until(() -> store.leadership().mine());
            store.read().join();
        }
    }

    private AgentSettings settings(Path data) {
        return new AgentSettings(
                directory,
                new ClusterSettings(CLUSTER, "test"),
                new NodeSettings(SELF, data, true, 0, 0, 0),
                new NodeAddresses(
                        new HostPort("127.0.0.1", 17_440), RAFT, new HostPort("127.0.0.1", 17_443)),
                List.of(new FirstMember(SELF, 1, RAFT)),
                List.of(),
                LeaseSettings.DEFAULT,
                ElectionSettings.DEFAULT,
                AddressPool.DEFAULT,
                Optional.empty());
    }
}
