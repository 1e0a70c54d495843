// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.command.Command;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Epoch;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;
import org.krg.state.model.PageRecord;
import org.krg.state.model.SegmentId;
import org.krg.testkit.Samples;

/// Owners of pages as a replica applies and stores them.
final class AppliedOwnersTest {
    private static final long BYTES = 256L << 30;
    private static final Member HOME = new Member(Samples.HOME, 1);
    private static final Member AWAY = new Member(Samples.AWAY, 1);
    private static final Epoch FIRST = new Epoch(1);

    @TempDir private Path directory;

    private KeyBench replica;
    private SegmentId segment;
    private BlockId block;

    @BeforeEach
    void register() {
        replica = new KeyBench(directory);
        apply(new RegisterNode(Samples.node(Samples.HOME, 1), Samples.START));
        apply(new RegisterNode(Samples.node(Samples.AWAY, 1), Samples.START));
        segment = create("grid");
        block = new BlockId(segment, 3);
        apply(new GrantBlock(block, HOME));
    }

    private SegmentId create(String name) {
        var created =
                apply(
                        new CreateSegment(
                                name,
                                name.equals("grid") ? BYTES / 2 : 4_096,
                                Samples.ALICE,
                                0600,
                                OwnershipMode.SYNC,
                                Samples.START));
        return new SegmentId(((Reply.Accepted) created).created());
    }

    @AfterEach
    void close() {
        replica.close();
    }

    @Test
    void whatAHomeRecordsIsThereAfterAnEndAndMakesNeitherRevisionNorEvent() {
        var revision = replica.engine.image().revision();

        assertThat(record(HOME, 1, new PageRecord(7, 1, AWAY, 1)))
                .isEqualTo(new Reply.Accepted(revision, 0));
        assertThat(record(HOME, 1, new PageRecord(7, 4, HOME, 3), new PageRecord(9, 1, AWAY, 1)))
                .isInstanceOf(Reply.Accepted.class);

        var hash = replica.engine.hash();
        replica.close();
        replica = new KeyBench(directory);
        assertThat(replica.engine.hash()).isEqualTo(hash);
        assertThat(replica.engine.image().revision()).isEqualTo(revision);
        assertThat(replica.engine.owners(block))
                .hasSize(2)
                .containsEntry(7, new PageOwner(4, HOME, FIRST, 0))
                .containsEntry(9, new PageOwner(1, AWAY, FIRST, 0));
        assertThat(replica.engine.owners(new BlockId(segment, 2))).isEmpty();
    }

    @Test
    void whoIsNotTheHomeInThatEpochRecordsNothing() {
        assertThat(refusal(record(AWAY, 1, new PageRecord(7, 1, AWAY, 1))))
                .isEqualTo(Refusal.CONFLICT);
        assertThat(refusal(record(HOME, 2, new PageRecord(7, 1, AWAY, 1))))
                .isEqualTo(Refusal.CONFLICT);
        apply(new DeclareNodeLost(Samples.HOME, 1, Samples.START));
        apply(new GrantBlock(block, AWAY));

        assertThat(refusal(record(HOME, 1, new PageRecord(7, 1, AWAY, 1))))
                .isEqualTo(Refusal.CONFLICT);
        assertThat(record(AWAY, 2, new PageRecord(7, 1, AWAY, 1)))
                .isInstanceOf(Reply.Accepted.class);
        assertThat(replica.engine.owners(block)).hasSize(1);
    }

    @Test
    void allRecordsOfACommandAreRefusedWithOne() {
        var good = new BlockRecords(block, FIRST, List.of(new PageRecord(1, 1, HOME, 1)));
        var homeless = new BlockRecords(new BlockId(segment, 4), FIRST, good.records());

        assertThat(refusal(apply(new RecordOwners(HOME, List.of(good, homeless)))))
                .isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(record(HOME, 1, new PageRecord(512, 1, HOME, 1))))
                .isEqualTo(Refusal.INVALID);
        var many = IntStream.rangeClosed(0, 512).mapToObj(it -> new PageRecord(it / 2, 1, HOME, 1));
        assertThat(refusal(record(HOME, 1, many.toArray(PageRecord[]::new))))
                .isEqualTo(Refusal.LIMIT);
        assertThat(replica.engine.owners(block)).isEmpty();
    }

    @Test
    void versionsThatNoRecordStandsForAreCounted() {
        record(HOME, 1, new PageRecord(7, 1, AWAY, 1));
        record(HOME, 1, new PageRecord(7, 5, AWAY, 2));
        assertThat(unaccounted()).isEqualTo(2);
        record(HOME, 1, new PageRecord(7, 4, AWAY, 0));
        assertThat(unaccounted()).isEqualTo(3);
    }

    @Test
    void aDestroyedSegmentTakesTheOwnersOfItsPagesAlong() {
        var other = create("other");
        var kept = new BlockId(other, 0);
        apply(new GrantBlock(kept, HOME));
        apply(
                new RecordOwners(
                        HOME,
                        List.of(
                                new BlockRecords(
                                        kept, FIRST, List.of(new PageRecord(2, 1, HOME, 1))))));
        var hash = replica.engine.hash().digest();
        record(HOME, 1, new PageRecord(7, 1, AWAY, 1));
        assertThat(replica.engine.hash().digest()).isNotEqualTo(hash);

        replica.apply(records(HOME, 1, new PageRecord(8, 1, AWAY, 1)), new DestroySegment(segment));

        assertThat(replica.engine.owners(block)).isEmpty();
        assertThat(replica.engine.owners(kept)).hasSize(1);
    }

    /// How many records a second one replica applies, of distinct pages: `-Dgroups=long`.
    @Test
    @Tag("long")
    void recordsOfDistinctPagesASecond() {
        var blocks = 2_000;
        for (var number = 0; number < blocks; number++) {
            apply(new GrantBlock(new BlockId(segment, number), HOME));
        }
        for (var round = 0; round < 4; round++) {
            var isSpread = round % 2 == 1;
            var began = System.nanoTime();
            for (var page = 0; page < 512; page++) {
                for (var first = 0; first < blocks; first += 512) {
                    apply(command(isSpread, page, first, blocks, round + 1));
                }
            }
            var seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "%s: %.0f records a second%n",
                    isSpread ? "spread over blocks" : "block by block", 512 * blocks / seconds);
        }
        var last = replica.engine.owners(new BlockId(segment, blocks - 1));
        assertThat(last).hasSize(512);
        assertThat(last.values()).allMatch(owner -> owner.unaccounted() == 0);
    }

    /// Spread: one page of each of many blocks; else all pages of some blocks.
    private RecordOwners command(boolean isSpread, int page, int first, int blocks, int version) {
        var all = new ArrayList<BlockRecords>();
        if (isSpread) {
            for (var number = first; number < Math.min(first + 512, blocks); number++) {
                var record = new PageRecord(page, version, AWAY, 1);
                all.add(new BlockRecords(new BlockId(segment, number), FIRST, List.of(record)));
            }
        } else {
            var number = page * 4 + first / 512;
            if (number < blocks) {
                var records =
                        IntStream.range(0, 512)
                                .mapToObj(it -> new PageRecord(it, version, AWAY, 1))
                                .toList();
                all.add(new BlockRecords(new BlockId(segment, number), FIRST, records));
            }
        }
        return new RecordOwners(HOME, all);
    }

    private long unaccounted() {
        var all = replica.engine.owners(block).values();
        assertThat(all).hasSize(1);
        return all.iterator().next().unaccounted();
    }

    private Reply apply(Command command) {
        return replica.apply(command).getFirst();
    }

    private Reply record(Member proposer, long epoch, PageRecord... records) {
        return apply(records(proposer, epoch, records));
    }

    private RecordOwners records(Member proposer, long epoch, PageRecord... records) {
        return new RecordOwners(
                proposer, List.of(new BlockRecords(block, new Epoch(epoch), List.of(records))));
    }

    private static Refusal refusal(Reply reply) {
        return ((Reply.Refused) reply).refusal();
    }
}
