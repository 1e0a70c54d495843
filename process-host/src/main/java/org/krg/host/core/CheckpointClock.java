// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.util.List;
import org.krg.host.model.CellId;
import org.krg.state.image.Table;

/// When each running cell is to be checkpointed next. Immutable; times are of the machine's
/// monotonic clock.
public record CheckpointClock(Table<CellId, Turn> turns) {
    /// Nothing to checkpoint.
    public static final CheckpointClock EMPTY = new CheckpointClock(Table.empty());

    /// The longest wait after repeated failures, unless the interval itself is longer.
    static final Duration MAX_BACK_OFF = Duration.ofMinutes(10);

    private static final int MAX_DOUBLINGS = 10;

    /// A cell that is checkpointed periodically.
    ///
    /// @param since how much of the interval is over where the cell is new here
    public record Periodic(CellId cell, Duration every, Duration since) {
        /// One whose interval begins here.
        public Periodic(CellId cell, Duration every) {
            this(cell, every, Duration.ZERO);
        }

        private Duration left() {
            return since.compareTo(every) < 0 ? every.minus(since) : Duration.ZERO;
        }
    }

    /// When a cell is due.
    ///
    /// @param failures in a row
    public record Turn(Duration every, Duration due, int failures) {
        private Turn atInterval(Duration other) {
            var shift = failures == 0 ? other.minus(every) : Duration.ZERO;
            return new Turn(other, due.plus(shift), failures);
        }
    }

    /// {@return this clock for exactly these cells} A cell that is new here is due when what is
    /// left of its interval is over. Where the interval changed, the next one is due so much
    /// earlier or later.
    public CheckpointClock following(List<Periodic> cells, Duration now) {
        var next = Table.<CellId, Turn>empty();
        for (var cell : cells) {
            var fresh = new Turn(cell.every(), now.plus(cell.left()), 0);
            var turn = turns.find(cell.cell()).map(it -> it.atInterval(cell.every()));
            next = next.with(cell.cell(), turn.orElse(fresh));
        }
        return new CheckpointClock(next);
    }

    /// {@return the cells whose time has come}
    public List<CellId> due(Duration now) {
        return turns.stream()
                .filter(entry -> entry.value().due().compareTo(now) <= 0)
                .map(Table.Entry::key)
                .toList();
    }

    /// {@return this clock after a checkpoint was taken} The next one is due one interval after
    /// this one began, and at least a quarter of it after it ended.
    public CheckpointClock taken(CellId cell, Duration began, Duration ended) {
        return turns.find(cell)
                .map(turn -> {
                    var regular = began.plus(turn.every());
                    var rested = ended.plus(turn.every().dividedBy(4));
                    var due = regular.compareTo(rested) > 0 ? regular : rested;
                    return with(cell, new Turn(turn.every(), due, 0));
                })
                .orElse(this);
    }

    /// {@return this clock after an attempt failed} The wait doubles with each failure in a row.
    public CheckpointClock failed(CellId cell, Duration ended) {
        return turns.find(cell)
                .map(turn -> {
                    var failures = Math.min(turn.failures() + 1, MAX_DOUBLINGS);
                    var doubled = turn.every().multipliedBy(1L << failures);
                    var cap = max(turn.every(), MAX_BACK_OFF);
                    var wait = doubled.compareTo(cap) < 0 ? doubled : cap;
                    return with(cell, new Turn(turn.every(), ended.plus(wait), failures));
                })
                .orElse(this);
    }

    private CheckpointClock with(CellId cell, Turn turn) {
        return new CheckpointClock(turns.with(cell, turn));
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
