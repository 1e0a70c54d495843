// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.state.ClusterStore;
import org.krg.state.codec.OwnerCodec;
import org.krg.state.command.Command;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageRecord;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SessionId;
import org.krg.testkit.Samples;
import org.krg.testkit.StateCluster;

/// How many records of owners of distinct pages three members agree on in a second, from three
/// homes that have one proposal of 512 records under way each, as agents do.
@Tag("long")
class OwnerRecordsTest {
    private static final int BLOCKS = 1_500;
    private static final Duration TIME = Duration.ofSeconds(10);

    @TempDir private Path directory;

    private final AtomicLong sessions = new AtomicLong(1_000);
    private SegmentId segment = new SegmentId(1);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLogKeepsUpWithOwners(boolean isSpread) throws Exception {
        try (var cluster = StateCluster.start(directory, 3);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var leader = cluster.store(cluster.awaitLeader());
            prepare(leader);
            var homes = IntStream.range(0, 3).boxed().toList();
            var began = System.nanoTime();
            var done =
                    homes.stream()
                            .map(home ->
                                    CompletableFuture.supplyAsync(
                                            () -> record(cluster, home, isSpread), executor))
                            .toList();
            var records = done.stream().mapToLong(CompletableFuture::join).sum();
            var seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "%s: %.0f records a second, %.1f bytes each%n",
                    isSpread ? "of many blocks" : "of one block",
                    records / seconds,
                    (double) OwnerCodec.bytes(command(0, 0, isSpread))
                            / (isSpread ? BLOCKS / 3 : BlockId.PAGES));
            assertThat(records).isPositive();
        }
    }

    private void prepare(ClusterStore leader) {
        var client = new Client(leader);
        for (var home = 0; home < 3; home++) {
            client.submit(new RegisterNode(Samples.node(member(home).node(), 1), Samples.START));
        }
        var create =
                new CreateSegment(
                        "grid",
                        BLOCKS * BlockId.BYTES,
                        Samples.ALICE,
                        0600,
                        OwnershipMode.ASYNC,
                        Samples.START);
        segment = new SegmentId(client.submit(create).created());
        for (var block = 0; block < BLOCKS; block++) {
            client.submit(new GrantBlock(new BlockId(segment, block), member(block % 3)));
        }
    }

    private static Member member(int home) {
        return new Member(StateCluster.node(home + 1), 1);
    }

    private long record(StateCluster cluster, int home, boolean isSpread) {
        var client = new Client(cluster.store(member(home).node()));
        var until = System.nanoTime() + TIME.toNanos();
        var round = 0;
        while (System.nanoTime() < until) {
            client.submit(command(home, round, isSpread));
            round++;
        }
        return (long) round * (isSpread ? BLOCKS / 3 : BlockId.PAGES);
    }

    /// A page of each of many blocks, or all pages of one. Each page once, and then once more.
    private RecordOwners command(int home, int round, boolean isSpread) {
        var own = BLOCKS / 3;
        var all = new ArrayList<BlockRecords>();
        if (isSpread) {
            for (var i = 0; i < own; i++) {
                all.add(block(home + 3 * i, List.of(pageRecord(round % 512, round / 512))));
            }
        } else {
            var records =
                    IntStream.range(0, BlockId.PAGES)
                            .mapToObj(it -> pageRecord(it, round / own))
                            .toList();
            all.add(block(home + 3 * (round % own), records));
        }
        return new RecordOwners(member(home), all);
    }

    private static PageRecord pageRecord(int page, int earlier) {
        return new PageRecord(page, earlier + 1, member(page % 3), 1);
    }

    private BlockRecords block(int number, List<PageRecord> records) {
        return new BlockRecords(new BlockId(segment, number), new Epoch(1), records);
    }

    private final class Client {
        private final ClusterStore store;
        private final SessionId session = new SessionId(sessions.incrementAndGet());
        private long sequence;

        Client(ClusterStore store) {
            this.store = store;
        }

        Accepted submit(Command command) {
            sequence++;
            return (Accepted)
                    StateCluster.get(store.submit(new Operation(session, sequence, 0, command)));
        }
    }
}
