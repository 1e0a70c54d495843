// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Descriptors as `/proc/PID/fdinfo` describes them.
final class FdFactsTest {
    private static final String EVENT = "anon_inode:[eventfd]";
    private static final String TIMER = "anon_inode:[timerfd]";

    @Test
    void whatCannotBeSavedIsRemarked() {
        assertThat(FdFacts.remark(EVENT, List.of("flags:\t02", "eventfd-semaphore: 1")))
                .isEqualTo(" semaphore");
        assertThat(FdFacts.remark(EVENT, List.of("eventfd-semaphore: 0"))).isEmpty();
        assertThat(FdFacts.remark(TIMER, List.of("clockid: 7"))).isEqualTo(" boottime");
        assertThat(FdFacts.remark(TIMER, List.of("clockid: 1"))).isEmpty();
    }

    @Test
    void aPipeThatKeepsPacketsApartIsRemarked() {
        var packets = List.of("pos:\t0", "flags:\t0140001");
        assertThat(FdFacts.remark("pipe:[7]", packets)).isEqualTo(" packets");
        assertThat(FdFacts.remark("pipe:[7]", List.of("pos:\t0", "flags:\t01"))).isEmpty();
        assertThat(FdFacts.remark("/data", packets)).isEmpty();
    }

    @Test
    void onlyATimerThatExpiredAndWasToDoSoAgainIsStopped() {
        assertThat(StoppedTimers.stopped(timer("1", "(0, 0)", "(2, 50)")))
                .contains(Duration.ofSeconds(2, 50));
        assertThat(StoppedTimers.stopped(timer("0", "(0, 0)", "(2, 50)"))).isEmpty();
        assertThat(StoppedTimers.stopped(timer("1", "(0, 7)", "(2, 50)"))).isEmpty();
        assertThat(StoppedTimers.stopped(timer("1", "(0, 0)", "(0, 0)"))).isEmpty();
        assertThat(StoppedTimers.stopped(List.of("flags:\t02"))).isEmpty();
    }

    private static List<String> timer(String ticks, String value, String interval) {
        return List.of("ticks: " + ticks, "it_value: " + value, "it_interval: " + interval);
    }
}
