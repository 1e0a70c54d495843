// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Finished;
import org.krg.jepsen.programs.Toucher;

/// Programs on two nodes share a file, which is on the third one.
@ExtendWith(SharedCluster.class)
class FileSegmentTest {
    private static final String SEGMENT = "table";
    private static final int PAGE = 4_096;

    /// Not whole pages: 1024 of them and a part of one.
    private static final long LENGTH = (4L << 20) + 100;

    private static final long WHOLE = (4L << 20) + PAGE;

    /// On the last block, which has one page.
    private static final int LAST = 1_024;

    /// On the second block.
    private static final int FAR = 700;

    /// Written, synced, and in nobody's memory when its node is lost.
    private static final int SYNCED = 3;

    @TempDir private Path directory;

    private Path file = Path.of("");
    private Toucher first;
    private Toucher second;

    @BeforeEach
    void share(Cluster cluster) throws IOException {
        file = directory.resolve("table.bin");
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), LENGTH - 1);
            for (var page : List.of(0, 1, 2, FAR, LAST)) {
                var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                channel.write(bytes.putLong(100 + page).flip(), (long) page * PAGE);
            }
        }
        var made = create(cluster, "async");
        assertThat(made.require(0).json().path("sizeBytes").asLong()).isEqualTo(WHOLE);
        first = Toucher.on(cluster, cluster.nodes().get(0), SEGMENT);
        second = Toucher.on(cluster, cluster.nodes().get(1), SEGMENT);
    }

    private Finished create(Cluster cluster, String mode) {
        return cluster.run(
                "segment",
                "create",
                SEGMENT,
                "--file",
                file.toString(),
                "--on",
                keeper(cluster),
                "--mode",
                mode,
                "-o",
                "json");
    }

    @AfterEach
    void end(Cluster cluster) {
        first.close();
        second.close();
        var left = cluster.run("segment", "destroy", SEGMENT, "--discard");
        assertThat(left.exit()).isIn(0, 3);
    }

    private static String keeper(Cluster cluster) {
        return cluster.nodes().get(2);
    }

    @Test
    void whatTwoNodesStoreInAFileIsInItAfterASyncByOneOfThem(Cluster cluster) throws IOException {
        assertThat(read(first, 0)).isEqualTo("100");
        assertThat(read(second, FAR)).isEqualTo("" + (100 + FAR));
        assertThat(store(first, 1, 1)).isEqualTo("ok");
        assertThat(store(second, 2, 2)).isEqualTo("ok");
        assertThat(store(second, LAST, 3)).isEqualTo("ok");
        assertThat(read(first, 2)).isEqualTo("2");
        assertThat(word(1)).isEqualTo(101);

        assertThat(first.ask("sync 0 " + WHOLE)).isEqualTo("ok");

        assertThat(List.of(word(0), word(1), word(2), word(FAR), word(LAST)))
                .containsExactly(100L, 1L, 2L, 100L + FAR, 3L);
        assertThat(file).hasSize(LENGTH);
        assertThat(first.ask("sync 100 " + PAGE)).isEqualTo("error EINVAL");
        assertThat(first.ask("sync %d %d".formatted(PAGE, WHOLE))).isEqualTo("error EINVAL");
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    @Test
    void theToolShowsTheFileSyncsItAndWritesItBeforeTheSegmentIsDestroyed(Cluster cluster)
            throws IOException {
        assertThat(store(first, 1, 1)).isEqualTo("ok");
        var shown = cluster.get("segments", SEGMENT);
        assertThat(shown.path("file").asText()).isEqualTo(file.toString());
        assertThat(shown.path("fileNode").asText()).isEqualTo(keeper(cluster));
        assertThat(cluster.run("segment", "list").require(0).out()).contains(":" + file);

        var synced = cluster.run("segment", "sync", SEGMENT, "-o", "json").require(0).json();

        assertThat(synced.path("writtenPages").asInt()).isEqualTo(1);
        assertThat(word(1)).isEqualTo(1);
        cluster.run("segment", "resize", SEGMENT, "--size", "8M").require(0);
        assertThat(file).hasSize(8 << 20);
        assertThat(store(second, 2, 2)).isEqualTo("ok");
        assertThat(word(2)).isEqualTo(102);
        cluster.run("segment", "destroy", SEGMENT).require(0);
        assertThat(word(2)).isEqualTo(2);
    }

    @Test
    void withoutItsNodeWhatNobodyHasIsAnErrorAndTheRestGoesOn(Cluster cluster) throws IOException {
        assertThat(read(first, 0)).isEqualTo("100");
        assertThat(store(second, 1, 7)).isEqualTo("ok");

        cluster.killNode(keeper(cluster));

        assertThat(read(second, 0)).isEqualTo("100");
        assertThat(read(first, 1)).isEqualTo("7");
        assertThat(store(first, 1, 8)).isEqualTo("ok");
        assertThat(read(second, 1)).isEqualTo("8");
        assertThat(read(first, 2)).isEqualTo("sigbus");
        assertThat(read(first, FAR)).isEqualTo("sigbus");
        assertThat(first.ask("sync 0 " + WHOLE)).isEqualTo("error EHOSTDOWN");
        assertThat(cluster.run("segment", "sync", SEGMENT).exit()).isEqualTo(8);
        assertThat(cluster.run("segment", "destroy", SEGMENT).exit()).isEqualTo(8);

        cluster.start(keeper(cluster));
        cluster.awaitReady();

        // What is lost cannot be written, what is there is. Another node may hear later that the
        // file's is back.
        assertThat(synced(first, "sync 0 " + WHOLE)).isEqualTo("error EIO");
        assertThat(word(1)).isEqualTo(8);
        assertThat(first.ask("sync 0 %d".formatted(2 * PAGE))).isEqualTo("ok");
        assertThat(synced(second, "sync 0 %d".formatted(2 * PAGE))).isEqualTo("ok");
        // The second block was never touched while its file was there.
        assertThat(read(second, FAR)).isEqualTo("" + (100 + FAR));
    }

    @Test
    void inSemisyncProgramsWaitForItsNodeAndHaveWhatTheFileHas(Cluster cluster) throws IOException {
        assertThatProgramsWaitForItsNode("semisync", cluster);
    }

    @Test
    @Tag("long")
    void inSyncProgramsWaitForItsNodeAndHaveWhatTheFileHas(Cluster cluster) throws IOException {
        assertThatProgramsWaitForItsNode("sync", cluster);
    }

    private void assertThatProgramsWaitForItsNode(String mode, Cluster cluster) throws IOException {
        cluster.run("segment", "destroy", SEGMENT, "--discard").require(0);
        create(cluster, mode).require(0);
        try (var one = Toucher.on(cluster, cluster.nodes().get(0), SEGMENT);
                var two = Toucher.on(cluster, cluster.nodes().get(1), SEGMENT);
                var own = Toucher.on(cluster, keeper(cluster), SEGMENT)) {
            assertThat(store(one, 1, 7)).isEqualTo("ok");
            assertThat(store(own, 2, 8)).isEqualTo("ok");
            assertThat(read(own, 0)).isEqualTo("100");
            assertThat(store(own, SYNCED, 5)).isEqualTo("ok");
            assertThat(own.ask("sync %d %d".formatted(SYNCED * PAGE, PAGE))).isEqualTo("ok");

            cluster.killNode(keeper(cluster));

            var untouched = one.begin("read " + FAR * PAGE);
            var moved = two.begin("read " + PAGE);
            awaitLost(cluster, keeper(cluster));
            assertThat(untouched).isNotDone();
            assertThat(moved).isNotDone();
            cluster.start(keeper(cluster));
            cluster.awaitReady();

            assertThat(answer(untouched)).isEqualTo("" + (100 + FAR));
            assertThat(answer(moved)).isEqualTo("7");
            assertThat(read(two, 0)).isEqualTo("100");
            assertThat(read(two, 2)).isEqualTo("sigbus");
            assertThat(read(two, SYNCED)).isEqualTo("5");
            assertThat(store(two, LAST, 9)).isEqualTo("ok");
            assertThat(synced(one, "sync 0 " + WHOLE)).isEqualTo("error EIO");
            assertThat(List.of(word(0), word(1), word(2), word(LAST)))
                    .containsExactly(100L, 7L, 102L, 9L);
            assertThat(synced(one, "sync 0 " + 2 * PAGE)).isEqualTo("ok");
        }
    }

    private static void awaitLost(Cluster cluster, String node) {
        Await.until(
                "node " + node + " to be lost",
                Duration.ofMinutes(3),
                () -> cluster.get("nodes", node).path("state").asText().equals("lost"));
    }

    private static String answer(CompletableFuture<String> begun) {
        return begun.orTimeout(5, TimeUnit.MINUTES).join();
    }

    @Test
    void whatCannotBeASegmentIsRefusedAndSaidWhy(Cluster cluster) throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(create(cluster, directory.resolve("missing"))).isEqualTo(3);
        assertThat(create(cluster, directory)).isEqualTo(2);
        assertThat(create(cluster, link)).isEqualTo(2);
        assertThat(create(cluster, Path.of("/proc/self/mem"))).isEqualTo(2);
        assertThat(create(cluster, Files.createFile(directory.resolve("empty")))).isEqualTo(2);
        assertThat(cluster.run("segment", "create", "other", "--size", "4K", "--create").exit())
                .isEqualTo(2);
        var again =
                cluster.run(
                        "segment",
                        "create",
                        "other",
                        "--file",
                        file.toString(),
                        "--on",
                        keeper(cluster));
        assertThat(again.exit()).isEqualTo(5);
        assertThat(again.err()).contains("segment table is that file already");

        var made = directory.resolve("made");
        cluster.run(
                        "segment",
                        "create",
                        "other",
                        "--file",
                        made.toString(),
                        "--create",
                        "--size",
                        "10000")
                .require(0);
        assertThat(made).hasSize(3 * PAGE);
        cluster.run("segment", "destroy", "other").require(0);
    }

    /// {@return the answer to a sync, once the node of the file is in reach}
    private static String synced(Toucher process, String command) {
        return Await.first(
                "the file's node to be in reach",
                Duration.ofMinutes(3),
                () -> Optional.of(process.ask(command)).filter(it -> !it.endsWith("EHOSTDOWN")));
    }

    private static int create(Cluster cluster, Path path) {
        return cluster.run("segment", "create", "other", "--file", path.toString()).exit();
    }

    private long word(int page) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(bytes, (long) page * PAGE);
            return bytes.getLong(0);
        }
    }

    private static String store(Toucher process, int page, int value) {
        return process.ask("write %d %d".formatted(page * PAGE, value));
    }

    private static String read(Toucher process, int page) {
        return process.ask("read " + page * PAGE);
    }
}
