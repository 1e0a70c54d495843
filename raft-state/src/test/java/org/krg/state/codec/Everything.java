// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import static org.krg.testkit.Samples.ALICE;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.DIGEST;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.START;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.CreateToken;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.JoinNode;
import org.krg.state.command.AccessCommand.LimitCheckpoints;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.command.AccessCommand.RevokeRole;
import org.krg.state.command.AccessCommand.RevokeToken;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.AccessCommand.SetPassword;
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
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.LimitKeys;
import org.krg.state.command.KeyCommand.Transact;
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
import org.krg.state.command.OwnerCommand.RecordOwners;
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
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.event.AccessEvent;
import org.krg.state.event.Event;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.LeaseEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.PolicyEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.Access;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Policies;
import org.krg.state.image.Segments;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Backing;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.Engine;
import org.krg.state.model.EnvironmentVariable;
import org.krg.state.model.Epoch;
import org.krg.state.model.FailedStart;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Identity;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.JoinToken;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Member;
import org.krg.state.model.Migration;
import org.krg.state.model.Migration.Step;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeCertificates;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageRecord;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Program;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.Revision;
import org.krg.state.model.Rlimit;
import org.krg.state.model.SavedObject;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.state.model.StartFault;
import org.krg.state.model.StopOrder;
import org.krg.state.model.Substitute;
import org.krg.state.model.SyncObject;
import org.krg.state.model.UnfitNode;
import org.krg.state.model.Usage;
import org.krg.state.model.User;
import org.krg.state.model.Verdict;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyRole;
import org.krg.testkit.Samples;

/// One of each kind, with every field set to something that is not its default.
final class Everything {
    private static final ProcessId PROCESS = new ProcessId(8);
    private static final Epoch EPOCH = new Epoch(3);
    private static final Usage USAGE = new Usage(Duration.ofSeconds(61, 5), 1L << 33);
    private static final StopOrder STOP = new StopOrder(15, Duration.ofMillis(1_500), START);

    private static final AddressPool POOL = AddressPool.of("10.201.0.0/16");
    private static final GroupCut.Held HELD = new GroupCut.Held(new SegmentId(31), 2);
    private static final SegmentKey KEY = new SegmentKey(-3, 1L << 40);
    private static final PolicyId POLICY = new PolicyId("packed", 3);
    private static final BlockId BLOCK = new BlockId(new SegmentId(31), 5);

    private Everything() {}

    static List<Command> commands() {
        var commands = new ArrayList<>(objectCommands());
        commands.addAll(SyncEverything.commands());
        commands.add(new CreateSegment("grid", 64L << 20, ALICE, 0640, OwnershipMode.SYNC, START));
        commands.add(owners());
        return List.copyOf(commands);
    }

    private static List<Command> objectCommands() {
        return List.of(
                new RegisterNode(node(), START),
                new DeclareNodeLost(HOME, 4, START),
                new FenceNode(HOME, START),
                new CordonNode(HOME, true),
                new RecordVoters(List.of(HOME), List.of(AWAY)),
                new RemoveNode(HOME),
                new SubmitJob("heat", spec(), ALICE, START),
                new StopJob(new JobId(7), STOP),
                new Place(PROCESS, EPOCH, HOME, decision(), START),
                new RecordUnplaced(PROCESS, EPOCH, Samples.rejects(AWAY, "no cpu left")),
                new ReportStarted(PROCESS, EPOCH, HOME, START),
                new ReportStartFailed(PROCESS, EPOCH, HOME, "not found", true, 127, START),
                new ReportExit(PROCESS, EPOCH, HOME, new Outcome.Signaled(11, USAGE), START),
                new ReportVanished(PROCESS, EPOCH, HOME, "the machine restarted", START),
                new RestoreFrom(PROCESS, 5, START),
                new StartMigration(
                        PROCESS,
                        EPOCH,
                        AWAY,
                        Migration.Mode.WARM,
                        Duration.ofSeconds(30),
                        START,
                        "ann asked"),
                new BeginLeaving(new MigrationId(12), 1L << 26),
                new HandOver(new MigrationId(12), generation(), 1L << 20, START),
                new CommitMove(new MigrationId(12), AWAY, START),
                new ReportResumed(new MigrationId(12), AWAY, START),
                new ReportPulled(new MigrationId(12), AWAY, 1L << 30, START),
                new AbortMigration(new MigrationId(12), "cancelled by alice", START),
                new CommitGeneration(generation(), 2),
                new DropGeneration(new GenerationId(PROCESS, 5)),
                new ReportCopies(new GenerationId(PROCESS, 5), List.of(HOME, AWAY)),
                new ReportCheckpointFailed(PROCESS, EPOCH, "io_uring, fd 7"),
                new AddCopy(new GenerationId(PROCESS, 5), AWAY),
                new GrantLease(new LeaseId(0), "cron", Duration.ofSeconds(10)),
                new RevokeLease(new LeaseId(9)),
                new ExpireLease(new LeaseId(9), 0),
                new AddUser("ann", "hash"),
                new DeleteUser("ann"),
                new SetPassword("ann", "hash"),
                new GrantRole("ann", "ops"),
                new RevokeRole("ann", "ops"),
                new AddRole("ops"),
                new DeleteRole("ops"),
                new GrantPermission("ops", grant()),
                new RevokePermission("ops", grant().range()),
                new SetEnabled(true),
                new CreateToken(token(), START),
                new RevokeToken("t1"),
                new JoinNode("t1", DIGEST, HOME, DIGEST, START),
                new GrantLease(new LeaseId(77), "cron", Duration.ofSeconds(10)),
                new Transact("alice", KeyEverything.transaction()),
                new CompactKeys("alice", new Revision(290)),
                new LimitKeys(
                        "root", Optional.of("alice"), Optional.of(new KeyLimit(10, 1 << 20, 5))),
                new LimitKeys("root", Optional.empty(), Optional.empty()),
                new KeepVersions("root", 1_000),
                new CreateSegment("grid", 64L << 20, ALICE, 0640, OwnershipMode.ASYNC, START),
                new ResizeSegment(segment().id(), 128L << 20),
                new RemoveSegment(segment().id()),
                new HoldSegment(segment().id(), new Member(HOME, 4), 3),
                new DestroySegment(segment().id()),
                new FinishReturn(segment().id()),
                new GrantBlock(BLOCK, new Member(HOME, 4)),
                new SubmitJob("net", spec().withCellNetwork(POOL), ALICE, START),
                new RegisterNode(Samples.node(HOME, 2, POOL), START),
                new RegisterNode(Samples.node(HOME, 3), 1, START),
                new SubmitJob("ring", spec().withCellNetwork(POOL).withRanks(3), ALICE, START),
                new AdmitJob(
                        "back",
                        spec().withCellNetwork(POOL),
                        ALICE,
                        Optional.of(POOL.address(6)),
                        START),
                new AdmitJob("again", spec(), ALICE, Optional.empty(), START),
                new BeginCut(new JobId(7), true, START),
                new ReportStill(PROCESS, EPOCH, 5, List.of(HELD)),
                new ReportPagesKept(PROCESS, EPOCH, 5),
                new ReportSaved(generation(), 2),
                new AbandonCut(new JobId(7), 5, "it took too long"),
                new SubmitJob("auto", Samples.with(spec(), adaptive()), ALICE, START),
                new CommitGeneration(generation().withSlowed(Duration.ofMillis(7)), 2),
                new RestoreFrom(PROCESS, 5, START, true),
                new SetFrozen(PROCESS, true),
                new SubmitJob("limited", Samples.with(spec(), limited()), ALICE, START),
                new CreateSegment("kept", 64L << 20, ALICE, 0640, OwnershipMode.ASYNC, START)
                        .backedBy(fileSegment().backing().orElseThrow()),
                new SubmitJob("own", Samples.with(spec(), savingItself()), ALICE, START),
                new RestoreFrom(PROCESS, 5, START, true, substitutes()),
                new LimitCheckpoints("ann", 1L << 30),
                new ReportStartFailed(
                        PROCESS, EPOCH, AWAY, "no table.bin", false, 125, START, StartFault.NODE),
                new SetSegmentMode(segment().id(), 0660),
                new StorePolicy("packed", "fills nodes", "[place]", "alice", START),
                new ActivatePolicy(Optional.of(POLICY)),
                new ActivatePolicy(Optional.empty()),
                new RollBackPolicy(),
                new RemovePolicy("packed"),
                new CreateSegment("keyed", 4_096, ALICE, 0640, OwnershipMode.ASYNC, START)
                        .openedBy(KEY),
                new SubmitJob(
                        "owner",
                        Samples.with(spec(), adaptive().withOwnDirectory("/data/heat")),
                        ALICE,
                        START));
    }

    static List<Event> events() {
        var events = new ArrayList<Event>();
        for (var kind : NodeEvent.Kind.values()) {
            events.add(new NodeEvent(kind, node(), "its lease ended"));
        }
        for (var kind : JobEvent.Kind.values()) {
            events.add(new JobEvent(kind, job(), "submitted by alice"));
        }
        for (var cut : cuts()) {
            events.add(new JobEvent(JobEvent.Kind.CUT_ADVANCED, job().withCut(cut), "of 3 ranks"));
        }
        for (var kind : ProcessEvent.Kind.values()) {
            events.add(new ProcessEvent(kind, process(phases().getFirst()), "on n1"));
        }
        for (var kind : MigrationEvent.Kind.values()) {
            events.add(new MigrationEvent(kind, migrations().getFirst(), "from n1 to n2"));
        }
        events.add(new GenerationEvent.Committed(generation(), "copies on n1, n2"));
        events.add(new GenerationEvent.Changed(generation(), "copies on n1"));
        events.add(new GenerationEvent.Dropped(generation().id(), "no longer needed"));
        events.add(new GenerationEvent.Failed(PROCESS, EPOCH, "io_uring, fd 7"));
        for (var kind : LeaseEvent.Kind.values()) {
            events.add(new LeaseEvent(kind, lease(), "granted to cron"));
        }
        events.add(new AccessEvent.UserChanged(user(), "got role ops"));
        events.add(new AccessEvent.UserDeleted("ann", "user deleted"));
        events.add(new AccessEvent.RoleChanged(role(), "role added"));
        events.add(new AccessEvent.RoleDeleted("ops", "role deleted"));
        events.add(new AccessEvent.EnabledSet(true, "permissions count"));
        events.add(new AccessEvent.TokenCreated(token(), "until tomorrow"));
        events.add(new AccessEvent.TokenEnded("t1", "used by node n1"));
        events.add(new AccessEvent.NodeJoined(HOME, 9, DIGEST, "with token t1"));
        events.add(new AccessEvent.CertificatesRevoked(HOME, 9, "the node was removed"));
        events.add(new SegmentEvent.Created(segment(), "created by alice"));
        events.add(new SegmentEvent.Changed(segment(), "its name is gone"));
        events.add(new SegmentEvent.Destroyed(segment(), "its pages are gone"));
        events.add(
                new SegmentEvent.Returned(
                        returned(), savedSegment().objects(), "rank 1 goes back"));
        events.add(new SegmentEvent.Created(syncSegment(), "created by alice"));
        events.add(new SegmentEvent.Granted(BLOCK, grantOfBlock(), "first touched"));
        events.add(
                new ProcessEvent(
                        ProcessEvent.Kind.CREATED,
                        process(phases().getFirst()).withAddress(POOL.address(7)),
                        "address 10.201.0.8"));
        events.add(
                new NodeEvent(
                        NodeEvent.Kind.LOST,
                        node().inState(Node.State.LOST, START.plusSeconds(60)),
                        "its lease ended"));
        events.add(new SegmentEvent.Created(fileSegment(), "created by alice"));
        events.add(
                new GenerationEvent.Changed(
                        generation().withSubstitutes(substitutes()), "other files"));
        events.add(new AccessEvent.CheckpointsLimited("ann", 1L << 30, "1 GiB"));
        events.add(
                new GenerationEvent.Changed(
                        generation()
                                .withUnfit(
                                        List.of(
                                                new UnfitNode(
                                                        AWAY,
                                                        4,
                                                        2,
                                                        START.plusSeconds(120),
                                                        "no table.bin"))),
                        "not on n2"));
        events.add(new PolicyEvent.Stored(policy(), "stored by alice"));
        events.add(new PolicyEvent.Activated(Optional.of(POLICY), Optional.empty(), "activated"));
        events.add(new PolicyEvent.Removed(POLICY, "removed"));
        events.add(
                new SegmentEvent.Changed(segment().openedBy(KEY), "access 0600 instead of 0640"));
        return events;
    }

    static List<Reply> replies() {
        var replies = new ArrayList<Reply>();
        replies.add(new Reply.Accepted(new Revision(300), 7));
        replies.add(new Reply.Transacted(new Revision(301), true, KeyEverything.results()));
        for (var refusal : Refusal.values()) {
            replies.add(new Reply.Refused(new Revision(300), refusal, "look again"));
        }
        replies.addAll(SyncEverything.replies());
        return replies;
    }

    private static RecordOwners owners() {
        var home = new Member(HOME, 4);
        return new RecordOwners(
                home,
                List.of(
                        new BlockRecords(
                                BLOCK,
                                new Epoch(3),
                                List.of(
                                        new PageRecord(0, 1, home, 1),
                                        new PageRecord(511, 700, new Member(HOME, 5), 300))),
                        new BlockRecords(
                                new BlockId(new SegmentId(31), 6),
                                new Epoch(1),
                                List.of(new PageRecord(7, 2, home, 0)))));
    }

    static Segment segment() {
        return Segment.unheld(
                        new SegmentId(31),
                        "grid",
                        64L << 20,
                        ALICE,
                        0640,
                        OwnershipMode.ASYNC,
                        START)
                .withoutName()
                .heldBy(new Member(HOME, 4), 3);
    }

    static Segment fileSegment() {
        return Segment.unheld(
                        new SegmentId(34),
                        "kept",
                        64L << 20,
                        ALICE,
                        0640,
                        OwnershipMode.ASYNC,
                        START)
                .backedBy(new Backing(HOME, "/srv/kept.bin"));
    }

    private static BlockGrant grantOfBlock() {
        return new BlockGrant(new Member(HOME, 4), new Epoch(2));
    }

    static User user() {
        return new User("ann", "hash", List.of("ops", "root"));
    }

    static KeyRole role() {
        return new KeyRole("ops", List.of(grant()));
    }

    static KeyGrant grant() {
        return new KeyGrant(KeyRange.prefix(Bytes.of("/ops/")), KeyGrant.Mode.READ_WRITE);
    }

    static JoinToken token() {
        return new JoinToken("t1", DIGEST, START);
    }

    static List<Phase> phases() {
        var phases = new ArrayList<Phase>();
        phases.add(new Phase.Waiting(new Origin.Beginning(), START, Duration.ofSeconds(3), "new"));
        phases.add(new Phase.Starting(HOME, new Origin.Checkpoint(5), START));
        phases.add(new Phase.Running(HOME, new Origin.Checkpoint(5), START));
        for (var outcome :
                List.of(
                        new Outcome.Exited(3, USAGE),
                        new Outcome.Signaled(9, USAGE),
                        new Outcome.NotStarted(126, "not executable"),
                        new Outcome.LostForGood("its node n1 was lost"),
                        new Outcome.Cancelled())) {
            phases.add(new Phase.Ended(outcome, Optional.of(HOME), START));
        }
        phases.add(new Phase.Ended(new Outcome.Cancelled(), Optional.empty(), START));
        return phases;
    }

    static List<Migration> migrations() {
        var migrations = new ArrayList<Migration>();
        for (var step :
                List.of(
                        new Step.Warming(),
                        new Step.Leaving(),
                        new Step.Arriving(5, START),
                        new Step.Resuming(5, START),
                        new Step.Pulling(5, Duration.ofMillis(85)),
                        new Step.Moved(5, Duration.ofMillis(85), START),
                        new Step.Aborted("its node n2 was lost", START))) {
            migrations.add(
                    new Migration(
                            new MigrationId(12 + migrations.size()),
                            new Migration.Route(PROCESS, HOME, AWAY, EPOCH, new Epoch(4)),
                            Migration.Mode.STOP_COPY,
                            Duration.ofSeconds(30),
                            START,
                            "ann asked for it and named n2",
                            new Migration.Sent(1L << 26, 1L << 20),
                            step));
        }
        return migrations;
    }

    /// An image with a row of every kind.
    static ClusterImage image() {
        var image =
                ClusterImage.EMPTY
                        .at(new Revision(300))
                        .afterNumber(41)
                        .withNodes(ClusterImage.EMPTY.nodes().with(HOME, node()))
                        .withJobs(ClusterImage.EMPTY.jobs().with(job().id(), job()))
                        .withGenerations(
                                ClusterImage.EMPTY
                                        .generations()
                                        .with(generation().id(), generation()))
                        .withLeases(ClusterImage.EMPTY.leases().with(lease()))
                        .withAccess(access());
        var processes = image.processes();
        for (var phase : phases()) {
            var id = new ProcessId(PROCESS.value() + processes.size());
            processes = processes.with(id, process(id, phase));
        }
        var waitedFor = new ProcessId(PROCESS.value() + processes.size());
        var process = process(waitedFor, phases().getFirst()).withLastEpoch(new Epoch(4));
        processes = processes.with(waitedFor, process);
        var migrations = image.migrations();
        for (var migration : migrations()) {
            migrations = migrations.with(migration.id(), migration);
        }
        return image.withProcesses(processes)
                .withMigrations(migrations)
                .withSegments(
                        Segments.EMPTY
                                .with(segment())
                                .with(fileSegment())
                                .with(BLOCK, grantOfBlock()))
                .withSync(SyncEverything.state())
                .withPolicies(
                        Policies.NONE
                                .with(policy())
                                .deciding(Optional.of(POLICY), Optional.empty()));
    }

    private static Access access() {
        var none = Access.EMPTY;
        return none.with(true, 5)
                .withUsers(none.users().with("ann", user()))
                .withRoles(none.roles().with("ops", role()))
                .withTokens(none.tokens().with("t1", token()))
                .withCertificates(none.certificates().with(HOME, new NodeCertificates(9, 12)))
                .withCheckpointLimits(none.checkpointLimits().with("ann", 1L << 30));
    }

    private static PolicyVersion policy() {
        return new PolicyVersion(POLICY, "fills nodes", "[place]", "alice", START);
    }

    private static Node node() {
        return Samples.node(HOME, 2).registered(4, START);
    }

    private static List<GroupCut> cuts() {
        var parts =
                List.of(
                        new GroupCut.Part(
                                EPOCH, true, List.of(HELD), true, Optional.of(generation())),
                        GroupCut.Part.of(EPOCH));
        var segments = List.of(savedSegment());
        var cut = new GroupCut(5, true, parts, segments, new GroupCut.State.UnderWay());
        return List.of(
                cut,
                cut.over(new GroupCut.State.Committed()),
                cut.over(new GroupCut.State.Abandoned("no space")));
    }

    private static Job job() {
        return new Job(new JobId(7), "heat", spec(), ALICE, START, Optional.of(STOP));
    }

    private static JobSpec spec() {
        return new JobSpec(
                new Program(
                        List.of("heat", "64", ""),
                        "/usr/bin/heat",
                        DIGEST,
                        List.of(new EnvironmentVariable("NAME", "Zoë \uD83D\uDE00")),
                        "/home/alice",
                        0_022,
                        true),
                new Identity(1000, 1000, List.of(27, 1000), "alice"),
                new Resources(1_500, 1L << 33),
                new ResourceLimits(2_000, 1L << 34, 512),
                new RestartPolicy(RestartPolicy.When.ON_FAILURE, 3, Duration.ofMillis(1_500)),
                RecoveryPolicy.CHECKPOINT_ONLY,
                new CheckpointPolicy(Engine.RESTART, Duration.ofSeconds(5), 3, 1L << 30, 4),
                PartitionPolicy.CONTINUE,
                List.of(HOME, AWAY));
    }

    private static Program limited() {
        return new Program(
                List.of("heat"),
                "/usr/bin/heat",
                DIGEST,
                List.of(),
                "/",
                0_022,
                true,
                true,
                List.of(
                        new Rlimit(Rlimit.Resource.NOFILE, 1_024, 4_096),
                        new Rlimit(Rlimit.Resource.STACK, 1L << 23, Rlimit.UNLIMITED)));
    }

    private static CheckpointPolicy savingItself() {
        return new CheckpointPolicy(Engine.COOPERATIVE, Duration.ofSeconds(5), 2, 1L << 30, 2);
    }

    private static CheckpointPolicy adaptive() {
        return new CheckpointPolicy(
                Engine.CRIU, new CheckpointSchedule.Adaptive(), 2, 0, 2, Duration.ofHours(2));
    }

    private static HostedProcess process(Phase phase) {
        return process(PROCESS, phase);
    }

    private static HostedProcess process(ProcessId id, Phase phase) {
        return new HostedProcess(
                id,
                new JobId(7),
                1,
                EPOCH,
                phase,
                2,
                List.of(
                        new FailedStart(
                                AWAY, new Epoch(2), new Origin.Checkpoint(4), "bad page", START)),
                Optional.of(decision()),
                Optional.of(HOME),
                5,
                EPOCH,
                Optional.empty());
    }

    private static PlacementDecision decision() {
        return new PlacementDecision(
                "krg.safe 1",
                Optional.of(HOME),
                List.of(
                        new Verdict(HOME, true, 0.75, List.of("free cpu 500", "free memory 2 GiB")),
                        new Verdict(AWAY, false, 0, List.of("another architecture"))),
                START);
    }

    private static Generation generation() {
        return new Generation(
                new GenerationId(PROCESS, 5),
                EPOCH,
                DIGEST,
                List.of(HOME, AWAY),
                64L << 20,
                3L << 20,
                Duration.ofMillis(45),
                START,
                1,
                true,
                Duration.ZERO,
                List.of(savedSegment()),
                List.of(),
                List.of());
    }

    private static List<Substitute> substitutes() {
        return List.of(
                new Substitute(new Substitute.OpenFile("/mnt/a/log"), "/var/log/heat"),
                new Substitute(new Substitute.Descriptor(0), "/srv/input"));
    }

    private static Segment syncSegment() {
        return Segment.unheld(
                new SegmentId(41), "sums", 4_096, ALICE, 0600, OwnershipMode.SYNC, START);
    }

    private static SavedSegment savedSegment() {
        return new SavedSegment(
                segment().withoutHolders(),
                List.of(
                        new SavedObject(1, new SyncObject.Word(-7)),
                        new SavedObject(2, new SyncObject.Semaphore(3, List.of(), List.of()))));
    }

    private static Segment returned() {
        return segment().returned(new SegmentId(33), List.of(segment().id()), true);
    }

    private static Lease lease() {
        return new Lease(new LeaseId(9), "cron", Duration.ofSeconds(10), 299);
    }
}
