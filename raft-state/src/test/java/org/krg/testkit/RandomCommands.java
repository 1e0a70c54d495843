// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand.AbandonCut;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.CutCommand.ReportPagesKept;
import org.krg.state.command.CutCommand.ReportSaved;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.MigrationCommand.AbortMigration;
import org.krg.state.command.MigrationCommand.BeginLeaving;
import org.krg.state.command.MigrationCommand.CommitMove;
import org.krg.state.command.MigrationCommand.HandOver;
import org.krg.state.command.MigrationCommand.ReportPulled;
import org.krg.state.command.MigrationCommand.ReportResumed;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RecordVoters;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.RemovePolicy;
import org.krg.state.command.PolicyCommand.RollBackPolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.RecordUnplaced;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockId;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.JoinToken;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Member;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.PolicyId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.state.model.StartFault;
import org.krg.state.model.StopOrder;
import org.krg.state.model.Substitute;
import org.krg.state.model.Usage;
import org.krg.state.model.User;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRange;

/// Commands as a cluster in trouble makes them: most fit the state they are made for, some are
/// late, repeated or about things that are not there.
public final class RandomCommands {
    private static final List<NodeId> NODES = List.of(Samples.HOME, Samples.AWAY, Samples.THIRD);
    private static final List<String> NAMES = List.of("heat", "nbody", "sort", "bc");

    private final RandomGenerator random;
    private Instant now = Samples.START;

    public RandomCommands(RandomGenerator random) {
        this.random = random;
    }

    /// {@return a command made for `image`}
    public Command next(ClusterImage image) {
        now = now.plusMillis(random.nextInt(4_000));
        return switch (random.nextInt(46)) {
            case 0 -> new RegisterNode(node(1 + random.nextInt(40) / 38), now);
            case 1 -> new RegisterNode(node(1 + random.nextInt(40) / 38), 1, now);
            case 2 -> new DeclareNodeLost(node(), agentStarts(image), now);
            case 3 -> rarely() ? new FenceNode(node(), now) : nodeOrCordon();
            case 4 -> new SubmitJob(pick(NAMES), spec(), Samples.ALICE, now);
            case 5 ->
                    random.nextInt(5) == 0
                            ? admit()
                            : new SubmitJob(pick(NAMES), spec(), Samples.ALICE, now);
            case 6 -> stop();
            case 7, 8, 9, 10 -> place(image);
            case 11 -> unplaced(image);
            case 12, 13, 14 -> started(image);
            case 15 -> startFailed(image);
            case 16 -> exit(image);
            case 17 -> vanished(image);
            case 18 -> restoreOrFreeze(image);
            case 19, 20 -> commit(image);
            case 21 -> new DropGeneration(generation(image));
            case 22 -> copiesOrFailure(image);
            case 23, 24, 25, 26 -> access(image);
            case 27 -> lease(image);
            case 28, 29 -> startMigration(image);
            case 38, 39, 40 -> segment(image);
            case 41, 42, 43, 44 -> cut(image);
            case 45 -> policy(image);
            default -> migration(image);
        };
    }

    private Command restoreOrFreeze(ClusterImage image) {
        var process = process(image);
        var choice = 1 + random.nextInt(6);
        return choice > 4
                ? new SetFrozen(process, choice == 5)
                : new RestoreFrom(process, choice, now, choice == 4, substitutes());
    }

    private List<Substitute> substitutes() {
        return rarely()
                ? List.of(new Substitute(new Substitute.Descriptor(random.nextInt(9)), "/other"))
                : List.of();
    }

    private Command policy(ClusterImage image) {
        var name = pick(List.of("packed", "spread"));
        var known = image.policies().versions().values();
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                    new ActivatePolicy(
                            Optional.of(
                                    known.isEmpty() || rarely()
                                            ? new PolicyId(name, 7)
                                            : pick(known).id()));
            case 2 -> new ActivatePolicy(Optional.empty());
            case 3 -> new RollBackPolicy();
            case 4 -> new RemovePolicy(name);
            default -> new StorePolicy(name, "", "# " + random.nextInt(9), "alice", now);
        };
    }

    /// What an agent, the leader or a user says of a checkpoint of all ranks.
    private Command cut(ClusterImage image) {
        var parallel =
                image.jobs().values().stream().filter(job -> job.spec().isParallel()).toList();
        if (parallel.isEmpty()) {
            return new BeginCut(new JobId(1 + random.nextInt(30)), false, now);
        }
        var active = parallel.stream().filter(job -> job.activeCut().isPresent()).toList();
        var job = active.isEmpty() || rarely() ? pick(parallel) : pick(active);
        var number = job.cut().map(GroupCut::number).orElse(1L);
        if (job.activeCut().isEmpty()) {
            return rarely()
                    ? new AbandonCut(job.id(), number, "it took too long")
                    : new BeginCut(job.id(), random.nextBoolean(), now);
        }
        if (random.nextInt(6) == 0) {
            return new AbandonCut(job.id(), number, "it took too long");
        }
        var parts = job.activeCut().get().parts();
        var all = image.processesOf(job.id());
        var moving = all.stream().filter(it -> !parts.get(it.rank()).still()).toList();
        var rank = moving.isEmpty() || rarely() ? pick(all) : pick(moving);
        var copies = NODES.subList(0, 2 + random.nextInt(2)).toArray(NodeId[]::new);
        return !moving.isEmpty() && !rarely()
                ? new ReportStill(rank.id(), epoch(image, rank.id()), number, held(image, rank))
                : random.nextInt(3) == 0
                        ? new ReportPagesKept(rank.id(), rank.epoch(), number)
                        : new ReportSaved(
                                Samples.generation(rank.id(), number, rank.epoch(), copies),
                                random.nextInt(3));
    }

    /// Mostly what the log knows of the node, so that cuts come about.
    private List<Held> held(ClusterImage image, HostedProcess rank) {
        var node = rank.lastNode();
        return image.segments().known().values().stream()
                .filter(_ -> !rarely())
                .flatMap(segment ->
                        segment.holders().stream()
                                .filter(holder ->
                                        node.isPresent()
                                                && holder.member().node().equals(node.get()))
                                .map(holder -> new Held(segment.id(), holder.count())))
                .toList();
    }

    private Command segment(ClusterImage image) {
        var segment = new SegmentId(1 + random.nextLong(image.nextNumber()));
        var known = image.segments().known().values();
        var likely = known.isEmpty() || rarely() ? segment : pick(known).id();
        return switch (random.nextInt(10)) {
            case 6 -> new FinishReturn(likely);
            case 0, 1 -> {
                var create =
                        new CreateSegment(
                                        pick(NAMES),
                                        random.nextLong(3) << 22,
                                        Samples.ALICE,
                                        0600,
                                        pick(List.of(OwnershipMode.values())),
                                        now)
                                .openedBy(new SegmentKey(random.nextLong(), random.nextLong()));
                yield rarely()
                        ? create.backedBy(new Backing(node(), "/srv/" + pick(NAMES)))
                        : create;
            }
            case 2 -> new DestroySegment(likely);
            case 3 -> new ResizeSegment(likely, random.nextLong(4) << 22);
            case 4 -> new RemoveSegment(likely);
            case 7 -> new SetSegmentMode(likely, random.nextInt(01000));
            case 5 ->
                    new HoldSegment(
                            likely, new Member(node(), agentStarts(image)), random.nextInt(3));
            default ->
                    new GrantBlock(
                            new BlockId(likely, random.nextInt(5)),
                            new Member(node(), agentStarts(image)));
        };
    }

    private Command nodeOrCordon() {
        return switch (random.nextInt(4)) {
            case 0 -> new CordonNode(node(), random.nextInt(4) == 0);
            case 1 -> new RecordVoters(List.of(node()), List.of(node()));
            default -> new RemoveNode(node());
        };
    }

    private Command place(ClusterImage image) {
        var id = process(image);
        var node = node();
        return new Place(id, epoch(image, id), node, Samples.chooses(node), now);
    }

    private Command unplaced(ClusterImage image) {
        var id = process(image);
        var decision = Samples.rejects(node(), "no cpu left");
        return new RecordUnplaced(id, epoch(image, id), decision);
    }

    private Command started(ClusterImage image) {
        var id = process(image);
        return new ReportStarted(id, epoch(image, id), host(image, id), now);
    }

    private Command startFailed(ClusterImage image) {
        var id = process(image);
        return new ReportStartFailed(
                id,
                epoch(image, id),
                host(image, id),
                "no space",
                rarely(),
                126,
                now,
                pick(List.of(StartFault.values())));
    }

    private Command exit(ClusterImage image) {
        var id = process(image);
        var usage = new Usage(Duration.ofMillis(random.nextInt(10_000)), 1 << 20);
        var outcome =
                random.nextBoolean()
                        ? new Outcome.Exited(random.nextInt(3), usage)
                        : new Outcome.Signaled(9, usage);
        return new ReportExit(id, epoch(image, id), host(image, id), outcome, now);
    }

    private Command vanished(ClusterImage image) {
        var id = process(image);
        return new ReportVanished(id, epoch(image, id), host(image, id), "gone", now);
    }

    private Command commit(ClusterImage image) {
        var id = process(image);
        var number = lastNumber(image, id);
        var copies = NODES.subList(0, 1 + random.nextInt(3)).toArray(NodeId[]::new);
        var next = number + (rarely() ? 0 : 1);
        return new CommitGeneration(Samples.generation(id, next, epoch(image, id), copies), 1);
    }

    private Command startMigration(ClusterImage image) {
        var running =
                image.processes().values().stream()
                        .filter(process -> process.phase() instanceof Phase.Running)
                        .map(HostedProcess::id)
                        .toList();
        var id = running.isEmpty() || rarely() ? process(image) : pick(running);
        return new StartMigration(
                id,
                epoch(image, id),
                node(),
                pick(List.of(Migration.Mode.values())),
                Duration.ofSeconds(30),
                now,
                "asked");
    }

    /// What source, target, leader or a user says of a migration, most of the time one that is
    /// under way, and not always in its order.
    private Command migration(ClusterImage image) {
        var all = image.migrations().values();
        var active = all.stream().filter(Migration::isActive).toList();
        if (all.isEmpty() || (active.isEmpty() && !rarely())) {
            return startMigration(image);
        }
        var migration = active.isEmpty() || rarely() ? pick(all) : pick(active);
        var next = rarely() ? random.nextInt(6) : step(migration);
        return command(image, migration, next);
    }

    private int step(Migration migration) {
        return switch (migration.step()) {
            case Step.Warming _ -> 0;
            case Step.Leaving _ -> 1;
            case Step.Arriving _ -> 2;
            case Step.Resuming _ -> 3;
            case Step.Pulling _ -> 4;
            case Step.Moved _, Step.Aborted _ -> random.nextInt(6);
        };
    }

    private Command command(ClusterImage image, Migration migration, int step) {
        var id = migration.id();
        var route = migration.route();
        return switch (step) {
            case 0 -> new BeginLeaving(id, random.nextInt(1 << 20));
            case 1 -> handOver(image, migration);
            case 2 -> new CommitMove(id, rarely() ? node() : route.to(), now);
            case 3 -> new ReportResumed(id, rarely() ? node() : route.to(), now);
            case 4 ->
                    new ReportPulled(
                            id, rarely() ? node() : route.to(), random.nextInt(1 << 20), now);
            default -> new AbortMigration(id, "cancelled", now);
        };
    }

    private Command handOver(ClusterImage image, Migration migration) {
        var route = migration.route();
        var number = lastNumber(image, route.process());
        var copies =
                rarely() ? new NodeId[] {route.from()} : new NodeId[] {route.from(), route.to()};
        var next = number + (rarely() ? 0 : 1);
        return new HandOver(
                migration.id(),
                Samples.generation(route.process(), next, route.epoch(), copies),
                random.nextInt(1 << 20),
                now);
    }

    private static long lastNumber(ClusterImage image, ProcessId process) {
        return image.processes()
                .find(process)
                .map(HostedProcess::job)
                .map(image::lastNumber)
                .orElse(0L);
    }

    private Command copiesOrFailure(ClusterImage image) {
        var id = process(image);
        return switch (random.nextInt(3)) {
            case 0 -> new ReportCopies(generation(image), NODES.subList(0, random.nextInt(4)));
            case 1 -> new AddCopy(generation(image), NODES.get(random.nextInt(NODES.size())));
            default -> new ReportCheckpointFailed(id, epoch(image, id), "a device, fd 5");
        };
    }

    private Command admit() {
        return new AdmitJob(pick(NAMES), spec(), Samples.ALICE, Optional.empty(), now);
    }

    private Command stop() {
        var order = new StopOrder(15, Duration.ofSeconds(random.nextInt(20)), now);
        return new StopJob(new JobId(1 + random.nextInt(30)), order);
    }

    private Command lease(ClusterImage image) {
        var granted = image.leases().values();
        var id =
                granted.isEmpty() || rarely()
                        ? new LeaseId(1 + random.nextInt(40))
                        : granted.get(random.nextInt(granted.size())).id();
        return switch (random.nextInt(3)) {
            case 0 ->
                    new GrantLease(rarely() ? id : new LeaseId(0), "cron", Duration.ofSeconds(10));
            case 1 -> new RevokeLease(id);
            default -> new ExpireLease(id, 0);
        };
    }

    /// Mostly a role that the user has.
    private Command revokeRole(ClusterImage image, String user, String role) {
        var had = image.access().users().find(user).map(User::roles).orElse(List.of());
        return new AccessCommand.RevokeRole(user, had.isEmpty() || rarely() ? role : pick(had));
    }

    private Command access(ClusterImage image) {
        var user = pick(List.of("root", "ann", "bob"));
        var role = pick(List.of("root", "ops", "dev"));
        var range = KeyRange.prefix(Bytes.of(Character.toString('a' + random.nextInt(3))));
        var token = "t" + random.nextInt(4);
        return switch (random.nextInt(14)) {
            case 0 -> new AccessCommand.AddUser(user, "hash");
            case 1 -> new AccessCommand.DeleteUser(user);
            case 2 -> new AccessCommand.SetPassword(user, "other");
            case 3 -> new AccessCommand.GrantRole(user, role);
            case 4 -> new AccessCommand.GrantRole("root", "root");
            case 5 -> revokeRole(image, user, role);
            case 6 -> new AccessCommand.AddRole(role);
            case 7 -> new AccessCommand.DeleteRole(role);
            case 8 ->
                    new AccessCommand.GrantPermission(
                            role, new KeyGrant(range, pick(List.of(KeyGrant.Mode.values()))));
            case 9 -> revokePermission(image, role, range);
            case 10 -> new AccessCommand.SetEnabled(random.nextBoolean());
            case 11 ->
                    new AccessCommand.CreateToken(
                            new JoinToken(token, Samples.DIGEST, now.plusSeconds(60)), now);
            case 12 ->
                    new AccessCommand.LimitCheckpoints(
                            rarely() ? "" : pick(List.of("alice", user)),
                            random.nextInt(4) * (100L << 20));
            default -> random.nextBoolean() ? new AccessCommand.RevokeToken(token) : join(image);
        };
    }

    /// Mostly of a node that is not there yet, with a token that is.
    private Command join(ClusterImage image) {
        var tokens = image.access().tokens().values();
        var token = tokens.isEmpty() || rarely() ? "t9" : pick(tokens).id();
        var node = rarely() ? node() : new NodeId("joiner");
        return new AccessCommand.JoinNode(token, Samples.DIGEST, node, Samples.DIGEST, now);
    }

    private Command revokePermission(ClusterImage image, String role, KeyRange range) {
        var granted =
                image.access().roles().values().stream()
                        .filter(each -> !each.grants().isEmpty())
                        .toList();
        if (granted.isEmpty() || rarely()) {
            return new AccessCommand.RevokePermission(role, range);
        }
        var one = pick(granted);
        return new AccessCommand.RevokePermission(one.name(), one.grants().getFirst().range());
    }

    private JobSpec spec() {
        var spec = Samples.with(Samples.spec(), pick(List.of(RecoveryPolicy.values())));
        var restart =
                new RestartPolicy(
                        pick(List.of(RestartPolicy.When.values())), 3, Duration.ofSeconds(1));
        var ranks = random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1;
        return Samples.with(Samples.with(spec, restart), pick(List.of(PartitionPolicy.values())))
                .withRanks(ranks);
    }

    private Node node(long incarnation) {
        return Samples.node(node(), incarnation);
    }

    private NodeId node() {
        return pick(NODES);
    }

    private long agentStarts(ClusterImage image) {
        var starts = image.nodes().find(node()).map(Node::agentStarts).orElse(1L);
        return rarely() ? starts - 1 : starts;
    }

    private ProcessId process(ClusterImage image) {
        var all = image.processes().values();
        return all.isEmpty() || rarely()
                ? new ProcessId(random.nextInt(20))
                : pick(all.subList(Math.max(0, all.size() - 6), all.size())).id();
    }

    private GenerationId generation(ClusterImage image) {
        var all = image.generations().values();
        return all.isEmpty() || rarely() ? new GenerationId(process(image), 1) : pick(all).id();
    }

    private Epoch epoch(ClusterImage image, ProcessId id) {
        var agreed = image.processes().find(id).map(HostedProcess::epoch).orElse(Epoch.ZERO);
        return rarely() ? new Epoch(agreed.value() + random.nextInt(-2, 3)) : agreed;
    }

    private NodeId host(ClusterImage image, ProcessId id) {
        var host = image.processes().find(id).flatMap(process -> process.phase().host());
        return rarely() ? node() : host.orElseGet(this::node);
    }

    private boolean rarely() {
        return random.nextInt(10) == 0;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
