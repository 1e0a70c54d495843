// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/// A clock that stands still until it is told how far to go.
public final class ManualTicker implements Ticker {
    private final AtomicReference<Duration> now = new AtomicReference<>(Duration.ofHours(1));

    @Override
    public Duration now() {
        return now.get();
    }

    public void advance(Duration by) {
        now.updateAndGet(it -> it.plus(by));
    }
}
