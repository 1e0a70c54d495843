// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.krg.state.ThreadLost;
import org.krg.state.engine.Halt;
import org.krg.state.engine.HaltCode;
import org.krg.state.model.InvariantBroken;

final class UncaughtTest {
    private static final int SOON_SECONDS = 20;

    /// Loses a thread; without that it would go on for ever.
    static final class Loser {
        public static void main(String[] of) throws InterruptedException {
            Thread.setDefaultUncaughtExceptionHandler(new Uncaught(new Halt()));
            Thread.ofPlatform().name("lasting").start(ThreadLost.told(Loser::fail));
            new CountDownLatch(1).await();
        }

        private static void fail() {
            throw new InvariantBroken("two and two are four");
        }
    }

    @Test
    void aThreadThatIsLostIsNamedAndEndsTheProcess() throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Loser.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try {
            assertThat(process.waitFor(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(HaltCode.REPLICA_BROKEN);
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("the thread lasting has failed", "two and two are four");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aTaskThatFailsEndsNothing() {
        unending().uncaughtException(Thread.currentThread(), new InvariantBroken("of a request"));
    }

    /// What it works with is being closed.
    @Test
    void aThreadThatFailsWhileTheAgentEndsDoesNotEndItOtherwise() {
        var uncaught = unending();
        uncaught.ending();
        var lost = new AtomicReference<Throwable>();
        var thread =
                Thread.ofPlatform()
                        .uncaughtExceptionHandler((_, failure) -> lost.set(failure))
                        .start(
                                ThreadLost.told(() -> {
                                    throw new InvariantBroken("it is closed");
                                }));
        await().atMost(SOON_SECONDS, TimeUnit.SECONDS).until(() -> lost.get() != null);

        uncaught.uncaughtException(thread, lost.get());
    }

    private static Uncaught unending() {
        return new Uncaught((what, cause) -> {
            throw new AssertionError(what, cause);
        });
    }
}
