// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

final class ReadingPaceTest {
    private static final int CHUNK = 4096;
    private static final long RATE = 1 << 20;

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void soManyBytesTakeSoLong() {
        var began = ticker.now();
        var pace = new ReadingPace(RATE, ticker, this::sleep);
        for (var read = 0L; read < 10 * RATE; read += CHUNK) {
            pace.read(CHUNK);
        }
        assertThat(ticker.now().minus(began))
                .isBetween(Duration.ofMillis(9_900), Duration.ofMillis(10_100));
    }

    @Test
    void whatWasNotReadInTimeIsNotMadeUpFor() {
        var pace = new ReadingPace(RATE, ticker, this::sleep);
        pace.read(CHUNK);
        ticker.advance(Duration.ofHours(1));
        var began = ticker.now();
        for (var read = 0L; read < RATE; read += CHUNK) {
            pace.read(CHUNK);
        }
        assertThat(ticker.now().minus(began)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void anAgentThatStopsIsNotWaitedFor() {
        var pace = new ReadingPace(1, ticker, _ -> false);
        assertThatThrownBy(() -> pace.read(CHUNK)).isInstanceOf(CancellationException.class);
    }

    private boolean sleep(Duration time) {
        ticker.advance(time);
        return true;
    }
}
