// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.host.core.ObservedCell;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.state.model.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cells of the node as the engine knows them: what is in each, and what is being done with it.
/// Owned by the engine thread.
final class CellTable {
    private static final Logger log = LoggerFactory.getLogger(CellTable.class);

    private static final State UNFINISHED = new State.Unfinished();

    /// A kill, a freeze, a thaw, a release or a removal that had no effect is repeated after this
    /// time.
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /// Refusals in a row after which the same is not reported at once again: one comes of a state
    /// that the replica has not seen yet.
    private static final int PASSING_REFUSALS = 1;

    private final Machine machine;
    private final TreeMap<CellId, Tracked> cells = new TreeMap<>();

    private static final class Tracked {
        private State state = UNFINISHED;
        private Work work = Work.NONE;
        private boolean released;
        private boolean unreadable;
        private boolean removing;
        private Optional<Revision> reportedAt = Optional.empty();
        private int refusals;
        private Duration reportAgainAt = Duration.ZERO;
        private Duration killAgainAt = Duration.ZERO;
        private Duration freezeAgainAt = Duration.ZERO;
        private Duration releaseAgainAt = Duration.ZERO;
        private Duration removeAgainAt = Duration.ZERO;
    }

    CellTable(Machine machine) {
        this.machine = machine;
    }

    /// {@return the cells that an earlier agent left, running or over}
    List<CellId> survey() {
        for (var cell : machine.cells()) {
            cells.put(cell, new Tracked());
        }
        return List.copyOf(cells.keySet());
    }

    /// {@return every cell as it is now} A cell that is over shows as being released until it is,
    /// so that nothing of it can live when its end is reported.
    List<ObservedCell> observe(Revision replica, Duration clock) {
        var seen = new ArrayList<ObservedCell>();
        cells.forEach((id, tracked) -> {
            if (tracked.reportedAt.filter(at -> replica.compareTo(at) >= 0).isPresent()
                    && tracked.reportAgainAt.compareTo(clock) <= 0) {
                tracked.reportedAt = Optional.empty();
                tracked.work = Work.NONE;
            }
            if (tracked.work != Work.BRINGING_UP && !(tracked.state instanceof State.Over)) {
                var now = look(id, tracked);
                if (!tracked.released && now instanceof State.Over) {
                    var work = tracked.work == Work.NONE ? Work.RELEASING : tracked.work;
                    seen.add(new ObservedCell(id, tracked.state, work));
                    return;
                }
                tracked.state = now;
            }
            seen.add(new ObservedCell(id, tracked.state, tracked.work));
        });
        return seen;
    }

    /// {@return the cells whose program is over and that are to be released now}
    List<CellId> unreleased(Duration clock) {
        var found = new ArrayList<CellId>();
        cells.forEach((id, tracked) -> {
            if (!tracked.released
                    && tracked.work != Work.BRINGING_UP
                    && tracked.releaseAgainAt.compareTo(clock) <= 0
                    && look(id, tracked) instanceof State.Over) {
                tracked.releaseAgainAt = clock.plus(AGAIN);
                found.add(id);
            }
        });
        return found;
    }

    /// {@return what is in a cell} As it was seen last where it cannot be told: one cell that
    /// cannot be looked at must not end the care for all others.
    private State look(CellId id, Tracked tracked) {
        try {
            var now = machine.look(id);
            tracked.unreadable = false;
            return now;
        } catch (RuntimeException failure) {
            if (!tracked.unreadable) {
                tracked.unreadable = true;
                log.warn("cell cannot be looked at cell={}", id, failure);
            }
            return tracked.state;
        }
    }

    int alive() {
        return (int)
                cells.values().stream()
                        .filter(tracked -> tracked.state instanceof State.Alive)
                        .count();
    }

    Optional<Work> findWork(CellId cell) {
        return Optional.ofNullable(cells.get(cell)).map(tracked -> tracked.work);
    }

    boolean isAlive(CellId cell) {
        var tracked = cells.get(cell);
        return tracked != null && tracked.state instanceof State.Alive;
    }

    /// A new cell, or one that is there, is worked at from now on.
    void begin(CellId cell, Work work) {
        cells.computeIfAbsent(cell, _ -> new Tracked()).work = work;
    }

    /// That work at the cell is over; other work that began meanwhile goes on.
    void finish(CellId cell, Work work) {
        find(cell)
                .filter(tracked -> tracked.work == work)
                .ifPresent(tracked -> tracked.work = Work.NONE);
    }

    /// The report about the cell was accepted; it is over when the replica has seen that.
    void reported(CellId cell, Revision at) {
        find(cell)
                .ifPresent(tracked -> {
                    tracked.reportedAt = Optional.of(at);
                    tracked.refusals = 0;
                });
    }

    /// The report about the cell was refused; it is over when the replica has seen why, and some
    /// time later when that was so before.
    void refused(CellId cell, Revision at, Duration clock) {
        find(cell)
                .ifPresent(tracked -> {
                    tracked.reportedAt = Optional.of(at);
                    tracked.refusals++;
                    if (tracked.refusals > PASSING_REFUSALS) {
                        tracked.reportAgainAt = clock.plus(AGAIN);
                    }
                });
    }

    void released(CellId cell) {
        find(cell).ifPresent(tracked -> tracked.released = true);
    }

    /// {@return whether a kill should be sent, because none was lately}
    boolean mayKill(CellId cell, Duration clock) {
        var tracked = cells.get(cell);
        if (tracked == null || tracked.removing || tracked.killAgainAt.compareTo(clock) > 0) {
            return false;
        }
        tracked.killAgainAt = clock.plus(AGAIN);
        return true;
    }

    /// {@return whether its program should be frozen or thawed, because that has not failed lately}
    boolean mayFreeze(CellId cell, Duration clock) {
        return find(cell)
                .filter(tracked -> tracked.freezeAgainAt.compareTo(clock) <= 0)
                .isPresent();
    }

    /// Freezing or thawing its program is over.
    void frozen(CellId cell, boolean failed, Duration clock) {
        finish(cell, Work.FREEZING);
        if (failed) {
            find(cell).ifPresent(tracked -> tracked.freezeAgainAt = clock.plus(AGAIN));
        }
    }

    /// {@return whether the removal should begin, because it has not, and has not failed lately}
    boolean mayRemove(CellId cell, Duration clock) {
        var tracked = cells.get(cell);
        if (tracked == null || tracked.removing || tracked.removeAgainAt.compareTo(clock) > 0) {
            return false;
        }
        tracked.removing = true;
        return true;
    }

    void notRemoved(CellId cell, Duration clock) {
        find(cell)
                .ifPresent(tracked -> {
                    tracked.removing = false;
                    tracked.removeAgainAt = clock.plus(AGAIN);
                });
    }

    void removed(CellId cell) {
        cells.remove(cell);
    }

    private Optional<Tracked> find(CellId cell) {
        return Optional.ofNullable(cells.get(cell));
    }
}
