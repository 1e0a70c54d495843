// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the process at once, with [HaltCode]. The classes that this needs are there once it is
/// made: where a disk does not answer none can be loaded any more.
public final class Halt implements LastResort {
    /// For what is said last.
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Halt.class);

    public Halt() {
        var unforeseen = new IOException("of a kind that nobody has foreseen");
        var _ = new LastWords("for its class", unforeseen);
        log.debug("what is unforeseen ends the process with {}", HaltCode.of(unforeseen));
    }

    private record LastWords(String what, Throwable cause) implements Runnable {
        @Override
        public void run() {
            log.error("the process ends what={}", what, cause);
        }
    }

    /// What the process has to say may be written to the very disk that is the reason: it gets a
    /// moment for that.
    @Override
    public void end(String what, Throwable cause) {
        var telling = Thread.ofPlatform().daemon().start(new LastWords(what, cause));
        try {
            telling.join(LAST_WORDS);
        } catch (InterruptedException now) {
            // It ends anyway.
        } finally {
            Runtime.getRuntime().halt(HaltCode.of(cause));
        }
    }
}
