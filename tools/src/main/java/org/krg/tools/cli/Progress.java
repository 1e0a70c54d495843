// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Tells on standard error that something goes on, if it takes longer than a second: on a terminal
/// with the seconds that passed, elsewhere as a line now and then.
public final class Progress implements AutoCloseable {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final Supplier<String> what;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread teller;

    private Progress(Terminal terminal, Supplier<String> what) {
        this.terminal = terminal;
        this.what = what;
        this.teller = Thread.ofVirtual().name("progress").unstarted(this::tell);
    }

    /// Begins to tell that `what` goes on, until the result is closed.
    public static Progress of(Terminal terminal, String what) {
        return of(terminal, () -> what);
    }

    /// Begins to tell how far something is, until the result is closed.
    public static Progress of(Terminal terminal, Supplier<String> what) {
        var progress = new Progress(terminal, what);
        progress.teller.start();
        return progress;
    }

    private void tell() {
        boolean live = terminal.errIsTerminal();
        long start = System.nanoTime();
        var pause = FIRST;
        boolean told = false;
        while (!isDoneWithin(pause)) {
            long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
            if (live) {
                terminal.draw(what.get() + " (" + seconds + " s) ");
            } else {
                terminal.say(what.get() + (told ? " (" + seconds + " s)" : ""));
            }
            told = true;
            pause = live ? ON_TERMINAL : ELSEWHERE;
        }
        terminal.wipe();
    }

    private boolean isDoneWithin(Duration pause) {
        try {
            return done.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        done.countDown();
        try {
            teller.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
