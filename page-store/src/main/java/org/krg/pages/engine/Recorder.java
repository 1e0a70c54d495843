// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.krg.pages.coherence.Effect;
import org.krg.state.ThreadLost;
import org.krg.state.core.pages.OwnerRules;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Epoch;
import org.krg.state.model.PageId;
import org.krg.state.model.PageRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has owners of pages recorded in the log, for all blocks whose home this node is: many at a time,
/// of each page only the newest, and one proposal after the other. So the log gets no more than a
/// few hundred records a second of one page, however fast it goes to and fro.
///
/// Safe for use from any thread; calls nobody who holds a block.
final class Recorder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    /// How long records gather for which no page waits.
    private static final Duration BEHIND = Duration.ofMillis(4);

    private final OwnershipLog ownership;
    private final Listener listener;
    private final Map<PageId, Pending> pending = new LinkedHashMap<>();
    private final Thread thread;
    private boolean isAwaited;

    /// How many records were asked for.
    private long asked;

    /// When the oldest record that is under way was asked for: [Pending#since]; none is at the
    /// largest number.
    private long underWay = Long.MAX_VALUE;

    /// Who hears what became of records.
    interface Listener {
        /// They are there.
        ///
        /// @param bytes of log they took
        void recorded(BlockRecords records, int bytes);
    }

    /// @param since how many were asked for before the first one that this stands for
    private record Pending(Epoch epoch, PageRecord record, long since) {
        /// {@return one record that stands for both}
        static Pending together(Pending one, Pending next) {
            if (one.epoch.equals(next.epoch)) {
                var changes = one.record.changes() + next.record.changes();
                var newest = next.record;
                return new Pending(
                        next.epoch,
                        new PageRecord(newest.page(), newest.version(), newest.owner(), changes),
                        one.since);
            }
            return new Pending(next.epoch, next.record, one.since);
        }
    }

    private Recorder(OwnershipLog ownership, Listener listener) {
        this.ownership = ownership;
        this.listener = listener;
        this.thread =
                Thread.ofPlatform()
                        .name("page-records")
                        .daemon()
                        .unstarted(ThreadLost.told(this::run));
    }

    static Recorder start(OwnershipLog ownership, Listener listener) {
        var recorder = new Recorder(ownership, listener);
        recorder.thread.start();
        return recorder;
    }

    /// Has a record made.
    ///
    /// @param awaited whether a page waits for it
    synchronized void record(
            BlockId block, long epoch, Effect.RecordOwner record, boolean awaited) {
        var made =
                new PageRecord(record.page(), record.version(), record.owner(), record.changes());
        pending.merge(
                new PageId(block, record.page()),
                new Pending(new Epoch(epoch), made, asked),
                Pending::together);
        asked++;
        var isFirst = pending.size() == 1;
        var isFull = pending.size() >= OwnerRules.MAX_RECORDS;
        if (isFirst || isFull || (awaited && !isAwaited)) {
            notifyAll();
        }
        isAwaited |= awaited;
    }

    /// Waits until all that was asked for before is there, at most so long.
    ///
    /// @return whether that came about
    synchronized boolean settle(Duration limit) throws InterruptedException {
        var before = asked;
        var until = System.nanoTime() + limit.toNanos();
        while (oldest() < before) {
            var left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private long oldest() {
        var waiting = pending.values().stream().mapToLong(Pending::since).findFirst();
        return Math.min(underWay, waiting.orElse(Long.MAX_VALUE));
    }

    private void run() {
        try {
            while (true) {
                var batch = next();
                propose(batch);
                done();
            }
        } catch (InterruptedException _) {
            // Closed.
        } catch (ExecutionException stopped) {
            log.debug("no more records: the agent stops", stopped);
        }
    }

    private synchronized List<BlockRecords> next() throws InterruptedException {
        while (pending.isEmpty()) {
            wait();
        }
        var until = System.nanoTime() + BEHIND.toNanos();
        var left = BEHIND.toNanos();
        while (!isAwaited && pending.size() < OwnerRules.MAX_RECORDS && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        underWay = oldest();
        var batch = take();
        isAwaited &= !pending.isEmpty();
        return batch;
    }

    private List<BlockRecords> take() {
        var blocks = new TreeMap<BlockId, SortedMap<Integer, Pending>>();
        var oldest = pending.entrySet().iterator();
        for (var count = 0; count < OwnerRules.MAX_RECORDS && oldest.hasNext(); count++) {
            var entry = oldest.next();
            var page = entry.getKey();
            blocks.computeIfAbsent(page.block(), _ -> new TreeMap<>())
                    .put(page.page(), entry.getValue());
            oldest.remove();
        }
        var batch = new ArrayList<BlockRecords>();
        blocks.forEach((block, pages) -> add(batch, block, pages));
        return batch;
    }

    /// What an older home of this node still had to say is not said any more.
    private static void add(
            List<BlockRecords> batch, BlockId block, SortedMap<Integer, Pending> pages) {
        pages.values().stream()
                .map(Pending::epoch)
                .max(Epoch::compareTo)
                .ifPresent(epoch -> {
                    var records =
                            pages.values().stream()
                                    .filter(it -> it.epoch.equals(epoch))
                                    .map(Pending::record)
                                    .toList();
                    batch.add(new BlockRecords(block, epoch, records));
                });
    }

    /// If it is refused, one of the blocks has another home: each goes by itself then.
    private void propose(List<BlockRecords> batch) throws InterruptedException, ExecutionException {
        if (made(batch).isPresent()) {
            return;
        }
        for (var block : batch) {
            if (batch.size() == 1 || made(List.of(block)).isEmpty()) {
                log.info(
                        "records refused block={} epoch={} pages={}",
                        block.block(),
                        block.epoch(),
                        block.records().size());
            }
        }
    }

    private OptionalInt made(List<BlockRecords> blocks)
            throws InterruptedException, ExecutionException {
        var bytes = ownership.record(blocks).get();
        if (bytes.isPresent()) {
            var records = blocks.stream().mapToInt(it -> it.records().size()).sum();
            for (var block : blocks) {
                var share = (long) bytes.getAsInt() * block.records().size() / records;
                listener.recorded(block, Math.toIntExact(share));
            }
        }
        return bytes;
    }

    private synchronized void done() {
        underWay = Long.MAX_VALUE;
        notifyAll();
    }

    @Override
    public void close() {
        thread.interrupt();
        Threads.join(thread);
    }
}
