// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.krg.state.ThreadLost;

/// The thread that does things a little later.
final class DelayedCalls implements AutoCloseable {
    private final DelayQueue<Call> calls = new DelayQueue<>();
    private final Thread thread;

    private record Call(Runnable action, long atNanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(atNanos - ((Call) other).atNanos);
        }
    }

    private DelayedCalls() {
        thread =
                Thread.ofPlatform()
                        .name("page-pins")
                        .daemon()
                        .unstarted(ThreadLost.told(this::run));
    }

    static DelayedCalls start() {
        var calls = new DelayedCalls();
        calls.thread.start();
        return calls;
    }

    void call(Runnable action, long delayNanos) {
        calls.add(new Call(action, System.nanoTime() + delayNanos));
    }

    private void run() {
        try {
            while (true) {
                calls.take().action.run();
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        Threads.join(thread);
    }
}
