// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Toucher;

/// Programs on three nodes share a segment.
@ExtendWith(SharedCluster.class)
class SharedMemoryTest {
    private static final String SEGMENT = "field";
    private static final int ADDITIONS = 20_000;

    /// On another page, and on another block, than the first word.
    private static final long COUNTER = 4_096;

    private static final long FLAG = 2 << 20;

    /// Of the segment, as long as what lies before the flag.
    private static final int BLOCKS = 32;

    private List<Toucher> touchers = List.of();

    @BeforeEach
    void map(Cluster cluster) {
        cluster.run("segment", "create", SEGMENT, "--size", "64M").require(0);
        touchers =
                cluster.nodes().stream().map(node -> Toucher.on(cluster, node, SEGMENT)).toList();
    }

    @AfterEach
    void destroy(Cluster cluster) {
        touchers.forEach(Toucher::close);
        cluster.run("segment", "destroy", SEGMENT).require(0);
    }

    @Test
    void whatOneNodeStoresTheOthersLoad() {
        for (var round = 1; round <= 20; round++) {
            var writer = touchers.get(round % 3);
            assertThat(writer.ask("write 0 " + round)).isEqualTo("ok");
            assertThat(writer.ask("write " + FLAG + " " + round)).isEqualTo("ok");
            for (var reader : touchers) {
                assertThat(reader.ask("read " + FLAG)).isEqualTo("" + round);
                assertThat(reader.ask("read 0")).isEqualTo("" + round);
            }
        }
    }

    @Test
    void whoReadsWhereABlockHasAHomeAsksNobodyForOne(Cluster cluster) {
        for (var block = 0; block < BLOCKS; block++) {
            assertThat(touchers.getFirst().ask("write " + block * FLAG + " 7")).isEqualTo("ok");
        }
        cluster.run("segment", "audit", SEGMENT).require(0);
        var before = committed(cluster);

        for (var block = 0; block < BLOCKS; block++) {
            assertThat(touchers.get(1).ask("read " + block * FLAG)).isEqualTo("7");
        }

        // Leases go on meanwhile.
        assertThat(committed(cluster) - before).isLessThan(BLOCKS / 2);
    }

    private static long committed(Cluster cluster) {
        var status = cluster.run("state", "status", "-o", "json").require(0).json();
        return Cluster.stream(status.path("nodes"))
                .mapToLong(node -> node.path("commitIndex").asLong())
                .max()
                .orElseThrow();
    }

    @Test
    void pagesThatAProgramWillNeedComeBeforeItTouchesThem(Cluster cluster) {
        var writer = touchers.getFirst();
        for (var page = 0; page < 16; page++) {
            assertThat(writer.ask("write " + 4_096 * page + " 7")).isEqualTo("ok");
        }

        assertThat(touchers.get(1).ask("advise 0 65536 3")).isEqualTo("ok");

        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(counted(cluster, "ahead")).isEqualTo(16));
        assertThat(touchers.get(1).ask("read 61440")).isEqualTo("7");
        assertThat(touchers.get(1).ask("advise 0 100 3")).isEqualTo("error EINVAL");
    }

    @Test
    void aPageThatNodesReadAndThenWriteInTurnsIsPromoted(Cluster cluster) {
        for (var turn = 0; turn < 8; turn++) {
            var toucher = touchers.get(turn % 2);
            assertThat(toucher.ask("read " + COUNTER)).isEqualTo("" + turn);
            assertThat(toucher.ask("write " + COUNTER + " " + (turn + 1))).isEqualTo("ok");
        }
        assertThat(counted(cluster, "promoted")).isEqualTo(6);
        assertThat(counted(cluster, "promotedInVain")).isZero();
    }

    private static int counted(Cluster cluster, String what) {
        var stats = cluster.run("segment", "stats", SEGMENT, "-o", "json").require(0).json();
        return Cluster.stream(stats.path("nodes"))
                .mapToInt(node -> node.path("stats").path(what).asInt())
                .sum();
    }

    @Test
    void noAdditionIsLostHoweverManyNodesAddAtOnce(Cluster cluster) {
        var adding = touchers.stream().map(it -> it.begin(add())).toList();

        CompletableFuture.allOf(adding.toArray(CompletableFuture[]::new)).join();

        for (var toucher : touchers) {
            assertThat(toucher.ask("read " + COUNTER)).isEqualTo("" + 3 * ADDITIONS);
        }
        cluster.run("segment", "audit", SEGMENT).require(0);
        var stats = cluster.run("segment", "stats", SEGMENT, "-o", "json").require(0).json();
        var hottest = stats.path("hottest").path(0);
        assertThat(hottest.path("page").asInt()).isEqualTo(1);
        assertThat(hottest.path("writers").size()).isEqualTo(3);
        assertThat(hottest.path("contended").asBoolean()).isTrue();
        var faults =
                Cluster.stream(stats.path("nodes"))
                        .flatMap(node -> Cluster.stream(node.path("stats").path("faultMicros")))
                        .toList();
        assertThat(faults)
                .anyMatch(it -> isWrite(it) && it.path("elsewhere").asBoolean())
                .allMatch(it -> it.path("p99").asDouble() > 0);
        assertThat(cluster.run("segment", "stats", SEGMENT).require(0).out())
                .containsPattern("(?m)^n. +(write|upgrade) +elsewhere ");
    }

    private static boolean isWrite(JsonNode fault) {
        return List.of("write", "upgrade").contains(fault.path("kind").asText());
    }

    @Test
    void aProgramGoesOnAtTheNextAgentOfItsNode(Cluster cluster) {
        var home = touchers.getFirst();
        var other = touchers.get(1);
        assertThat(other.ask("write 0 41")).isEqualTo("ok");
        assertThat(home.ask("read 0")).isEqualTo("41");
        assertThat(home.ask("write " + FLAG + " 42")).isEqualTo("ok");
        var node = cluster.nodes().getFirst();

        cluster.killAgent(node);
        var read = home.begin("read 0");
        cluster.start(node);

        assertThat(read.orTimeout(5, TimeUnit.MINUTES).join()).isEqualTo("41");
        assertThat(home.ask("write 0 43")).isEqualTo("ok");
        assertThat(other.ask("exchange 0 44")).isEqualTo("43");
        assertThat(home.ask("read 0")).isEqualTo("44");
        assertThat(home.ask("read " + FLAG)).isEqualTo("sigbus");
        cluster.awaitReady();
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    void aProgramWhoseAgentStandsStillReadsNothingOld(Cluster cluster) {
        var leader = cluster.nodes().indexOf(cluster.awaitLeader());
        var writer = touchers.get(leader);
        var reader = touchers.get((leader + 1) % 3);
        var node = cluster.nodes().get((leader + 1) % 3);
        assertThat(writer.ask("write 0 41")).isEqualTo("ok");
        assertThat(reader.ask("read 0")).isEqualTo("41");

        CompletableFuture<String> read;
        cluster.pauseAgent(node);
        try {
            assertThat(reader.ask("read 0")).isEqualTo("41");
            // The node is declared lost before, and cannot hear of it.
            assertThat(writer.ask("write 0 42")).isEqualTo("ok");
            read = reader.begin("read 0");
        } finally {
            cluster.resumeAgent(node);
        }

        assertThat(read.orTimeout(5, TimeUnit.MINUTES).join()).isEqualTo("42");
        cluster.awaitReady();
        assertThat(reader.ask("exchange 0 43")).isEqualTo("42");
        assertThat(writer.ask("read 0")).isEqualTo("43");
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    void theLossOfAHomeLosesWhatItAloneHadAndSaysSo(Cluster cluster) {
        var home = touchers.getFirst();
        var second = touchers.get(1);
        var third = touchers.get(2);
        assertThat(home.ask("write 0 41")).isEqualTo("ok");
        assertThat(second.ask("read 0")).isEqualTo("41");
        assertThat(second.ask("write " + COUNTER + " 42")).isEqualTo("ok");
        assertThat(home.ask("write 8192 43")).isEqualTo("ok");
        var semisync = begin(cluster, "semisync");
        var sync = begin(cluster, "sync");

        cluster.killNode(cluster.nodes().getFirst());

        assertThat(second.ask("read 0")).isEqualTo("41");
        assertThat(third.ask("read 0")).isEqualTo("41");
        assertThat(third.ask("exchange " + COUNTER + " 44")).isEqualTo("42");
        assertThat(second.ask("read " + COUNTER)).isEqualTo("44");
        assertThat(third.ask("read 8192")).isEqualTo("sigbus");
        assertThat(second.ask("write 8192 1")).isEqualTo("sigbus");
        assertThat(cluster.get("segments", SEGMENT).path("regrantedBlocks").asInt()).isEqualTo(1);
        assertThat(cluster.run("segment", "audit", SEGMENT).exit()).isIn(0, 10);
        semisync.check(cluster);
        sync.check(cluster);
    }

    /// A segment in which pages wait on their way, and whose home is lost: what nobody wrote is
    /// zeros.
    private OfMode begin(Cluster cluster, String mode) {
        cluster.run("segment", "create", mode, "--size", "2M", "--mode", mode).require(0);
        var on = cluster.nodes().stream().map(node -> Toucher.on(cluster, node, mode)).toList();
        touchers = Stream.concat(touchers.stream(), on.stream()).toList();
        assertThat(on.get(0).ask("write 0 1")).isEqualTo("ok");
        assertThat(on.get(0).ask("read 4096")).isEqualTo("0");
        assertThat(on.get(1).ask("write 8192 2")).isEqualTo("ok");
        assertThat(on.get(2).ask("read 8192")).isEqualTo("2");
        assertThat(cluster.run("segment", "audit", mode).exit()).isZero();
        return new OfMode(mode, on.get(1), on.get(2));
    }

    private record OfMode(String name, Toucher second, Toucher third) {
        void check(Cluster cluster) {
            assertThat(third.ask("read 0")).isEqualTo("sigbus");
            assertThat(third.ask("read 4096")).isEqualTo("0");
            assertThat(third.ask("write 12288 3")).isEqualTo("ok");
            assertThat(second.ask("read 12288")).isEqualTo("3");
            assertThat(third.ask("read 8192")).isEqualTo("2");
            var audit = cluster.run("segment", "audit", name);
            assertThat(audit.exit()).isIn(0, 10);
            assertThat(audit.out())
                    .contains("page 0 is lost: it was " + cluster.nodes().getFirst() + "#");
            cluster.run("segment", "destroy", name).require(0);
        }
    }

    @Test
    void whatASegmentHoldsGoesIntoAFileAndFromThereIntoALargerSegment(
            Cluster cluster, @TempDir Path directory) throws IOException {
        assertThat(touchers.get(0).ask("write 0 41")).isEqualTo("ok");
        assertThat(touchers.get(1).ask("write " + FLAG + " 42")).isEqualTo("ok");
        var file = directory.resolve("field.bin");

        var dumped = cluster.run("segment", "dump", SEGMENT, file.toString(), "-o", "json");

        assertThat(dumped.require(0).json().path("pages").asInt()).isEqualTo(2);
        assertThat(file).hasSize(64 << 20);
        assertThat(word(file, 0)).isEqualTo(41);
        assertThat(word(file, FLAG)).isEqualTo(42);
        assertThat(cluster.run("segment", "dump", SEGMENT, file.toString()).exit()).isEqualTo(5);
        for (var toucher : touchers) {
            assertThat(toucher.ask("write 0 7")).isEqualTo("ok");
            assertThat(toucher.ask("write 8192 7")).isEqualTo("ok");
        }

        cluster.run("segment", "load", SEGMENT, file.toString()).require(0);

        for (var toucher : touchers) {
            assertThat(toucher.ask("read 0")).isEqualTo("41");
            assertThat(toucher.ask("read " + FLAG)).isEqualTo("42");
            assertThat(toucher.ask("read 8192")).isEqualTo("0");
        }
        try (var longer = FileChannel.open(file, StandardOpenOption.WRITE)) {
            longer.write(ByteBuffer.allocate(1), 64 << 20);
        }
        assertThat(cluster.run("segment", "load", SEGMENT, file.toString()).exit()).isEqualTo(2);
        cluster.run("segment", "resize", SEGMENT, "--size", "65M").require(0);
        cluster.run("segment", "load", SEGMENT, file.toString()).require(0);
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    void aSegmentLargerThanAnyMemoryIsWhatWasTouchedOfIt(Cluster cluster, @TempDir Path directory) {
        cluster.run("segment", "create", "vast", "--size", "3T").require(0);
        cluster.run("segment", "resize", "vast", "--size", "4T").require(0);
        var last = (4L << 40) - Long.BYTES;
        var file = directory.resolve("vast.bin");
        try (var first = Toucher.on(cluster, cluster.nodes().get(0), "vast");
                var second = Toucher.on(cluster, cluster.nodes().get(1), "vast")) {
            assertThat(first.ask("write 0 1")).isEqualTo("ok");
            assertThat(second.ask("write " + last + " 2")).isEqualTo("ok");
            assertThat(first.ask("read " + last)).isEqualTo("2");
            cluster.run("segment", "audit", "vast").require(0);
            assertThat(cluster.get("segments", "vast").path("touchedBlocks").asInt()).isEqualTo(2);

            var dumped = cluster.run("segment", "dump", "vast", file.toString(), "-o", "json");

            assertThat(dumped.require(0).json().path("pages").asInt()).isEqualTo(2);
            assertThat(file).hasSize(last + Long.BYTES);
            cluster.run("segment", "destroy", "vast").require(0);
            assertThat(first.ask("read " + (2L << 40))).isEqualTo("sigbus");
        }
    }

    @Test
    void theMemoryOfADestroyedSegmentIsFreeWhenNobodyHasItMapped(Cluster cluster)
            throws IOException {
        cluster.run("segment", "create", "brief", "--size", "4M").require(0);
        var agents = agents(cluster);
        try (var mapping = Toucher.on(cluster, cluster.nodes().getFirst(), "brief")) {
            assertThat(mapping.ask("write 0 1")).isEqualTo("ok");
            try (var other = Toucher.on(cluster, cluster.nodes().get(1), "brief")) {
                assertThat(other.ask("read 0")).isEqualTo("1");
            }
            assertThat(memories(agents)).hasSize(2);

            cluster.run("segment", "destroy", "brief").require(0);

            await().atMost(1, TimeUnit.MINUTES)
                    .untilAsserted(() -> assertThat(memories(agents)).hasSize(1));
            assertThat(mapping.ask("read 4096")).isEqualTo("sigbus");
        }
        await().atMost(1, TimeUnit.MINUTES)
                .untilAsserted(() -> assertThat(memories(agents)).isEmpty());
        for (var toucher : touchers) {
            assertThat(toucher.ask("write 0 1")).isEqualTo("ok");
        }
    }

    private static List<Path> agents(Cluster cluster) {
        var status = cluster.run("dev", "status", "-o", "json").require(0).json();
        return Cluster.stream(status.path("nodes"))
                .map(node -> Path.of("/proc", node.path("pid").asText(), "fd"))
                .toList();
    }

    /// The memory of that segment, in agents.
    private static List<String> memories(List<Path> agents) throws IOException {
        var found = new ArrayList<String>();
        for (var descriptors : agents) {
            try (var all = Files.list(descriptors)) {
                all.map(SharedMemoryTest::target)
                        .filter(target -> target.startsWith("/memfd:krg-brief "))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private static long word(Path file, long offset) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(channel.read(bytes, offset)).isEqualTo(Long.BYTES);
            return bytes.getLong(0);
        }
    }

    private static String add() {
        return "add " + COUNTER + " " + ADDITIONS;
    }
}
