// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Does one thing after the other, each when the one before is answered. Owned by the connection.
final class Client implements Done {
    private final Lane lane;
    private final SplittableRandom random;
    private final long keys;
    private final int readPercent;
    private long sentNanos;

    Client(Lane lane, SplittableRandom random, long keys, int readPercent) {
        this.lane = lane;
        this.random = random;
        this.keys = keys;
        this.readPercent = readPercent;
    }

    void next() {
        sentNanos = System.nanoTime();
        var key = random.nextLong(keys);
        if (random.nextInt(100) < readPercent) {
            lane.connection.get(key, this);
        } else {
            lane.connection.put(key, this);
        }
    }

    @Override
    public void done(@Nullable String failure) {
        var now = System.nanoTime();
        lane.note(sentNanos, now, failure);
        if (lane.window.isOver(now)) {
            lane.leave();
        } else if (failure == null) {
            next();
        } else {
            lane.connection.executeAfter(Lane.PAUSE, this::next);
        }
    }
}
