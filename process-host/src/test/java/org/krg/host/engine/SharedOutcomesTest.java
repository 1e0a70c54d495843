// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SharedOutcomesTest {
    private final SharedOutcomes<String, Integer> outcomes = new SharedOutcomes<>();

    @Test
    void whoeverWaitsIsToldThatTheFirstOneBrokeDown() throws InterruptedException {
        var broken = new AssertionError("broken");
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first =
                inThread(() -> {
                    begun.countDown();
                    pass(goOn);
                    throw broken;
                });
        begun.await();
        var second = new CompletableFuture<Integer>();
        var waiting =
                Thread.ofPlatform()
                        .start(() ->
                                second.completeAsync(
                                        () -> outcomes.of("a", () -> 2), Runnable::run));
        await().until(() -> waiting.getState() == Thread.State.WAITING);

        goOn.countDown();

        assertThatThrownBy(first::join).hasCause(broken);
        assertThatThrownBy(second::join).hasRootCause(broken);
        assertThat(outcomes.of("a", () -> 3)).isEqualTo(3);
    }

    private CompletableFuture<Integer> inThread(Supplier<Integer> work) {
        return CompletableFuture.supplyAsync(
                () -> outcomes.of("a", work), task -> Thread.ofPlatform().start(task));
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }
}
