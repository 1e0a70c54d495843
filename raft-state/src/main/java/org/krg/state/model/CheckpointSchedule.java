// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// When the checkpoints of a process are taken.
public sealed interface CheckpointSchedule {
    /// Whenever somebody asks.
    record OnDemand() implements CheckpointSchedule {}

    /// One interval after the other.
    record Every(Duration interval) implements CheckpointSchedule {
        public Every {
            if (!interval.isPositive()) {
                throw new IllegalArgumentException("every " + interval);
            }
        }
    }

    /// At the interval at which the least work is lost, by what checkpoints cost and how often
    /// nodes fail.
    record Adaptive() implements CheckpointSchedule {}

    /// {@return every so often; on demand where it is zero}
    static CheckpointSchedule of(Duration every) {
        return every.isZero() ? new OnDemand() : new Every(every);
    }

    /// {@return whether checkpoints are taken without being asked for}
    default boolean isPeriodic() {
        return switch (this) {
            case OnDemand _ -> false;
            case Every _, Adaptive _ -> true;
        };
    }
}
