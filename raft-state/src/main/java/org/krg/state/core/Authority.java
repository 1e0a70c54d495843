// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand;
import org.krg.state.command.GenerationCommand;
import org.krg.state.command.JobCommand;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.LeaseCommand;
import org.krg.state.command.MigrationCommand;
import org.krg.state.command.NodeCommand;
import org.krg.state.command.OwnerCommand;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.ProcessCommand;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SyncCommand;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Lease;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SegmentId;

/// Decides who may ask for what, before the rules of the command see it. Every command is in one of
/// the switches: a new one does not compile until somebody has said who may use it.
public final class Authority {
    /// The principal of what an agent proposes by itself. No user can have this name.
    public static final String AGENT = "";

    private Authority() {}

    /// Who may use a command.
    public sealed interface Rule {
        /// Only the agents, by themselves.
        record Agents() implements Rule {}

        /// Only root, and users with the role root.
        record Root() implements Rule {}

        /// The owner of that job, root, and the agents by themselves.
        record Owner(Optional<String> owner) implements Rule {}
    }

    /// {@return why `principal` may not use `command`; empty when they may}
    public static Optional<String> problem(ClusterImage image, String principal, Command command) {
        var isAgent = principal.equals(AGENT);
        var isRoot = !isAgent && image.access().isRoot(principal);
        return switch (rule(image, command)) {
            case Rule.Agents _ when isAgent -> Optional.empty();
            case Rule.Agents _ -> Optional.of("only agents report that");
            case Rule.Root _ when isRoot -> Optional.empty();
            case Rule.Root _ -> Optional.of("only root and users with the role root may do that");
            case Rule.Owner(var owner)
                    when isRoot || isAgent || owner.filter(principal::equals).isPresent() ->
                    Optional.empty();
            case Rule.Owner(var owner) ->
                    Optional.of(
                            "that is %s's and not user %s's"
                                    .formatted(owner.orElse("nobody"), principal));
        };
    }

    /// {@return why `principal` may neither renew nor look at a lease; empty when they may}
    public static Optional<String> problem(ClusterImage image, String principal, Lease lease) {
        var may =
                principal.equals(AGENT)
                        || principal.equals(lease.holder())
                        || image.access().isRoot(principal);
        return may
                ? Optional.empty()
                : Optional.of(
                        "lease %s is %s's and not user %s's"
                                .formatted(lease.id(), lease.holder(), principal));
    }

    /// {@return who may use `command`}
    public static Rule rule(ClusterImage image, Command command) {
        return switch (command) {
            case NodeCommand node -> rule(node);
            case JobCommand.SubmitJob submit -> new Rule.Owner(Optional.of(submit.owner().name()));
            case JobCommand.AdmitJob admit -> new Rule.Owner(Optional.of(admit.owner().name()));
            case JobCommand.StopJob stop -> owner(image, stop.job());
            case ProcessCommand process -> rule(image, process);
            case MigrationCommand migration -> rule(image, migration);
            case GenerationCommand generation -> rule(image, generation);
            case CutCommand cut -> rule(image, cut);
            case LeaseCommand lease -> rule(image, lease);
            case AccessCommand access -> rule(access);
            case SegmentCommand segment -> rule(image, segment);
            // Whose segment it is, the agent has seen when its process opened it.
            case SyncCommand _ -> new Rule.Agents();
            case OwnerCommand _ -> new Rule.Agents();
            // It decides where everybody's programs run.
            case PolicyCommand _ -> new Rule.Root();
            // What that user may do with each key is KeyAccess's to say.
            case KeyCommand key -> new Rule.Owner(Optional.of(key.principal()));
        };
    }

    private static Rule rule(NodeCommand command) {
        return switch (command) {
            case NodeCommand.RegisterNode _, NodeCommand.DeclareNodeLost _ -> new Rule.Agents();
            case NodeCommand.FenceNode _, NodeCommand.RemoveNode _, NodeCommand.RecordVoters _ ->
                    new Rule.Root();
            // Nobody's: root's, and an agent's that is about to leave.
            case NodeCommand.CordonNode _ -> new Rule.Owner(Optional.empty());
        };
    }

    private static Rule rule(ClusterImage image, ProcessCommand command) {
        return switch (command) {
            case ProcessCommand.Place _,
                    ProcessCommand.RecordUnplaced _,
                    ProcessCommand.ReportStarted _,
                    ProcessCommand.ReportStartFailed _,
                    ProcessCommand.ReportExit _,
                    ProcessCommand.ReportVanished _ ->
                    new Rule.Agents();
            case ProcessCommand.RestoreFrom restore -> owner(image, restore.process());
            case ProcessCommand.SetFrozen set -> owner(image, set.process());
        };
    }

    private static Rule rule(ClusterImage image, MigrationCommand command) {
        return switch (command) {
            case MigrationCommand.StartMigration start -> owner(image, start.process());
            case MigrationCommand.AbortMigration abort ->
                    image.migrations()
                            .find(abort.migration())
                            .map(migration -> owner(image, migration.route().process()))
                            .orElseGet(() -> new Rule.Owner(Optional.empty()));
            case MigrationCommand.BeginLeaving _,
                    MigrationCommand.HandOver _,
                    MigrationCommand.CommitMove _,
                    MigrationCommand.ReportResumed _,
                    MigrationCommand.ReportPulled _ ->
                    new Rule.Agents();
        };
    }

    private static Rule rule(ClusterImage image, GenerationCommand command) {
        return switch (command) {
            case GenerationCommand.CommitGeneration _,
                    GenerationCommand.AddCopy _,
                    GenerationCommand.ReportCopies _,
                    GenerationCommand.ReportCheckpointFailed _ ->
                    new Rule.Agents();
            case GenerationCommand.DropGeneration drop -> owner(image, drop.generation().process());
        };
    }

    private static Rule rule(ClusterImage image, CutCommand command) {
        return switch (command) {
            case CutCommand.BeginCut begin -> owner(image, begin.job());
            case CutCommand.ReportStill _,
                    CutCommand.ReportPagesKept _,
                    CutCommand.ReportSaved _,
                    CutCommand.AbandonCut _ ->
                    new Rule.Agents();
        };
    }

    private static Rule rule(ClusterImage image, LeaseCommand command) {
        return switch (command) {
            case LeaseCommand.GrantLease grant -> new Rule.Owner(Optional.of(grant.holder()));
            case LeaseCommand.RevokeLease revoke ->
                    new Rule.Owner(image.leases().find(revoke.lease()).map(Lease::holder));
            case LeaseCommand.ExpireLease _ -> new Rule.Agents();
        };
    }

    private static Rule rule(ClusterImage image, SegmentCommand command) {
        return switch (command) {
            case SegmentCommand.CreateSegment create ->
                    new Rule.Owner(Optional.of(create.owner().name()));
            case SegmentCommand.DestroySegment(var segment) -> owner(image, segment);
            // A program's that may do so by the segment's mode, its agent proposes.
            case SegmentCommand.ResizeSegment resize -> owner(image, resize.segment());
            case SegmentCommand.SetSegmentMode(var segment, _) -> owner(image, segment);
            case SegmentCommand.RemoveSegment _,
                    SegmentCommand.HoldSegment _,
                    SegmentCommand.FinishReturn _,
                    SegmentCommand.GrantBlock _ ->
                    new Rule.Agents();
        };
    }

    private static Rule rule(AccessCommand command) {
        return switch (command) {
            // The token speaks for the node; whoever shows it has no name yet.
            case AccessCommand.JoinNode _ -> new Rule.Agents();
            case AccessCommand.AddUser _,
                    AccessCommand.DeleteUser _,
                    AccessCommand.SetPassword _,
                    AccessCommand.GrantRole _,
                    AccessCommand.RevokeRole _,
                    AccessCommand.AddRole _,
                    AccessCommand.DeleteRole _,
                    AccessCommand.GrantPermission _,
                    AccessCommand.RevokePermission _,
                    AccessCommand.SetEnabled _,
                    AccessCommand.LimitCheckpoints _,
                    AccessCommand.CreateToken _,
                    AccessCommand.RevokeToken _ ->
                    new Rule.Root();
        };
    }

    private static Rule owner(ClusterImage image, SegmentId segment) {
        return new Rule.Owner(
                image.segments().known().find(segment).map(known -> known.owner().name()));
    }

    private static Rule owner(ClusterImage image, ProcessId process) {
        return image.processes()
                .find(process)
                .map(known -> owner(image, known.job()))
                .orElseGet(() -> new Rule.Owner(Optional.empty()));
    }

    /// What is not there has no owner: only root and agents learn that from the rules.
    private static Rule owner(ClusterImage image, JobId job) {
        return new Rule.Owner(image.jobs().find(job).map(Job::owner).map(owner -> owner.name()));
    }
}
