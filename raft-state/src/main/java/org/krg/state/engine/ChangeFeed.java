// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.Subscription;
import org.krg.state.ThreadLost;
import org.krg.state.image.ClusterChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells listeners of each step of the agreed state, in order, on one thread of its own. Applying
/// the log never waits for a listener: when [#LIMIT] steps wait, the rest become one step without
/// events, like a snapshot that is taken over.
public final class ChangeFeed implements AutoCloseable {
    /// Steps that wait for slow listeners.
    static final int LIMIT = 4096;

    private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Step> waiting = new ArrayDeque<>();
    private final Thread thread;
    private long steps;
    private boolean closed;

    private record Step(long number, ClusterChange change) {}

    private record Listener(long after, Consumer<ClusterChange> consumer) {}

    /// Starts the thread.
    public ChangeFeed(String name) {
        thread =
                Thread.ofPlatform()
                        .name(name + "-changes")
                        .daemon()
                        .start(ThreadLost.told(this::run));
    }

    /// Tells `consumer` of each step published after the call.
    public Subscription listen(Consumer<ClusterChange> consumer) {
        synchronized (waiting) {
            var listener = new Listener(steps, consumer);
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }

    /// Takes a step over; called by the apply thread.
    void publish(ClusterChange change) {
        synchronized (waiting) {
            steps++;
            if (listeners.isEmpty()) {
                return;
            }
            if (waiting.size() < LIMIT) {
                waiting.add(new Step(steps, change));
            } else {
                var last = waiting.removeLast().change();
                waiting.add(
                        new Step(
                                steps,
                                new ClusterChange(last.before(), List.of(), change.after())));
            }
            waiting.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
    }

    private void run() {
        for (var step = next(); step != null; step = next()) {
            for (var listener : new ArrayList<>(listeners)) {
                if (step.number > listener.after) {
                    tell(listener, step.change);
                }
            }
        }
    }

    private static void tell(Listener listener, ClusterChange change) {
        try {
            listener.consumer.accept(change);
        } catch (RuntimeException failed) {
            log.error(
                    "a listener failed revision={} listener={}",
                    change.after().revision(),
                    listener.consumer,
                    failed);
        }
    }

    private @Nullable Step next() {
        synchronized (waiting) {
            while (waiting.isEmpty() && !closed) {
                try {
                    waiting.wait();
                } catch (InterruptedException stop) {
                    thread.interrupt();
                    return null;
                }
            }
            return closed ? null : waiting.remove();
        }
    }
}
