// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.state.ThreadLost;
import org.krg.state.model.Invariant;
import org.krg.state.model.InvariantBroken;

final class InputLoopTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<Integer> handled = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch first = new CountDownLatch(1);
    private volatile Duration pause = Duration.ofDays(1);
    private final InputLoop<Integer> loop = new InputLoop<>("test", 100, SOON, new Owner());

    private final class Owner implements InputLoop.Owner<Integer> {
        @Override
        public void handle(Integer input) {
            if (input == 0) {
                awaitFirst();
            }
            Invariant.holds(input >= 0, "an input is a number from 0", input);
            handled.add(input);
        }

        private void awaitFirst() {
            try {
                first.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void look() {
            looks.incrementAndGet();
        }

        @Override
        public Duration nextPause() {
            return pause;
        }

        @Override
        public void ended() {
            ended.set(true);
        }
    }

    @AfterEach
    void close() {
        first.countDown();
        loop.close();
    }

    @Test
    void whatIsPostedIsHandledInOrderThenLookedAtOnce() {
        for (var input = 0; input < 50; input++) {
            loop.post(input);
        }
        loop.wake();
        loop.start();
        first.countDown();

        await().atMost(SOON).until(() -> looks.get() == 1);
        assertThat(handled).hasSize(50).isSorted();
    }

    @Test
    void itLooksWhenItIsWokenHoweverLongThePause() {
        loop.start();
        loop.wake();
        await().atMost(SOON).until(() -> looks.get() == 1);

        loop.wake();
        await().atMost(SOON).until(() -> looks.get() == 2);
    }

    @Test
    void itLooksAfterEachPauseThoughNothingComes() {
        pause = Duration.ofMillis(1);
        loop.start();

        await().atMost(SOON).until(() -> looks.get() > 3);
    }

    @Test
    void whoeverClosesItFindsItEnded() {
        loop.start();
        loop.close();

        assertThat(ended).isTrue();
    }

    @Test
    void aLoopThatFailsIsToldOf() {
        var before = Thread.getDefaultUncaughtExceptionHandler();
        var lost = new CompletableFuture<Throwable>();
        Thread.setDefaultUncaughtExceptionHandler((_, failure) -> lost.complete(failure));
        try {
            loop.start();
            loop.post(-1);

            assertThat(lost)
                    .succeedsWithin(SOON)
                    .isInstanceOf(ThreadLost.class)
                    .extracting(Throwable::getCause)
                    .isInstanceOf(InvariantBroken.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
