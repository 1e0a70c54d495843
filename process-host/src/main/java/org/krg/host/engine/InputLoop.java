// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.krg.state.ThreadLost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that owns a state. It handles what others post, in order, and looks at the state
/// after each lot of it, and at least once a pause. Its methods may be called from any thread.
///
/// @param <I> what is posted
final class InputLoop<I> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InputLoop.class);

    /// The state. All methods are called by the thread of the loop.
    interface Owner<I> {
        /// Takes in what was posted.
        void handle(I input);

        /// Does what is due.
        void look();

        /// {@return how long the state may stay without a look from now on}
        Duration nextPause();

        /// The loop has ended.
        default void ended() {}
    }

    private final Owner<I> owner;

    /// Empty: it is to look again.
    private final BlockingQueue<Optional<I>> inbox;

    private final Duration stopLimit;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Thread thread;

    /// @param size of the inbox; a full one pushes back
    /// @param stopLimit how long [#close] waits for the thread
    InputLoop(String name, int size, Duration stopLimit, Owner<I> owner) {
        this.owner = owner;
        this.inbox = new ArrayBlockingQueue<>(size);
        this.stopLimit = stopLimit;
        this.thread = Thread.ofPlatform().name(name).unstarted(ThreadLost.told(this::run));
    }

    void start() {
        thread.start();
    }

    /// Has the state looked at soon, because something may have changed.
    void wake() {
        if (woken.compareAndSet(false, true)) {
            put(Optional.empty());
        }
    }

    void post(I input) {
        put(Optional.of(input));
    }

    private void put(Optional<I> input) {
        try {
            inbox.put(input);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                var input = inbox.poll(owner.nextPause().toMillis(), TimeUnit.MILLISECONDS);
                while (input != null) {
                    input.ifPresentOrElse(owner::handle, () -> woken.set(false));
                    input = inbox.poll();
                }
                owner.look();
            }
        } catch (InterruptedException stop) {
            log.debug("a loop ends name={}", thread.getName());
        }
        owner.ended();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(stopLimit);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
