// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Nothing that a listener throws reaches native code.
class CallbacksTest {
    private static final MemorySegment UNUSED = MemorySegment.NULL;

    /// As Kotlin and Lombok let programs do.
    private static final class Sneaky implements CheckpointListener {
        @Override
        public void beforeCheckpoint() {
            Sneaky.<RuntimeException>raise(new IOException("before"));
        }

        @Override
        public void afterRestart() {
            Sneaky.<RuntimeException>raise(new IOException("restarted"));
        }

        @Override
        public void onContinue() {
            Sneaky.<RuntimeException>raise(new IOException("goes on"));
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        private static <E extends Throwable> void raise(Throwable checked) throws E {
            throw (E) checked;
        }
    }

    @Test
    void aCheckedExceptionIsARefusal() throws InterruptedException {
        var reported = new AtomicReference<Throwable>();

        assertThat(refusal((_, failure) -> reported.set(failure))).isEqualTo(1);

        assertThat(reported.get()).hasMessage("before");
    }

    @Test
    void aHandlerThatThrowsIsIgnored() throws InterruptedException {
        var answer =
                refusal((_, failure) -> {
                    throw new IllegalStateException(failure);
                });

        assertThat(answer).isEqualTo(1);
    }

    private static int refusal(Thread.UncaughtExceptionHandler handler)
            throws InterruptedException {
        var answer = new AtomicReference<>(-1);
        var caller =
                new Thread(() -> {
                    var callbacks = new Callbacks(new Sneaky());
                    callbacks.afterRestart(UNUSED);
                    callbacks.onContinue(UNUSED);
                    answer.set(callbacks.before(UNUSED));
                });
        caller.setUncaughtExceptionHandler(handler);
        caller.start();
        caller.join();
        return answer.get();
    }
}
