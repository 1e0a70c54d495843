// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.krg.state.ThreadLost;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader.NotAppended;

/// Packs the operations that wait into log entries, as TCP packs bytes into segments (RFC 896): an
/// entry goes at once when none is under way, or when it is full; else operations gather. There is
/// no timer. An entry costs the same whatever is in it, so the more there is to do the less an
/// operation costs. Its thread owns all but the queue.
public final class Batcher implements AutoCloseable {
    /// Operations in one entry: 128 were applied 20 times faster than one an entry (measured).
    static final int ENTRY_OPERATIONS = 128;

    /// Bytes after which an entry is closed; one operation may be larger.
    static final int ENTRY_BYTES = 256 << 10;

    /// Operations that wait; more are turned away.
    static final int QUEUE = 8192;

    /// Entries that are not applied yet: full ones hide one fsync behind another.
    static final int UNDER_WAY = 8;

    /// Entries under way behind which others wait until they are full.
    static final int GATHERING = 1;

    private final Leader leader;
    private final Executor executor;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicInteger underWay = new AtomicInteger();
    private final Histogram sizes;
    private final Timer commits;
    private final Thread thread;
    private volatile boolean waitsForRoom;
    private @Nullable Waiting kept;

    private record Waiting(ByteString operation, CompletableFuture<Reply> reply) {}

    /// Starts the thread. Replies complete on `executor`.
    public Batcher(String name, Leader leader, Executor executor, MetricRegistry metrics) {
        this.leader = leader;
        this.executor = executor;
        this.sizes = metrics.histogram("krg.state.batch_operations");
        this.commits = metrics.timer("krg.state.commit_seconds");
        metrics.gauge("krg.state.queue_operations", () -> queue::size);
        this.thread =
                Thread.ofPlatform()
                        .name(name + "-batches")
                        .daemon()
                        .start(ThreadLost.told(this::run));
    }

    /// Takes an encoded operation over. The future fails as [Leader#append] does.
    public CompletableFuture<Reply> offer(ByteString operation) {
        var waiting = new Waiting(operation, new CompletableFuture<>());
        if (!queue.offer(waiting)) {
            waiting.reply.completeExceptionally(
                    new NotAppended(QUEUE + " operations wait already"));
        }
        wakeIfRoom();
        return waiting.reply;
    }

    /// Writes an entry without operations, unless there is enough to do.
    public void nudge() {
        if (queue.isEmpty() && underWay.get() < UNDER_WAY) {
            send(List.of());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        var left = new ArrayList<Waiting>();
        queue.drainTo(left);
        left.forEach(each -> fail(each, new NotAppended("the store is closed")));
    }

    private void run() {
        try {
            while (true) {
                kept = kept == null ? queue.take() : kept;
                awaitRoom();
                send(entry(kept));
            }
        } catch (InterruptedException closed) {
            if (kept != null) {
                fail(kept, new NotAppended("the store is closed"));
            }
            Thread.currentThread().interrupt();
        }
    }

    private void awaitRoom() throws InterruptedException {
        waitsForRoom = true;
        while (!hasRoom()) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        waitsForRoom = false;
    }

    private void wakeIfRoom() {
        if (waitsForRoom && hasRoom()) {
            LockSupport.unpark(thread);
        }
    }

    private boolean hasRoom() {
        var busy = underWay.get();
        return busy < GATHERING || (busy < UNDER_WAY && queue.size() >= ENTRY_OPERATIONS - 1);
    }

    /// {@return an entry with `first` and what else waits and fits}
    private List<Waiting> entry(Waiting first) {
        var entry = new ArrayList<>(List.of(first));
        var bytes = first.operation.size();
        kept = queue.poll();
        while (kept != null
                && entry.size() < ENTRY_OPERATIONS
                && bytes + kept.operation.size() <= ENTRY_BYTES) {
            entry.add(kept);
            bytes += kept.operation.size();
            kept = queue.poll();
        }
        return entry;
    }

    private void send(List<Waiting> entry) {
        underWay.incrementAndGet();
        sizes.update(entry.size());
        var time = commits.time();
        var _ =
                leader.append(entry.stream().map(Waiting::operation).toList())
                        .whenCompleteAsync(
                                (replies, failed) -> {
                                    underWay.decrementAndGet();
                                    wakeIfRoom();
                                    time.stop();
                                    finish(entry, replies, failed);
                                },
                                executor);
    }

    private static void finish(
            List<Waiting> entry, List<Reply> replies, @Nullable Throwable failed) {
        for (var i = 0; i < entry.size(); i++) {
            if (failed == null) {
                entry.get(i).reply.complete(replies.get(i));
            } else {
                fail(entry.get(i), failed);
            }
        }
    }

    private static void fail(Waiting waiting, Throwable why) {
        waiting.reply.completeExceptionally(why);
    }
}
