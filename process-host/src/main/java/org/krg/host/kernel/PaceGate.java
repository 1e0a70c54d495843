// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.krg.host.core.Slowdown;
import org.krg.host.engine.Checkpointing.Gate;
import org.krg.host.engine.Checkpointing.Keeper;
import org.krg.host.model.CellUsage;
import org.krg.state.model.GroupCut.Held;

/// A gate that looks at the program's processor time when it stands still and when it goes on, so
/// that what the rest of the checkpoint takes from it is known. Owned by the thread that takes the
/// checkpoint.
final class PaceGate implements Gate {
    /// Tells what a program has used.
    interface Usage {
        CellUsage read();
    }

    private final Gate inner;
    private final Usage usage;
    private Optional<Slowdown.Sample> frozen = Optional.empty();
    private Optional<Slowdown.Sample> thawed = Optional.empty();

    PaceGate(Gate inner, Usage usage) {
        this.inner = inner;
        this.usage = usage;
    }

    @Override
    public void standsStill(List<Held> held) {
        inner.standsStill(held);
        frozen = Optional.of(sample());
    }

    @Override
    public void keepPages(Keeper keeper) {
        inner.keepPages(keeper);
    }

    @Override
    public void awaitOthers() {
        inner.awaitOthers();
        thawed = Optional.of(sample());
    }

    @Override
    public void requireWhole() {
        inner.requireWhole();
    }

    /// {@return what the program used up to now}
    Slowdown.Sample sample() {
        return new Slowdown.Sample(Duration.ofNanos(System.nanoTime()), usage.read().cpu());
    }

    /// {@return what was lost between then and `end`} Zero where the program did not go on.
    ///
    /// @param earlier some time before it was frozen
    Duration slowed(Optional<Slowdown.Sample> earlier, Slowdown.Sample end) {
        return frozen.isPresent() && thawed.isPresent()
                ? Slowdown.of(earlier, frozen.get(), thawed.get(), end)
                : Duration.ZERO;
    }
}
