// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.cluster.Running;
import org.krg.testkit.DamagedFiles;
import org.krg.testkit.SmallDisk;

/// The ways back of `docs/operations.md`, walked as it says after the stored state of agents was
/// damaged, with the commands that it and the agents name.
@Tag("root")
class WaysBackTest {
    private static final String THIRD = "n3";
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int DISK_MIB = 256;

    /// The last page of a file has room on a full disk, too.
    private static final int MORE_THAN_FITS = 4;

    private static final int FILLER_BYTES = 100_000;

    @Test
    void aNodeWhoseLogIsDamagedRejoinsWithTheDataOfTheOthers() {
        try (var cluster = Cluster.up(3)) {
            put(cluster, "colour", "blue");
            cluster.killAgentAtOnce(THIRD);
            damageLog(cluster, THIRD);

            assertThat(agent(cluster, THIRD).require(11).err())
                    .contains("is damaged: the checksum of entry", "whole entries follow")
                    .contains("state rejoin --config " + settings(cluster, THIRD));
            assertThat(state(cluster, THIRD, "inspect").require(11).out())
                    .contains("not reparable");
            assertThat(state(cluster, THIRD, "repair").require(11).err())
                    .contains("cannot be repaired");
            rejoin(cluster, THIRD);
            cluster.start(THIRD);
            cluster.awaitReady();
            assertThat(cluster.run("cluster", "status").require(0).out()).contains("n3.2");
            assertAlike(cluster);
        }
    }

    /// Rows and the snapshot that was taken of them are the same files.
    @Test
    @Tag("long")
    void rowsAndASnapshotThatShareADamagedTableAreMadeAnew() throws IOException {
        try (var cluster = Cluster.up(3)) {
            put(cluster, "colour", "blue");
            var api = cluster.member(THIRD).api().toString();
            cluster.run("--endpoint", api, "state", "snapshot").require(0);
            cluster.killAgentAtOnce(THIRD);
            shared(cluster.data(THIRD)).forEach(table -> DamagedFiles.flipBit(table, 20));

            assertThat(agent(cluster, THIRD).require(11).err()).contains(".sst is damaged");
            assertThat(state(cluster, THIRD, "inspect").require(11).out())
                    .contains("sm/snapshot", "store/db");
            state(cluster, THIRD, "repair").require(0);
            state(cluster, THIRD, "inspect").require(0);
            cluster.start(THIRD);
            cluster.awaitReady();
            assertAlike(cluster);
        }
    }

    @Test
    @Tag("long")
    void aNodeWhoseDiskIsFullGoesOnWhenThereIsRoomAgain() throws IOException {
        var disks = new ArrayList<SmallDisk>();
        try (var cluster =
                Cluster.up(
                        3,
                        place -> {
                            if (place.endsWith(Path.of(THIRD, "data"))) {
                                disks.add(mount(place));
                            }
                        },
                        () -> disks.forEach(WaysBackTest::unmount))) {
            try (var disk = disks.getFirst();
                    var agent = goOnHere(cluster)) {
                put(cluster, "colour", "blue");
                disk.fill();
                for (var more = 0; more < MORE_THAN_FITS; more++) {
                    put(cluster, "filler" + more, "x".repeat(FILLER_BYTES));
                }
                assertThat(agent.await(SOON).require(12).err()).contains("No space left on device");
                assertThat(agent(cluster, THIRD).require(12).err())
                        .contains("a node starts with 64 MiB");
                disk.empty();
                cluster.start(THIRD);
                cluster.awaitReady();
                assertAlike(cluster);
                cluster.killAgentAtOnce(THIRD);
            }
        }
    }

    @Test
    @Tag("long")
    void whenTheMajorityIsLostOneNodeBeginsAnewAndTheOthersRejoin() {
        try (var cluster = Cluster.up(3)) {
            put(cluster, "colour", "blue");
            cluster.run("run", "--name", "kept", "--recovery", "checkpoint-only", "sleep", "1000")
                    .require(0);
            cluster.awaitPhase("kept", "running", SOON);
            cluster.run("checkpoint", "create", "kept").require(0);
            var copies = copies(cluster);
            cluster.nodes().forEach(cluster::killAgentAtOnce);
            damageLog(cluster, "n1");
            damageLog(cluster, "n2");
            agent(cluster, "n1").require(11);
            agent(cluster, "n2").require(11);

            var restore =
                    cluster.installation()
                            .run(
                                    "state",
                                    "restore",
                                    cluster.data(THIRD).toString(),
                                    "--yes",
                                    "--config",
                                    settings(cluster, THIRD))
                            .require(0);
            assertThat(restore.err())
                    .contains("state rejoin --join " + cluster.member(THIRD).api());
            cluster.start(THIRD);
            for (var node : List.of("n1", "n2")) {
                rejoin(cluster, node, "--join", cluster.member(THIRD).api().toString());
                cluster.start(node);
            }
            cluster.awaitReady();
            assertAlike(cluster);
            assertThat(copies(cluster)).isEqualTo(copies);
            var kept = cluster.awaitPhase("kept", "running", SOON);
            // Its node may have been taken for lost before it was back.
            assertThat(kept.path("epoch").asLong() == 1 ? "checkpoint 1" : kept.path("origin"))
                    .asString()
                    .contains("checkpoint 1");
        }
    }

    private static String copies(Cluster cluster) {
        var checkpoints = cluster.get("checkpoints").path("checkpoints");
        assertThat(checkpoints).hasSize(1);
        return checkpoints.get(0).path("copies").toString();
    }

    private static void put(Cluster cluster, String key, String value) {
        Await.until(
                key + " to be written",
                SOON,
                () -> cluster.run("state", "put", key, value).exit() == 0);
    }

    private static void damageLog(Cluster cluster, String node) {
        var log = DamagedFiles.find(cluster.data(node).resolve("raft"), "log_inprogress_", "");
        DamagedFiles.flipBit(log, 400);
    }

    private static String settings(Cluster cluster, String node) {
        return cluster.data(node).resolveSibling("krgd.toml").toString();
    }

    private static Finished agent(Cluster cluster, String node) {
        return cluster.installation()
                .run(SOON, "agent", "run", "--config", settings(cluster, node));
    }

    private static Finished state(Cluster cluster, String node, String verb) {
        return cluster.installation().run("state", verb, cluster.data(node).toString());
    }

    private static void rejoin(Cluster cluster, String node, String... options) {
        var line = new ArrayList<>(List.of("state", "rejoin", "--yes"));
        line.addAll(List.of("--config", settings(cluster, node)));
        line.addAll(List.of(options));
        cluster.installation().run(line.toArray(String[]::new)).require(0);
    }

    /// The table files that the rows have in common with their newest snapshot.
    private static List<Path> shared(Path data) throws IOException {
        var tables = new ArrayList<Path>();
        for (var table : DamagedFiles.all(data.resolve("store/db"), "", ".sst")) {
            if ((int) Files.getAttribute(table, "unix:nlink") > 1) {
                tables.add(table);
            }
        }
        assertThat(tables).isNotEmpty();
        return tables;
    }

    private static SmallDisk mount(Path place) {
        try {
            return SmallDisk.mount(place, DISK_MIB);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void unmount(SmallDisk disk) {
        try {
            disk.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Has the agent run as a child, which tells its exit code.
    private static Running goOnHere(Cluster cluster) {
        cluster.killAgentAtOnce(THIRD);
        var agent =
                cluster.installation().start("agent", "run", "--config", settings(cluster, THIRD));
        cluster.awaitReady();
        return agent;
    }

    /// The key of before is there, and every replica has the same rows.
    private static void assertAlike(Cluster cluster) {
        assertThat(cluster.run("state", "get", "colour").require(0).out()).contains("blue");
        cluster.run("state", "hash").require(0);
    }
}
