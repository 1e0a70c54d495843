// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.lang.Thread.UncaughtExceptionHandler;
import org.krg.state.ThreadLost;
import org.krg.state.engine.LastResort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears of what no thread of the agent catches. An agent that lacks one of its lasting threads
/// looks alive and does part of its work, which is worse than none: it ends.
final class Uncaught implements UncaughtExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(Uncaught.class);

    private final LastResort lastResort;
    private volatile boolean isEnding;

    Uncaught(LastResort lastResort) {
        this.lastResort = lastResort;
    }

    /// The agent ends anyway: what its threads work with is closed under those that are late.
    void ending() {
        isEnding = true;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (failure instanceof ThreadLost lost && !isEnding) {
            lastResort.end("the thread " + thread.getName() + " has failed", lost);
        } else {
            log.error("a task has failed thread={}", thread.getName(), failure);
        }
    }
}
