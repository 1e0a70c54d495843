// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.Reply;
import org.krg.state.engine.Leader.NotAppended;

/// Packs the operations that wait into log entries, as TCP packs bytes into segments (RFC 896): an
/// entry goes at once when none is under way, or when it is full; else operations gather. There is
/// no timer. An entry costs the same whatever is in it, so the more there is to do the less an
/// operation costs.
///
/// It has no thread, which would have to be woken for each entry: whoever brings an operation or
/// ends an entry writes what may go, one at a time; others that come meanwhile leave it to that
/// one.
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
    private final Queue<Waiting> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicInteger underWay = new AtomicInteger();
    private final Histogram sizes;
    private final Timer commits;

    /// Calls that wait to be seen to; above zero while one of them writes entries.
    private final AtomicInteger calls = new AtomicInteger();

    private volatile boolean closed;

    /// Did not fit into the entry before. Owned by whoever writes entries.
    private @Nullable Waiting kept;

    private record Waiting(ByteString operation, CompletableFuture<Reply> reply) {}

    /// Replies complete on `executor`.
    public Batcher(Leader leader, Executor executor, MetricRegistry metrics) {
        this.leader = leader;
        this.executor = executor;
        this.sizes = metrics.histogram("krg.state.batch_operations");
        this.commits = metrics.timer("krg.state.commit_seconds");
        metrics.gauge("krg.state.queue_operations", () -> queue::size);
    }

    /// Takes an encoded operation over, and may write it. The future fails as [Leader#append] does.
    public CompletableFuture<Reply> offer(ByteString operation) {
        var waiting = new Waiting(operation, new CompletableFuture<>());
        if (!queue.offer(waiting)) {
            fail(waiting, new NotAppended(QUEUE + " operations wait already"));
        }
        writeWhatMayGo();
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
        closed = true;
        writeWhatMayGo();
    }

    private void writeWhatMayGo() {
        if (calls.getAndIncrement() > 0) {
            return;
        }
        for (var seen = 1; seen > 0; seen = calls.addAndGet(-seen)) {
            for (var first = next(); first != null; first = next()) {
                if (closed) {
                    fail(first, new NotAppended("the store is closed"));
                } else if (hasRoom()) {
                    send(entry(first));
                } else {
                    kept = first;
                    break;
                }
            }
        }
    }

    private @Nullable Waiting next() {
        var next = kept == null ? queue.poll() : kept;
        kept = null;
        return next;
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
                append(entry.stream().map(Waiting::operation).toList())
                        .whenCompleteAsync(
                                (replies, failed) -> {
                                    underWay.decrementAndGet();
                                    writeWhatMayGo();
                                    time.stop();
                                    finish(entry, replies, failed);
                                },
                                executor);
    }

    /// Nobody would write again after what is thrown here, also where a class is missing because
    /// krg's files were replaced.
    private CompletableFuture<List<Reply>> append(List<ByteString> operations) {
        try {
            return leader.append(operations);
        } catch (RuntimeException | LinkageError broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    private static void finish(
            List<Waiting> entry, List<Reply> replies, @Nullable Throwable failed) {
        for (var i = 0; i < entry.size(); i++) {
            if (failed != null) {
                fail(entry.get(i), failed);
            } else if (i < replies.size()) {
                entry.get(i).reply.complete(replies.get(i));
            } else if (replies.isEmpty()) {
                fail(entry.get(i), new NoQuorum("the entry came here by another way"));
            } else {
                fail(entry.get(i), new NotAppended("the entry does as much as one may"));
            }
        }
    }

    private static void fail(Waiting waiting, Throwable why) {
        waiting.reply.completeExceptionally(why);
    }
}
