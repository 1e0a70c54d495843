// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.krg.pages.coherence.Effect;
import org.krg.pages.coherence.PageMessage;
import org.krg.pages.coherence.PageNumbers;
import org.krg.pages.coherence.Payload;
import org.krg.pages.model.FaultKind;
import org.krg.pages.model.SegmentStats.PageUse;
import org.krg.state.model.BlockId;

/// What is counted of one block on this node. Owned by whoever owns the block.
final class BlockCounters {
    private final SegmentCounters all;
    private final PageNumbers reads = new PageNumbers();
    private final PageNumbers writes = new PageNumbers();

    /// When the first thread that waits for a page stopped, and 0 if none waits.
    private final PageNumbers readSince = new PageNumbers();

    private final PageNumbers writeSince = new PageNumbers();

    /// Whether another node was asked about the page since it came here last.
    private final BitSet elsewhere = new BitSet();

    BlockCounters(SegmentCounters all) {
        this.all = all;
    }

    /// A thread stopped at a page.
    ///
    /// @param isPresent whether what it wants is there
    /// @param isReadable whether the page is there to be read
    void fault(int page, boolean write, boolean isPresent, boolean isReadable) {
        if (isPresent) {
            all.present.increment();
            return;
        }
        (write ? all.write : all.read).increment();
        if (write && isReadable) {
            all.upgrade.increment();
        }
        var since = write ? writeSince : readSince;
        if (since.get(page) == 0) {
            since.set(page, System.nanoTime());
        }
    }

    /// Something is done about the block.
    void performed(Effect effect, boolean isToOther) {
        switch (effect) {
            case Effect.Install(var page, var count, var writable, _) -> {
                for (var each = page; each < page + count; each++) {
                    came(each, writable, FaultKind.WRITE);
                }
            }
            case Effect.Upgrade(var page) -> came(page, true, FaultKind.UPGRADE);
            case Effect.Keep(var page, _) -> came(page, false, FaultKind.WRITE);
            case Effect.Revoke(_, _, var readOut) ->
                    (readOut ? all.taken : all.invalidated).increment();
            case Effect.Downgrade(_, var count) -> all.shared.add(count);
            case Effect.ReadOut(_, var count) -> all.shared.add(count);
            case Effect.Poison _ -> all.lost.increment();
            case Effect.Send send when isToOther -> {
                if (send.payload() != Payload.NONE) {
                    all.bytesOut.add((long) send.message().pages() * PageMemory.PAGE_BYTES);
                }
                asks(send.message());
            }
            case Effect.RecordOwner _ -> all.owners.increment();
            case Effect.NotePromoted(_, var inVain) ->
                    (inVain ? all.promotedInVain : all.promoted).increment();
            case Effect.NoteLost _,
                    Effect.Send _,
                    Effect.Resume _,
                    Effect.Load _,
                    Effect.AskGrant _ -> {}
        }
    }

    /// A process touched a page for which there is no room.
    void refused() {
        all.refused.increment();
    }

    /// Pages came over the network.
    void received(long bytes) {
        all.bytesIn.add(bytes);
    }

    /// Records are in the log.
    void recorded(int count, int bytes) {
        all.records.add(count);
        all.recordBytes.add(bytes);
    }

    private void asks(PageMessage message) {
        switch (message) {
            case PageMessage.Request(var page, var count, _, _) ->
                    elsewhere.set(page, page + count);
            case PageMessage.Fetch(var page, var count) -> {
                for (var each = page; each < page + count; each++) {
                    asksForUs(each);
                }
            }
            case PageMessage.Take(var page) -> asksForUs(page);
            case PageMessage.Invalidate(var page) -> asksForUs(page);
            default -> {}
        }
    }

    /// The home is here: what it asks of a node may be for another one.
    private void asksForUs(int page) {
        if (readSince.get(page) != 0 || writeSince.get(page) != 0) {
            elsewhere.set(page);
        }
    }

    private void came(int page, boolean writable, FaultKind written) {
        var uses = writable ? writes : reads;
        uses.increment(page);
        if (!writable && readSince.get(page) == 0) {
            all.ahead.increment();
        }
        settle(readSince, page, FaultKind.READ);
        if (writable) {
            settle(writeSince, page, written);
        }
        elsewhere.clear(page);
    }

    private void settle(PageNumbers since, int page, FaultKind kind) {
        if (since.get(page) != 0) {
            all.waited(kind, elsewhere.get(page), System.nanoTime() - since.get(page));
            since.set(page, 0);
        }
    }

    /// {@return the pages that came at all}
    ///
    /// @param first the index of the block's first page in the segment
    List<PageUse> uses(int first) {
        return IntStream.range(0, BlockId.PAGES)
                .mapToObj(
                        page -> new PageUse(first + page, count(reads, page), count(writes, page)))
                .filter(use -> use.total() > 0)
                .toList();
    }

    private static int count(PageNumbers numbers, int page) {
        return Math.toIntExact(numbers.get(page));
    }
}
