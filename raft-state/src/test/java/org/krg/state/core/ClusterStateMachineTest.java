// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.krg.state.codec.Rows;
import org.krg.state.command.Command;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.MigrationCommand;
import org.krg.state.command.Operation;
import org.krg.state.command.OwnerCommand;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SyncCommand;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Migration;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SessionId;
import org.krg.state.model.StartFault;
import org.krg.testkit.RandomCommands;
import org.krg.testkit.Seeds;

/// What holds whatever is asked of the state machine.
class ClusterStateMachineTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 250;

    /// Twenty times as many as any rule has needed so far.
    private static final int MOST_SEEDS = 200 * SEEDS;

    @Test
    void theStateIsSoundAfterEveryCommand() {
        Seeds.run(
                SEEDS,
                random -> {
                    var commands = new RandomCommands(random);
                    var replica = new Replica();
                    for (var step = 1; step <= STEPS; step++) {
                        var before = replica.image();
                        var command = commands.next(before);
                        var decision = replica.apply(Replica.bytes(operation(step, command)));

                        checkSound(replica.image());
                        checkStep(before, command, decision, replica.image());
                    }
                });
    }

    @Test
    void rowsSayTheSameAsTheImage() {
        Seeds.run(
                SEEDS / 3,
                random -> {
                    var commands = new RandomCommands(random);
                    var replica = new Replica();
                    for (var step = 1; step <= STEPS; step++) {
                        var command = commands.next(replica.image());
                        var _ = replica.apply(Replica.bytes(operation(step, command)));

                        assertThat(replica.reloaded()).isEqualTo(replica.image());
                    }
                    assertThat(replica.rows()).isEqualTo(Rows.all(replica.image()));
                });
    }

    @Test
    void replicasThatApplyTheSameLogAreEqualAlsoAfterARestart() {
        Seeds.run(
                SEEDS / 3,
                random -> {
                    var commands = new RandomCommands(random);
                    var one = new Replica();
                    var other = new Replica();
                    for (var step = 1; step <= STEPS; step++) {
                        var entry = Replica.bytes(operation(step, commands.next(one.image())));

                        assertThat(one.apply(entry)).isEqualTo(other.apply(entry));
                    }
                    assertThat(one.image()).isEqualTo(other.image());
                    assertThat(one.rows()).isEqualTo(other.rows());
                });
    }

    /// Takes as many seeds as it needs, in order: a rule that is seldom reached takes some more
    /// after any change to the commands, and one that is never reached takes them all.
    @Test
    void theRandomCommandsReachEveryRule() {
        var all = namesOfAll(Command.class);
        // They read and write rows, not the image.
        all.removeAll(namesOfAll(KeyCommand.class));
        all.removeAll(namesOfAll(OwnerCommand.class));
        // SyncRules decides them.
        all.removeAll(namesOfAll(SyncCommand.class));
        // A segment goes back with a job that shared it in a cut, which hardly comes about by
        // chance.
        all.remove(FinishReturn.class.getSimpleName());
        var accepted = new TreeSet<String>();
        for (var seed = 0; seed < MOST_SEEDS && !accepted.containsAll(all); seed++) {
            var commands = new RandomCommands(RandomGeneratorFactory.getDefault().create(seed));
            var image = ClusterImage.EMPTY;
            for (var step = 1; step <= STEPS; step++) {
                var command = commands.next(image);
                if (ClusterStateMachine.decide(image, command)
                                instanceof Decision.Accept(var events, _)
                        && !events.isEmpty()) {
                    accepted.add(command.getClass().getSimpleName());
                    image = ClusterStateMachine.fold(image, image.revision().next(), events);
                }
            }
        }

        assertThat(accepted).containsAll(all);
    }

    private static SortedSet<String> namesOfAll(Class<?> kind) {
        var names = new TreeSet<String>();
        if (kind.isSealed()) {
            for (var permitted : kind.getPermittedSubclasses()) {
                names.addAll(namesOfAll(permitted));
            }
        } else {
            names.add(kind.getSimpleName());
        }
        return names;
    }

    private static Operation operation(long sequence, Command command) {
        return new Operation(new SessionId(7), sequence, 0, command);
    }

    private static void checkSound(ClusterImage image) {
        checkNumbers(image);
        var names = new TreeSet<String>();
        for (var job : image.jobs().values()) {
            if (image.lives(job.id())) {
                assertThat(names.add(job.name())).as("one living %s", job.name()).isTrue();
            }
        }
        for (var process : image.processes().values()) {
            checkProcess(image, process);
        }
        checkMigrations(image);
        for (var generation : image.generations().values()) {
            var process = image.processes().require(generation.id().process());
            assertThat(generation.id().number()).isBetween(1L, process.lastGeneration());
            assertThat(generation.copies()).allMatch(node -> isKnown(image, node));
        }
    }

    private static void checkNumbers(ClusterImage image) {
        var numbers = new TreeSet<Long>();
        image.jobs().values().forEach(job -> numbers.add(job.id().value()));
        image.processes().values().forEach(process -> numbers.add(process.id().value()));
        image.migrations().values().forEach(it -> numbers.add(it.id().value()));
        assertThat(numbers)
                .hasSize(image.jobs().size() + image.processes().size() + image.migrations().size())
                .allMatch(number -> number < image.nextNumber());
        assertThat(image.leases().values())
                .allMatch(lease -> lease.token() <= image.revision().value());
    }

    private static void checkProcess(ClusterImage image, HostedProcess process) {
        var job = image.jobs().require(process.job());
        process.phase().host().ifPresent(host -> checkHost(image, job, process, host));
        assertThat(process.failures()).hasSizeLessThanOrEqualTo(HostedProcess.MAX_FAILURES);
        switch (process.phase()) {
            case Phase.Waiting(var origin, _, _, _) -> {
                assertThat(job.stop()).isEmpty();
                checkOrigin(image, process, origin);
            }
            case Phase.Starting(_, var origin, _) -> checkOrigin(image, process, origin);
            case Phase.Running _ -> assertThat(process.epoch()).isGreaterThan(Epoch.ZERO);
            case Phase.Ended(_, var lastNode, _) ->
                    assertThat(lastNode).isEqualTo(process.lastNode());
        }
    }

    private static void checkHost(ClusterImage image, Job job, HostedProcess process, NodeId host) {
        var node = image.nodes().require(host);
        assertThat(process.lastNode()).contains(host);
        if (job.spec().onPartition() == PartitionPolicy.STOP) {
            assertThat(node.state()).isEqualTo(Node.State.READY);
        }
    }

    private static void checkMigrations(ClusterImage image) {
        var moving = new TreeSet<ProcessId>();
        for (var migration : image.migrations().values()) {
            var route = migration.route();
            assertThat(migration.isActive() && !moving.add(route.process()))
                    .as("one migration of a process at a time")
                    .isFalse();
            if (migration.isActive()) {
                var process = image.processes().require(route.process());
                var resuming =
                        migration.step() instanceof Migration.Step.Resuming
                                || migration.step() instanceof Migration.Step.Pulling;
                assertThat(process.phase()).isInstanceOf(Phase.Running.class);
                assertThat(process.phase().host()).contains(resuming ? route.to() : route.from());
                assertThat(process.epoch()).isEqualTo(resuming ? route.next() : route.epoch());
                assertThat(process.lastEpoch()).isGreaterThanOrEqualTo(route.next());
            }
        }
    }

    private static void checkOrigin(ClusterImage image, HostedProcess process, Origin origin) {
        if (origin instanceof Origin.Checkpoint(var number)) {
            assertThat(image.generations().find(new GenerationId(process.id(), number)))
                    .isPresent();
        }
    }

    private static boolean isKnown(ClusterImage image, NodeId node) {
        return image.nodes().find(node).isPresent();
    }

    private static void checkStep(
            ClusterImage before, Command command, Decision decision, ClusterImage after) {
        var changes = decision instanceof Decision.Accept(var events, _) && !events.isEmpty();
        assertThat(after.revision())
                .isEqualTo(changes ? before.revision().next() : before.revision());
        assertThat(after.nextNumber()).isGreaterThanOrEqualTo(before.nextNumber());
        var told = told(command);
        if (told.isPresent() && !told.get().epoch().equals(agreed(before, told.get()))) {
            assertThat(decision).as("a stale epoch").isInstanceOf(Decision.Refuse.class);
        }
        checkCuts(after);
        if (command instanceof ReportStartFailed failed) {
            checkWhatIsKept(before, failed, after);
        }
        for (var process : after.processes().values()) {
            var together = isOfLivingParallelJob(before, process);
            before.processes()
                    .find(process.id())
                    .ifPresent(earlier -> checkLife(earlier, command, process, together));
        }
    }

    /// What a node cannot do itself is no reason to go on from anything older.
    private static void checkWhatIsKept(
            ClusterImage before, ReportStartFailed failed, ClusterImage after) {
        var process = before.processes().find(failed.process());
        if (failed.fault() == StartFault.NODE
                && !failed.permanent()
                && process.isPresent()
                && process.get().phase()
                        instanceof Phase.Starting(_, Origin.Checkpoint(var number), _)
                && after.processes().require(failed.process()).phase()
                        instanceof Phase.Waiting(var origin, _, _, _)) {
            var id = new GenerationId(failed.process(), number);
            assertThat(after.generations().require(id).restoreFailures())
                    .isEqualTo(before.generations().require(id).restoreFailures());
            if (!after.generations().require(id).copies().isEmpty()) {
                assertThat(origin).isEqualTo(new Origin.Checkpoint(number));
            }
        }
    }

    /// The ranks of a parallel job have the same generations, but for what one that moves has
    /// alone, and a cut is only of what runs.
    private static void checkCuts(ClusterImage image) {
        for (var job : image.jobs().values()) {
            if (job.spec().isParallel()) {
                var ranks = image.processesOf(job.id());
                assertThat(ranks).hasSize(job.spec().ranks());
                checkGenerations(image, ranks);
                job.activeCut()
                        .ifPresent(cut ->
                                assertThat(ranks)
                                        .allMatch(rank -> rank.phase() instanceof Phase.Running)
                                        .extracting(HostedProcess::epoch)
                                        .isEqualTo(
                                                cut.parts().stream()
                                                        .map(GroupCut.Part::epoch)
                                                        .toList()));
            }
        }
    }

    private static void checkGenerations(ClusterImage image, List<HostedProcess> ranks) {
        var counts = new TreeMap<Long, Integer>();
        for (var rank : ranks) {
            image.generationsOf(rank.id())
                    .forEach(it -> counts.merge(it.id().number(), 1, Integer::sum));
        }
        counts.forEach((number, count) -> {
            var isOfAll = count == ranks.size();
            assertThat(isOfAll || isOfOneThatMoves(image, ranks, number))
                    .as("generation %d of %d ranks", number, count)
                    .isTrue();
        });
    }

    private static boolean isOfOneThatMoves(
            ClusterImage image, List<HostedProcess> ranks, long number) {
        var having =
                ranks.stream()
                        .filter(rank ->
                                image.generations()
                                        .find(new GenerationId(rank.id(), number))
                                        .isPresent())
                        .toList();
        return having.size() == 1 && image.activeMigration(having.getFirst().id()).isPresent();
    }

    /// Ranks that have ended come back with those that have not.
    private static boolean isOfLivingParallelJob(ClusterImage image, HostedProcess process) {
        return image.jobs()
                .find(process.job())
                .filter(job -> job.spec().isParallel() && image.lives(job.id()))
                .isPresent();
    }

    private static void checkLife(
            HostedProcess earlier, Command command, HostedProcess later, boolean together) {
        var placed = !later.epoch().equals(earlier.epoch());
        if (placed && command instanceof RestoreFrom) {
            assertThat(later.phase().host()).as("in place").isEqualTo(earlier.phase().host());
        } else if (placed) {
            assertThat(command).matches(it -> it instanceof Place || isMove(it));
        }
        assertThat(later.lastEpoch()).isGreaterThanOrEqualTo(earlier.lastEpoch());
        assertThat(later.epoch()).isGreaterThanOrEqualTo(earlier.epoch());
        assertThat(later.lastGeneration()).isGreaterThanOrEqualTo(earlier.lastGeneration());
        var host = later.phase().host();
        if (!placed && host.isPresent()) {
            assertThat(earlier.phase().host()).as("one node an epoch").isEqualTo(host);
        }
        if (earlier.phase() instanceof Phase.Ended
                && !together
                && !(command instanceof RestoreFrom)) {
            assertThat(later.phase()).isEqualTo(earlier.phase());
        }
    }

    private static boolean isMove(Command command) {
        return command instanceof MigrationCommand.CommitMove;
    }

    private record Told(ProcessId process, Epoch epoch) {}

    /// The incarnation that a command is about.
    private static Optional<Told> told(Command command) {
        return switch (command) {
            case Place place -> Optional.of(new Told(place.process(), place.expected()));
            case RecordUnplaced it -> Optional.of(new Told(it.process(), it.expected()));
            case ReportStarted it -> Optional.of(new Told(it.process(), it.epoch()));
            case ReportStartFailed it -> Optional.of(new Told(it.process(), it.epoch()));
            case ReportExit it -> Optional.of(new Told(it.process(), it.epoch()));
            case ReportVanished it -> Optional.of(new Told(it.process(), it.epoch()));
            case ReportCheckpointFailed it -> Optional.of(new Told(it.process(), it.epoch()));
            case CommitGeneration(var generation, _) ->
                    Optional.of(new Told(generation.id().process(), generation.epoch()));
            default -> Optional.empty();
        };
    }

    private static Epoch agreed(ClusterImage image, Told told) {
        return image.processes()
                .find(told.process())
                .map(HostedProcess::epoch)
                .orElse(new Epoch(-1));
    }
}
