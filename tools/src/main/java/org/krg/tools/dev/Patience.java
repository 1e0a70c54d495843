// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Waiting for what nobody announces.
public final class Patience {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private Patience() {}

    /// Looks again and again until the condition holds.
    ///
    /// @return whether it holds; false after `limit`
    public static boolean until(Duration limit, BooleanSupplier condition)
            throws InterruptedException {
        return until(limit, PAUSE, condition);
    }

    /// Looks every `pause` until the condition holds.
    ///
    /// @return whether it holds; false after `limit`
    public static boolean until(Duration limit, Duration pause, BooleanSupplier condition)
            throws InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            Thread.sleep(pause);
        }
        return true;
    }
}
