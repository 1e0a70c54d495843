// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.key.KeyChange;

/// What waits for the thread that feeds watches: bounded, so that applying the log never does. What
/// does not fit is replaced by a step that says so. Safe for threads.
final class WatchInbox {
    /// Log entries whose changes wait.
    static final int STEPS = 1_024;

    /// Bytes of memory that they take, about.
    static final long BYTES = 64L << 20;

    private final Deque<Item> items = new ArrayDeque<>();
    private long waitingBytes;
    private boolean watched;

    /// What comes to the thread.
    sealed interface Item {
        /// A step of what is applied.
        ///
        /// @param isWhole whether `changes` are all up to the image's revision
        record Step(ClusterImage image, List<KeyChange> changes, boolean isWhole, long bytes)
                implements Item {
            boolean isIdle() {
                return isWhole && changes.isEmpty();
            }
        }

        /// A watch wants to be told how far it is.
        record Asked(Watcher watcher) implements Item {}
    }

    /// Says whether anybody watches. While nobody does, what comes is one gap up to the newest
    /// image, and the thread is not woken for it.
    synchronized void watched(boolean somebody) {
        if (watched != somebody) {
            watched = somebody;
            notifyAll();
        }
    }

    /// Takes the changes of an entry over. Steps without any are one.
    synchronized void add(ClusterImage image, List<KeyChange> changes) {
        if (!watched) {
            items.clear();
            waitingBytes = 0;
            items.add(new Item.Step(image, List.of(), false, 0));
            return;
        }
        var bytes = changes.stream().mapToLong(KeyChange::weight).sum();
        if (items.peekLast() instanceof Item.Step last && last.isIdle() && changes.isEmpty()) {
            items.removeLast();
            items.add(new Item.Step(image, changes, true, 0));
        } else if (items.size() >= STEPS || waitingBytes + bytes > BYTES) {
            replaceLast(image);
        } else {
            waitingBytes += bytes;
            items.add(new Item.Step(image, List.copyOf(changes), true, bytes));
        }
        notifyAll();
    }

    private void replaceLast(ClusterImage image) {
        if (items.peekLast() instanceof Item.Step last) {
            items.removeLast();
            waitingBytes -= last.bytes();
        }
        addGap(image);
    }

    /// Notes that the changes up to an image do not come.
    synchronized void addGap(ClusterImage image) {
        items.add(new Item.Step(image, List.of(), false, 0));
        notifyAll();
    }

    /// Notes that a watch asks.
    synchronized void add(Watcher watcher) {
        items.add(new Item.Asked(watcher));
        notifyAll();
    }

    /// {@return the next item; null when there was none for so long}
    synchronized @Nullable Item take(Duration limit) throws InterruptedException {
        var until = System.nanoTime() + limit.toNanos();
        for (var left = limit.toNanos(); items.isEmpty() && left > 0; ) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        var item = items.poll();
        if (item instanceof Item.Step step) {
            waitingBytes -= step.bytes();
        }
        return item;
    }
}
