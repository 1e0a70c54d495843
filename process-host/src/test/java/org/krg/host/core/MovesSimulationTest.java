// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.core.ObservedCell.Work;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.command.Command;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Usage;
import org.krg.testkit.Samples;

/// Two nodes that move processes to and fro, one by itself or the ranks of a parallel job, with the
/// real rules and the real plans, on machines that are only modelled: replicas lag, proposals are
/// late or get lost with their agent, agents start again in the middle of everything, nodes are
/// lost, moves are given up. However that goes, at no moment two incarnations of a process run, and
/// once the faults end one does.
final class MovesSimulationTest {
    private static final int ROUNDS = 1_000;
    private static final int STEPS = 300;
    private static final int CALM_STEPS = 2_000;

    @Test
    void twoIncarnationsNeverRunAndOneDoesInTheEnd() {
        simulate(1);
    }

    @Test
    void ofRanksThatMoveOneAfterTheOtherEachRunsOnceAndNothingSavedForAMoveStays() {
        simulate(2);
    }

    private static void simulate(int ranks) {
        var seed = Long.getLong("krg.seed", System.nanoTime());
        var moved = 0L;
        var usedAhead = 0L;
        for (var round = 0; round < ROUNDS; round++) {
            var world = new World(new SplittableRandom(seed + round), ranks);
            for (var step = 0; step < STEPS; step++) {
                world.step(true);
                assertThat(world.running())
                        .as("-Dkrg.seed=%d step %d: %s", seed + round, step, world.story())
                        .doesNotHaveDuplicates();
            }
            for (var step = 0; step < CALM_STEPS && !world.isSettled(); step++) {
                world.step(false);
                assertThat(world.running())
                        .as("-Dkrg.seed=%d calm %d: %s", seed + round, step, world.story())
                        .doesNotHaveDuplicates();
            }
            assertThat(world.isSettled())
                    .as("-Dkrg.seed=%d settles: %s", seed + round, world.story())
                    .isTrue();
            if (ranks > 1) {
                assertThat(world.image().generations().size())
                        .as("-Dkrg.seed=%d: %s", seed + round, world.story())
                        .isZero();
            }
            moved += world.moves();
            usedAhead += world.usedAhead;
        }
        assertThat(usedAhead).as("cells made ahead and used").isGreaterThan(ROUNDS / 4);
        assertThat(moved).as("moves that came about").isGreaterThan(ROUNDS / 4);
    }

    /// A machine with its agent.
    private static final class Machine {
        private final NodeId id;
        private final TreeMap<CellId, ObservedCell> cells = new TreeMap<>();
        private final List<SentAhead> ahead = new ArrayList<>();
        private final TreeMap<CellId, Migration> following = new TreeMap<>();

        /// What the machine shows of memory that has come, whoever asks.
        private final List<SentAhead> whole = new ArrayList<>();

        private ClusterImage replica = ClusterImage.EMPTY;

        /// What the agent is to know before it acts; past any state while it holds no lease.
        private long knownFrom = Long.MAX_VALUE;

        Machine(NodeId id) {
            this.id = id;
        }

        boolean standing() {
            return replica.revision().value() >= knownFrom;
        }

        void set(CellId cell, State state) {
            cells.put(cell, new ObservedCell(cell, state, Work.NONE));
        }
    }

    /// A proposal on its way, from a machine that may have forgotten it.
    private record Proposal(Command command) {}

    private static final class World {
        private final SplittableRandom random;
        private long usedAhead;
        private final List<Machine> machines =
                List.of(new Machine(Samples.HOME), new Machine(Samples.AWAY));
        private final List<Proposal> underWay = new ArrayList<>();
        private final List<ClusterImage> log = new ArrayList<>(List.of(ClusterImage.EMPTY));
        private final List<String> story = new ArrayList<>();
        private final List<ProcessId> processes;
        private Instant now = Samples.START;

        World(SplittableRandom random, int ranks) {
            this.random = random;
            machines.forEach(this::register);
            var spec = Samples.spec().withRanks(ranks);
            apply(new SubmitJob("heat", spec, Samples.ALICE, now));
            this.processes = image().processes().values().stream().map(HostedProcess::id).toList();
        }

        ClusterImage image() {
            return log.getLast();
        }

        List<String> story() {
            return story.subList(Math.max(0, story.size() - 40), story.size());
        }

        /// {@return the processes that run now, by incarnation}
        List<Long> running() {
            return machines.stream()
                    .flatMap(machine -> machine.cells.values().stream())
                    .filter(cell -> cell.state().equals(new State.Alive(false)))
                    .map(cell -> cell.id().process())
                    .toList();
        }

        long moves() {
            return image().migrations().values().stream()
                    .filter(move -> move.step() instanceof Migration.Step.Moved)
                    .count();
        }

        /// {@return whether one incarnation of each runs, where the log says, and no move is under
        /// way}
        boolean isSettled() {
            return processes.stream().map(this::row).allMatch(this::isSettled)
                    && running().size() == processes.size()
                    && alive().size() == processes.size();
        }

        private boolean isSettled(HostedProcess row) {
            return row.phase() instanceof Phase.Running
                    && image().activeMigration(row.id()).isEmpty()
                    && alive().contains(new CellId(row.id().value(), row.epoch().value()));
        }

        private List<CellId> alive() {
            return machines.stream()
                    .flatMap(machine -> machine.cells.values().stream())
                    .filter(cell -> !(cell.state() instanceof State.Over))
                    .map(ObservedCell::id)
                    .toList();
        }

        void step(boolean faults) {
            now = now.plusMillis(random.nextInt(500));
            var machine = machines.get(random.nextInt(machines.size()));
            var choice = random.nextInt(faults ? 1_000 : 900);
            if (choice < 250) {
                deliver();
            } else if (choice < 450) {
                catchUp(machine);
            } else if (choice < 800) {
                act(machine);
            } else if (choice < 850) {
                lead(machine);
            } else if (choice < 900) {
                place();
            } else if (choice < 960) {
                startMove();
            } else if (choice < 972) {
                giveUp();
            } else if (choice < 984) {
                restart(machine);
            } else if (choice < 992) {
                lose(machine);
            } else {
                loseProposal();
            }
        }

        /// The log takes a proposal, not always the oldest.
        private void deliver() {
            if (!underWay.isEmpty()) {
                apply(underWay.remove(random.nextInt(underWay.size())).command());
            }
        }

        private void loseProposal() {
            if (!underWay.isEmpty()) {
                var lost = underWay.remove(random.nextInt(underWay.size()));
                if (lost.command() instanceof AbortMigration) {
                    return;
                }
                story.add("lost " + lost.command());
                // Its agent does not live to see an answer.
                machines.forEach(this::restart);
            }
        }

        private void catchUp(Machine machine) {
            var at = (int) machine.replica.revision().value();
            machine.replica = log.get(Math.min(log.size() - 1, at + 1 + random.nextInt(3)));
        }

        /// All memory comes, as long as the source stands still with it; else the program is
        /// killed.
        private void follow(Machine machine, CellId cell, Migration migration) {
            var route = migration.route();
            var source = new CellId(route.process().value(), route.epoch().value());
            var stands =
                    machines.stream()
                            .filter(other -> other.id.equals(route.from()))
                            .flatMap(other -> other.cells.values().stream())
                            .filter(it -> it.id().equals(source))
                            .anyMatch(it -> it.state().equals(new State.Alive(true)));
            machine.following.remove(cell);
            if (stands) {
                machine.whole.add(new SentAhead(migration.id(), 200));
                machine.ahead.addAll(machine.whole);
            } else {
                vanish(machine, cell);
            }
        }

        private void vanish(Machine machine, CellId cell) {
            var lives =
                    machine.cells.values().stream()
                            .filter(it -> it.id().equals(cell))
                            .anyMatch(it -> it.state() instanceof State.Alive);
            if (lives) {
                var gone = new ProcessExit.Vanished("its memory did not follow");
                machine.set(cell, new State.Over(gone, Usage.UNKNOWN, now));
            }
        }

        private void act(Machine machine) {
            new TreeMap<>(machine.following)
                    .forEach((cell, migration) -> {
                        if (random.nextInt(4) == 0) {
                            follow(machine, cell, migration);
                        }
                    });
            var plan = Reconciler.plan(view(machine));
            if (!plan.isEmpty()) {
                perform(machine, plan.get(random.nextInt(plan.size())));
            }
        }

        private HostView view(Machine machine) {
            return new HostView(
                    machine.replica,
                    machine.id,
                    machine.standing(),
                    List.copyOf(machine.cells.values()),
                    List.of(),
                    machine.ahead,
                    now,
                    Duration.ZERO);
        }

        private void perform(Machine machine, Action action) {
            var cell = action.cell();
            story.add(machine.id + " " + action.getClass().getSimpleName() + " " + cell);
            switch (action) {
                case Action.Kill _ ->
                        machine.set(
                                cell,
                                new State.Over(new ProcessExit.Signaled(9), Usage.UNKNOWN, now));
                case Action.Discard _ -> machine.cells.remove(cell);
                case Action.Start _ -> machine.set(cell, new State.Alive(false));
                // It fails, or is cut short, or its watchdog freezes it: seen when it is used.
                case Action.Prepare _ ->
                        machine.set(
                                cell,
                                random.nextInt(4) == 0
                                        ? new State.Unfinished()
                                        : new State.Prepared());
                case Action.Restore(_, _, _, var afterwards) -> {
                    countAhead(machine, cell);
                    machine.set(
                            cell,
                            random.nextInt(8) == 0
                                    ? new State.Unfinished()
                                    : new State.Alive(afterwards != Afterwards.GOES_ON));
                }
                case Action.RestoreFollowed(_, _, _, var migration) -> {
                    countAhead(machine, cell);
                    machine.set(cell, new State.Alive(true));
                    machine.following.put(cell, migration);
                }
                case Action.Freeze _ -> machine.set(cell, new State.Alive(true));
                case Action.Thaw _ -> machine.set(cell, new State.Alive(false));
                case Action.Stop _ -> throw new AssertionError("nobody ordered that");
                case Action.SendAhead(_, _, var migration) ->
                        machine.ahead.add(new SentAhead(migration.id(), 100));
                case Action.HandOver(_, _, var migration) -> handOver(machine, cell, migration);
                // It is made again until its answer is seen: that changes nothing.
                case Action.Report(_, var command) -> underWay.add(new Proposal(command));
            }
        }

        private void countAhead(Machine machine, CellId cell) {
            if (machine.cells.containsKey(cell)) {
                assertThat(machine.cells.get(cell).state()).isInstanceOf(State.Prepared.class);
                usedAhead++;
            }
        }

        private void handOver(Machine machine, CellId cell, Migration migration) {
            machine.set(cell, new State.Alive(true));
            var route = migration.route();
            var process = machine.replica.processes().require(route.process());
            var number = machine.replica.lastNumber(process.job()) + 1;
            var generation =
                    Samples.generation(
                            process.id(), number, route.epoch(), route.from(), route.to());
            underWay.add(new Proposal(new HandOver(migration.id(), generation, 7, now)));
        }

        /// The node's agent holds its lease and learns from where on it may act.
        private void lead(Machine machine) {
            var row = image().nodes().require(machine.id);
            if (row.state() == Node.State.LOST) {
                register(machine);
            } else {
                machine.knownFrom = image().revision().value();
            }
        }

        private void register(Machine machine) {
            apply(new RegisterNode(Samples.node(machine.id, 1), now));
            machine.knownFrom = image().revision().value();
        }

        /// The watchdog freezes what runs before the lease is over; then the leader says so.
        private void lose(Machine machine) {
            var row = image().nodes().require(machine.id);
            if (row.state() == Node.State.READY) {
                freezeAll(machine);
                machine.knownFrom = Long.MAX_VALUE;
                story.add(machine.id + " is lost");
                apply(new DeclareNodeLost(machine.id, row.agentStarts(), now));
            }
        }

        private void freezeAll(Machine machine) {
            for (var cell : List.copyOf(machine.cells.values())) {
                if (cell.state() instanceof State.Alive) {
                    machine.set(cell.id(), new State.Alive(true));
                }
            }
        }

        /// An agent starts again: it has forgotten what it did, and its replica may be older.
        private void restart(Machine machine) {
            story.add(machine.id + " starts again");
            machine.ahead.clear();
            machine.ahead.addAll(machine.whole);
            machine.following.keySet().forEach(cell -> vanish(machine, cell));
            machine.following.clear();
            machine.knownFrom = Long.MAX_VALUE;
            var at = (int) machine.replica.revision().value();
            machine.replica = log.get(random.nextInt(at + 1));
        }

        private void place() {
            var row = row(anyProcess());
            if (row.phase() instanceof Phase.Waiting waiting) {
                var notBefore = waiting.notBefore();
                now = now.isBefore(notBefore) ? notBefore : now;
                if (processes.size() > 1) {
                    // Ranks wait for the leases of the nodes of the others.
                    machines.forEach(this::outlive);
                }
                var node = machines.get(random.nextInt(machines.size())).id;
                apply(new Place(row.id(), row.epoch(), node, Samples.chooses(node), now));
            }
        }

        /// A lease's time passes: who has heard of nothing since has none any more, and has been
        /// frozen.
        private void outlive(Machine machine) {
            freezeAll(machine);
            if (!machine.replica.revision().equals(image().revision())) {
                machine.knownFrom = Long.MAX_VALUE;
            }
        }

        private void startMove() {
            var row = row(anyProcess());
            var to = machines.get(random.nextInt(machines.size())).id;
            var modes = Migration.Mode.values();
            // Memory follows no ranks.
            var mode = modes[random.nextInt(processes.size() > 1 ? 2 : modes.length)];
            apply(
                    new StartMigration(
                            row.id(), row.epoch(), to, mode, Duration.ofSeconds(30), now, "asked"));
        }

        private void giveUp() {
            image().activeMigration(anyProcess())
                    .ifPresent(move ->
                            underWay.add(
                                    new Proposal(new AbortMigration(move.id(), "too long", now))));
        }

        private ProcessId anyProcess() {
            return processes.get(random.nextInt(processes.size()));
        }

        private HostedProcess row(ProcessId process) {
            return image().processes().require(process);
        }

        private void apply(Command command) {
            if (command instanceof ReportExit) {
                // Only a killed cell ends here, and that is nobody's exit.
                return;
            }
            if (ClusterStateMachine.decide(image(), command)
                            instanceof Decision.Accept(var events, _)
                    && !events.isEmpty()) {
                log.add(ClusterStateMachine.fold(image(), image().revision().next(), events));
                story.add(log.size() + ": " + command.getClass().getSimpleName());
            }
        }
    }
}
