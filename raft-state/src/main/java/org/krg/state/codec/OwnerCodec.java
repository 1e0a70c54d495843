// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Epoch;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.PageId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.PageRecord;
import org.krg.state.model.SegmentId;
import org.krg.state.proto.CommandWire;

/// Owners of pages, in commands and in rows.
///
/// ```
/// key    u64 segment, u32 block, u16 page
/// row    u8 1, u64 version, u64 epoch, u64 unaccounted, u64 run of the owner, name of its node
/// ```
public final class OwnerCodec {
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = Long.BYTES + Integer.BYTES + Short.BYTES;
    private static final int ROW_BYTES = 1 + 4 * Long.BYTES;

    private OwnerCodec() {}

    /// {@return how many bytes a command takes in an entry of the log, but for a few}
    public static int bytes(RecordOwners command) {
        return wire(command).getSerializedSize();
    }

    static CommandWire.RecordOwners wire(RecordOwners command) {
        var owners = new LinkedHashMap<Member, Integer>();
        var wire =
                CommandWire.RecordOwners.newBuilder()
                        .setProposer(SegmentCodec.encode(command.proposer()));
        for (var block : command.blocks()) {
            wire.addSegments(block.block().segment().value())
                    .addNumbers(block.block().number())
                    .addEpochs(block.epoch().value())
                    .addCounts(block.records().size());
            for (var record : block.records()) {
                wire.addPages(record.page())
                        .addVersions(record.version())
                        .addOwned(owners.computeIfAbsent(record.owner(), _ -> owners.size()))
                        .addChanges(record.changes());
            }
        }
        owners.keySet().forEach(owner -> wire.addOwners(SegmentCodec.encode(owner)));
        return wire.build();
    }

    static RecordOwners decode(CommandWire.RecordOwners command) {
        requireWhole(command);
        var owners = command.getOwnersList().stream().map(SegmentCodec::decode).toList();
        var blocks = new ArrayList<BlockRecords>(command.getSegmentsCount());
        var at = 0;
        for (var block = 0; block < command.getSegmentsCount(); block++) {
            var end = at + command.getCounts(block);
            var records = new ArrayList<PageRecord>(end - at);
            for (; at < end; at++) {
                records.add(
                        new PageRecord(
                                command.getPages(at),
                                command.getVersions(at),
                                owners.get(command.getOwned(at)),
                                command.getChanges(at)));
            }
            var segment = new SegmentId(command.getSegments(block));
            blocks.add(
                    new BlockRecords(
                            new BlockId(segment, command.getNumbers(block)),
                            new Epoch(command.getEpochs(block)),
                            records));
        }
        return new RecordOwners(SegmentCodec.decode(command.getProposer()), blocks);
    }

    private static void requireWhole(CommandWire.RecordOwners command) {
        var blocks = command.getSegmentsCount();
        var records = command.getPagesCount();
        var owners = command.getOwnersCount();
        var isWhole =
                command.getNumbersCount() == blocks
                        && command.getEpochsCount() == blocks
                        && command.getCountsCount() == blocks
                        && command.getCountsList().stream().allMatch(it -> it >= 0 && it <= records)
                        && command.getCountsList().stream().mapToLong(it -> it).sum() == records
                        && command.getVersionsCount() == records
                        && command.getOwnedCount() == records
                        && command.getChangesCount() == records
                        && command.getOwnedList().stream().allMatch(it -> it >= 0 && it < owners);
        if (!isWhole) {
            throw new InvariantBroken("records of owners are not whole: " + records);
        }
    }

    /// {@return the key of a page's row}
    public static byte[] key(PageId page) {
        return key(page.block().segment(), page.block().number(), page.page());
    }

    /// {@return the key before the rows of a segment's pages}
    public static byte[] start(SegmentId segment) {
        return key(segment, 0, 0);
    }

    private static byte[] key(SegmentId segment, int block, int page) {
        return ByteBuffer.allocate(KEY_BYTES)
                .putLong(segment.value())
                .putInt(block)
                .putShort((short) page)
                .array();
    }

    /// {@return the page of a row}
    public static PageId page(byte[] key) {
        var bytes = ByteBuffer.wrap(key);
        var segment = new SegmentId(bytes.getLong());
        var block = new BlockId(segment, bytes.getInt());
        return new PageId(block, Short.toUnsignedInt(bytes.getShort()));
    }

    /// {@return the row of a page}
    public static byte[] encode(PageOwner owner) {
        var name = owner.owner().node().name().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(ROW_BYTES + name.length)
                .put(VERSION)
                .putLong(owner.version())
                .putLong(owner.epoch().value())
                .putLong(owner.unaccounted())
                .putLong(owner.owner().run())
                .put(name)
                .array();
    }

    /// {@return what a row says}
    public static PageOwner decode(byte[] row) {
        var bytes = ByteBuffer.wrap(row);
        var format = bytes.get();
        if (format != VERSION) {
            throw new InvariantBroken("owners of pages have format 1, not " + format);
        }
        var version = bytes.getLong();
        var epoch = new Epoch(bytes.getLong());
        var unaccounted = bytes.getLong();
        var run = bytes.getLong();
        var name = new String(row, ROW_BYTES, row.length - ROW_BYTES, StandardCharsets.US_ASCII);
        return new PageOwner(version, new Member(new NodeId(name), run), epoch, unaccounted);
    }
}
