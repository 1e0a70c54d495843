// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class CoalescedTest {
    private final List<CompletableFuture<String>> runs = new ArrayList<>();
    private final Coalesced<String> coalesced =
            new Coalesced<>(() -> {
                var run = new CompletableFuture<String>();
                runs.add(run);
                return run;
            });

    @Test
    void callsDuringARunShareTheNextOne() {
        var first = coalesced.next();
        var second = coalesced.next();
        var third = coalesced.next();
        assertThat(runs).hasSize(1);

        runs.getFirst().complete("one");
        assertThat(first).isCompletedWithValue("one");
        assertThat(second).isNotDone();
        assertThat(runs).hasSize(2);

        runs.getLast().complete("two");
        assertThat(second).isCompletedWithValue("two");
        assertThat(third).isCompletedWithValue("two");
        assertThat(runs).hasSize(2);
    }

    @Test
    void aFailedRunFailsOnlyThoseWhoShareIt() {
        var first = coalesced.next();
        var second = coalesced.next();

        runs.getFirst().completeExceptionally(new IllegalStateException("failed"));
        assertThat(first).isCompletedExceptionally();

        runs.getLast().complete("two");
        assertThat(second).isCompletedWithValue("two");
    }
}
