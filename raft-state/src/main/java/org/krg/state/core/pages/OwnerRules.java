// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.pages;

import java.util.Optional;
import org.krg.state.command.OwnerCommand;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Member;
import org.krg.state.model.PageId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.PageRecord;

/// Takes what homes say of the owners of pages.
public final class OwnerRules {
    /// Records in one command.
    public static final int MAX_RECORDS = 512;

    private OwnerRules() {}

    /// Takes records, all or none.
    ///
    /// @param image nodes and segments
    public static Reply decide(OwnerDraft draft, ClusterImage image, OwnerCommand command) {
        return switch (command) {
            case RecordOwners record ->
                    problem(image, record)
                            .orElseGet(() -> {
                                record.blocks().forEach(block -> take(draft, block));
                                return new Reply.Accepted(image.revision(), 0);
                            });
        };
    }

    private static Optional<Reply> problem(ClusterImage image, RecordOwners command) {
        var records = command.blocks().stream().mapToInt(it -> it.records().size()).sum();
        if (records > MAX_RECORDS) {
            return refusal(
                    image,
                    Refusal.LIMIT,
                    "%s records at once, at most %s".formatted(records, MAX_RECORDS));
        }
        return command.blocks().stream()
                .map(block -> problem(image, command.proposer(), block))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Reply> problem(
            ClusterImage image, Member proposer, BlockRecords records) {
        var grant = image.segments().grants().find(records.block());
        if (grant.isEmpty()) {
            return refusal(
                    image, Refusal.NOT_FOUND, "block %s has no home".formatted(records.block()));
        }
        if (!grant.get().home().equals(proposer) || !grant.get().epoch().equals(records.epoch())) {
            return refusal(
                    image,
                    Refusal.CONFLICT,
                    "the home of block %s is %s in epoch %s, not %s in epoch %s"
                            .formatted(
                                    records.block(),
                                    grant.get().home(),
                                    grant.get().epoch(),
                                    proposer,
                                    records.epoch()));
        }
        var isStrange =
                records.records().stream()
                        .anyMatch(it -> it.page() < 0 || it.page() >= BlockId.PAGES);
        return isStrange
                ? refusal(image, Refusal.INVALID, "a block has %s pages".formatted(BlockId.PAGES))
                : Optional.empty();
    }

    private static Optional<Reply> refusal(ClusterImage image, Refusal refusal, String detail) {
        return Optional.of(new Reply.Refused(image.revision(), refusal, detail));
    }

    private static void take(OwnerDraft draft, BlockRecords block) {
        for (var record : block.records()) {
            var page = new PageId(block.block(), record.page());
            var before = draft.find(page);
            var version = before.map(PageOwner::version).orElse(0L);
            var unaccounted = before.map(PageOwner::unaccounted).orElse(0L);
            draft.put(
                    page,
                    new PageOwner(
                            record.version(),
                            record.owner(),
                            block.epoch(),
                            unaccounted + gap(version, record)));
        }
    }

    private static long gap(long before, PageRecord record) {
        return Math.abs(record.version() - before - record.changes());
    }
}
