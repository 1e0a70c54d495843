// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SlowRequestsTest {
    private final ArrayList<String> lines = new ArrayList<>();
    private final MetricRegistry metrics = new MetricRegistry();
    private long now;
    private final SlowRequests requests = new SlowRequests(lines::add, () -> now, metrics);

    @Test
    void whatIsAnsweredInTimeIsNotTold() {
        run("Put", 500);

        assertThat(lines).isEmpty();
        assertThat(metrics.meter("krg.state.slow_requests").getCount()).isZero();
    }

    @Test
    void aSlowRequestIsNamedWithItsTime() {
        run("Put", 501);

        assertThat(lines).containsExactly("slow request what=Put millis=501 failed=false untold=0");
    }

    @Test
    void oneThatFailsLateIsToldToo() {
        var request = new CompletableFuture<String>();
        var watched = requests.watch("read", request);
        pass(10_000);
        request.completeExceptionally(new IllegalStateException("no quorum"));

        assertThat(watched).isCompletedExceptionally();
        assertThat(lines)
                .containsExactly("slow request what=read millis=10000 failed=true untold=0");
    }

    @Test
    void ofManyAtOnceOneIsToldAndAllAreCounted() {
        var first = new CompletableFuture<String>();
        var second = new CompletableFuture<String>();
        var third = new CompletableFuture<String>();
        var _ = requests.watch("first", first);
        var _ = requests.watch("second", second);
        var _ = requests.watch("third", third);
        pass(600);
        first.complete("");
        second.complete("");
        pass(1000);
        third.complete("");

        assertThat(lines)
                .containsExactly(
                        "slow request what=first millis=600 failed=false untold=0",
                        "slow request what=third millis=1600 failed=false untold=1");
        assertThat(metrics.meter("krg.state.slow_requests").getCount()).isEqualTo(3);
    }

    private void run(String what, long millis) {
        var request = new CompletableFuture<String>();
        var _ = requests.watch(what, request);
        pass(millis);
        request.complete("");
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
