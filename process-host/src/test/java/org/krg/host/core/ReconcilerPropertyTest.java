// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.AWAY;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.generation;
import static org.krg.host.core.Images.process;
import static org.krg.host.core.Images.with;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.command.ProcessCommand;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StopOrder;
import org.krg.state.model.Usage;

/// Random agreed states against random cells, performed to the end on a model of the machine.
final class ReconcilerPropertyTest {
    private static final int ROUNDS = 20_000;
    private static final int PROCESSES = 4;
    private static final Duration CLOCK = Duration.ofHours(1);

    @Test
    void performingThePlanLeavesAtMostOneCellOfAProcessAndNothingToDo() {
        var seed = Long.getLong("krg.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (var round = 0; round < ROUNDS; round++) {
            var world = new World(random);
            var settled = world.settle();
            assertThat(settled).as("settles, -Dkrg.seed=%d round %d", seed, round).isTrue();
            assertThat(world.problem()).as("-Dkrg.seed=%d round %d", seed, round).isEmpty();
        }
    }

    @Test
    void withoutTheLeaseNothingIsDoneButToCellsThatAreNotAgreed() {
        var seed = Long.getLong("krg.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (var round = 0; round < ROUNDS; round++) {
            var world = new World(random);
            assertThat(Reconciler.plan(world.view(false)))
                    .as("-Dkrg.seed=%d round %d", seed, round)
                    .allMatch(action ->
                            (action instanceof Action.Kill || action instanceof Action.Discard)
                                    && !world.isAgreed(action.cell()));
        }
    }

    /// The machine and the cluster, as far as the plan can tell them apart.
    private static final class World {
        private final SplittableRandom random;
        private final TreeMap<CellId, ObservedCell> cells = new TreeMap<>();
        private final List<StopDelivery> stops = new ArrayList<>();
        private ClusterImage image = Images.empty();
        private Optional<String> problem = Optional.empty();

        World(SplittableRandom random) {
            this.random = random;
            for (var number = 1; number <= PROCESSES; number++) {
                if (random.nextInt(5) > 0) {
                    var order = new StopOrder(15, Duration.ZERO, NOW);
                    var stop =
                            random.nextInt(4) == 0
                                    ? Optional.of(order)
                                    : Optional.<StopOrder>empty();
                    image = with(image, process(number, 1 + random.nextInt(3), phase()), stop);
                }
                image = with(image, generation(number, 1, 0, false));
                for (var epoch = 1; epoch <= 3; epoch++) {
                    if (random.nextInt(3) == 0) {
                        var cell = new CellId(number, epoch);
                        cells.put(cell, new ObservedCell(cell, state(), Work.NONE));
                    }
                }
            }
        }

        HostView view(boolean standing) {
            return new HostView(
                    image,
                    HERE,
                    standing,
                    List.copyOf(cells.values()),
                    stops,
                    List.of(),
                    NOW,
                    CLOCK);
        }

        boolean isAgreed(CellId cell) {
            return image.processes()
                    .find(new ProcessId(cell.process()))
                    .filter(process -> process.epoch().equals(new Epoch(cell.epoch())))
                    .filter(process -> process.phase().host().equals(Optional.of(HERE)))
                    .isPresent();
        }

        Optional<String> problem() {
            var alive =
                    cells.values().stream()
                            .filter(cell -> !(cell.state() instanceof State.Over))
                            .filter(cell -> !isNewer(cell.id()))
                            .toList();
            var twice =
                    alive.size()
                            != alive.stream().map(cell -> cell.id().process()).distinct().count();
            if (twice) {
                return Optional.of("two cells of a process: " + alive);
            }
            return problem.or(() ->
                    alive.stream()
                            .filter(cell -> !isAgreed(cell.id()))
                            .map(cell -> "a cell that is not agreed lives: " + cell)
                            .findFirst());
        }

        /// Plans and performs until nothing is left to do; says whether that point was reached.
        boolean settle() {
            for (var step = 0; step < 10; step++) {
                var plan = Reconciler.plan(view(true));
                if (plan.isEmpty()) {
                    return true;
                }
                plan.forEach(this::perform);
            }
            return false;
        }

        private boolean isNewer(CellId cell) {
            return image.processes()
                    .find(new ProcessId(cell.process()))
                    .filter(process -> process.epoch().value() < cell.epoch())
                    .isPresent();
        }

        private void perform(Action action) {
            var cell = action.cell();
            var harmful = !(action instanceof Action.Kill || action instanceof Action.Discard);
            if (harmful && !isAgreed(cell)) {
                problem = Optional.of("acts on an epoch that is not agreed: " + action);
            }
            switch (action) {
                case Action.Kill _ ->
                        set(cell, new State.Over(new ProcessExit.Signaled(9), Usage.UNKNOWN, NOW));
                case Action.Discard _ -> cells.remove(cell);
                case Action.Start _, Action.Restore _, Action.RestoreFollowed _ -> {
                    if (cells.containsKey(cell)) {
                        problem = Optional.of("brings up a cell that is there: " + action);
                    }
                    set(cell, random.nextInt(4) == 0 ? over() : new State.Alive(false));
                }
                case Action.Freeze _ -> set(cell, new State.Alive(true));
                case Action.Thaw _ -> set(cell, new State.Alive(false));
                case Action.Stop(_, var order) ->
                        stops.add(new StopDelivery(cell, order, CLOCK.minusSeconds(1)));
                case Action.SendAhead _, Action.HandOver _, Action.Prepare _ ->
                        problem = Optional.of("moves what nobody moves: " + action);
                case Action.Report(_, var reported) -> {
                    var command = (ProcessCommand) reported;
                    var row = image.processes().require(command.process());
                    var next =
                            command instanceof ProcessCommand.ReportStarted
                                    ? new Phase.Running(HERE, new Origin.Beginning(), NOW)
                                    : new Phase.Waiting(new Origin.Beginning(), NOW, "over");
                    image =
                            with(
                                    image,
                                    process(row.id().value(), row.epoch().value(), next),
                                    image.jobs().require(row.job()).stop());
                }
            }
        }

        private void set(CellId cell, State state) {
            cells.put(cell, new ObservedCell(cell, state, Work.NONE));
        }

        private Phase phase() {
            var node = random.nextBoolean() ? HERE : AWAY;
            Origin origin =
                    random.nextBoolean() ? new Origin.Beginning() : new Origin.Checkpoint(1);
            return switch (random.nextInt(3)) {
                case 0 -> new Phase.Starting(node, origin, NOW);
                case 1 -> new Phase.Running(node, origin, NOW);
                default -> new Phase.Waiting(origin, NOW, "waits");
            };
        }

        private State state() {
            return switch (random.nextInt(5)) {
                case 0 -> new State.Unfinished();
                case 4 -> new State.Prepared();
                case 1 -> new State.Alive(true);
                case 2 -> new State.Alive(false);
                default -> over();
            };
        }

        private State over() {
            var exit =
                    switch (random.nextInt(4)) {
                        case 0 -> new ProcessExit.Exited(random.nextInt(3));
                        case 1 -> new ProcessExit.Signaled(9);
                        case 2 -> new ProcessExit.NotStarted(126, "not executable");
                        default -> new ProcessExit.Vanished("gone");
                    };
            return new State.Over(exit, Usage.UNKNOWN, NOW);
        }
    }
}
