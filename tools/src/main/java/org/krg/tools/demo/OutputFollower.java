// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.krg.tools.dev.Patience;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.LogItem;

/// Follows the standard output of a process through the API, in a thread of its own, and goes on
/// when nodes die.
final class OutputFollower implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ApiClient client;
    private final String target;
    private final Thread thread;
    private final Object lock = new Object();

    // Guarded by the lock.
    private final HeatOutput output = new HeatOutput();
    private long epoch;
    private int comebacks;
    private long rolledBack;
    private boolean ended;

    private OutputFollower(ApiClient client, String target) {
        this.client = client;
        this.target = target;
        this.thread = Thread.ofPlatform().daemon().name("output").unstarted(this::follow);
    }

    /// Begins to follow; the client is used by this thread only, and closed with it.
    static OutputFollower of(ApiClient client, String target) {
        var follower = new OutputFollower(client, target);
        follower.thread.start();
        return follower;
    }

    /// {@return the last step the program has printed}
    long lastStep() {
        synchronized (lock) {
            return output.lastStep();
        }
    }

    /// {@return how often the program was brought back}
    int comebacks() {
        synchronized (lock) {
            return comebacks;
        }
    }

    /// {@return how many steps that had been printed were computed again}
    long rolledBack() {
        synchronized (lock) {
            return rolledBack;
        }
    }

    /// {@return the output that survived}
    String text() {
        synchronized (lock) {
            return output.toString();
        }
    }

    /// Waits until the last byte has come.
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return Patience.until(limit, this::isEnded);
    }

    private boolean isEnded() {
        synchronized (lock) {
            return ended;
        }
    }

    private void follow() {
        while (!isEnded() && !Thread.currentThread().isInterrupted()) {
            try (var stream = client.logs(target, "stdout", length(), true)) {
                for (var item = stream.next(); item.isPresent(); item = stream.next()) {
                    take(item.get());
                }
            } catch (ApiFailure nobodyGoesOn) {
                // While the process is being brought back no node has its output.
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long length() {
        synchronized (lock) {
            return output.length();
        }
    }

    private void take(LogItem item) {
        synchronized (lock) {
            switch (item) {
                case LogItem.Output(var offset, var bytes) ->
                        output.append(offset, StandardCharsets.US_ASCII.decode(bytes).toString());
                case LogItem.Mark(_, var newEpoch, var offset) -> {
                    if (newEpoch > epoch) {
                        epoch = newEpoch;
                        comebacks++;
                        rolledBack += output.cutBackTo(offset);
                    }
                }
                // Without an exit code only this stream has ended.
                case LogItem.End(_, var exitCode, _) -> ended = exitCode.isPresent();
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        client.close();
    }
}
