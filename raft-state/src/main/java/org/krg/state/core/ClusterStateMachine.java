// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
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
import org.krg.state.command.Refusal;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SyncCommand;
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
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Lease;
import org.krg.state.model.Migration;
import org.krg.state.model.Revision;

/// The state machine of the cluster as two pure functions.
public final class ClusterStateMachine {
    private ClusterStateMachine() {}

    /// {@return what `command` does to `image` when `principal` asks for it}
    ///
    /// @param principal see [Authority]
    public static Decision decide(ClusterImage image, String principal, Command command) {
        return Authority.problem(image, principal, command)
                .map(problem -> Decision.refuse(Refusal.NOT_PERMITTED, problem))
                .orElseGet(() -> decide(image, command));
    }

    /// {@return what `command` does to `image` when an agent, or somebody who may, asks for it}
    public static Decision decide(ClusterImage image, Command command) {
        var together = CutEnds.with(image, GroupRules.with(image, rules(image, command)));
        return PartialGenerations.with(
                image, RankMoves.with(image, MigrationEnds.with(image, together)));
    }

    private static Decision rules(ClusterImage image, Command command) {
        return switch (command) {
            case NodeCommand node -> NodeRules.decide(image, node);
            case JobCommand job -> JobRules.decide(image, job);
            case ProcessCommand process -> ProcessRules.decide(image, process);
            case MigrationCommand migration -> MigrationRules.decide(image, migration);
            case GenerationCommand generation -> GenerationRules.decide(image, generation);
            case CutCommand cut -> CutRules.decide(image, cut);
            case LeaseCommand lease -> LeaseRules.decide(image, lease);
            case AccessCommand access -> AccessRules.decide(image, access);
            case SegmentCommand segment -> SegmentRules.decide(image, segment);
            case PolicyCommand policy -> PolicyRules.decide(image, policy);
            case SyncCommand _ ->
                    throw new InvariantBroken(
                            "synchronisation is SyncRules' to decide: " + command);
            case OwnerCommand _ ->
                    throw new InvariantBroken(
                            "owners are rows, and OwnerRules' to decide: " + command);
            case KeyCommand _ ->
                    throw new InvariantBroken("keys are rows, and KeyRules' to decide: " + command);
        };
    }

    /// {@return `image` after `event`, at the same revision}
    public static ClusterImage fold(ClusterImage image, Event event) {
        return switch (event) {
            case NodeEvent node -> fold(image, node);
            case JobEvent job -> fold(image, job);
            case ProcessEvent process -> fold(image, process);
            case MigrationEvent migration -> fold(image, migration);
            case GenerationEvent generation -> fold(image, generation);
            case LeaseEvent lease -> fold(image, lease);
            case AccessEvent access -> AccessFold.fold(image, access);
            case SegmentEvent segment -> fold(image, segment);
            case PolicyEvent policy ->
                    image.withPolicies(PolicyRules.fold(image.policies(), policy));
        };
    }

    /// {@return `image` after all events of the operation that took effect at `revision`}
    public static ClusterImage fold(ClusterImage image, Revision revision, List<Event> events) {
        var folded = image;
        for (var event : events) {
            folded = fold(folded, event);
        }
        return folded.at(revision);
    }

    private static ClusterImage fold(ClusterImage image, NodeEvent event) {
        var node = event.node();
        return switch (event.kind()) {
            case REGISTERED, LOST, FENCED, CORDONED, UNCORDONED, DEMOTED, PROMOTED ->
                    image.withNodes(image.nodes().with(node.id(), node));
            case REMOVED -> image.withNodes(image.nodes().without(node.id()));
        };
    }

    private static ClusterImage fold(ClusterImage image, JobEvent event) {
        var job = event.job();
        return switch (event.kind()) {
            case SUBMITTED, STOP_ORDERED, CUT_BEGUN, CUT_ADVANCED, CUT_COMMITTED, CUT_ABANDONED ->
                    image.withJobs(image.jobs().with(job.id(), job)).afterNumber(job.id().value());
            case FORGOTTEN -> image.withJobs(image.jobs().without(job.id()));
        };
    }

    private static ClusterImage fold(ClusterImage image, ProcessEvent event) {
        var process = event.process();
        return switch (event.kind()) {
            case CREATED,
                    PLACED,
                    UNPLACED,
                    STARTED,
                    MOVED,
                    START_FAILED,
                    INTERRUPTED,
                    FROZEN,
                    UNFROZEN,
                    RESTARTING,
                    ENDED ->
                    image.withProcesses(image.processes().with(process.id(), process))
                            .afterNumber(process.id().value());
            case FORGOTTEN -> image.withProcesses(image.processes().without(process.id()));
        };
    }

    private static ClusterImage fold(ClusterImage image, MigrationEvent event) {
        var migration = event.migration();
        return switch (event.kind()) {
            case STARTED -> started(image, migration).afterNumber(migration.id().value());
            case LEAVING, HANDED_OVER, COMMITTED, PULLING, MOVED, ABORTED -> with(image, migration);
            case FORGOTTEN -> image.withMigrations(image.migrations().without(migration.id()));
        };
    }

    private static ClusterImage started(ClusterImage image, Migration migration) {
        var route = migration.route();
        var process = image.processes().require(route.process()).withLastEpoch(route.next());
        return with(image, migration).withProcesses(image.processes().with(process.id(), process));
    }

    private static ClusterImage with(ClusterImage image, Migration migration) {
        return image.withMigrations(image.migrations().with(migration.id(), migration));
    }

    private static ClusterImage fold(ClusterImage image, GenerationEvent event) {
        return switch (event) {
            case GenerationEvent.Committed(var generation, _) -> committed(image, generation);
            case GenerationEvent.Changed(var generation, _) -> with(image, generation);
            case GenerationEvent.Dropped(var generation, _) ->
                    image.withGenerations(image.generations().without(generation));
            case GenerationEvent.Failed _ -> image;
        };
    }

    private static ClusterImage committed(ClusterImage image, Generation generation) {
        var process = image.processes().require(generation.id().process());
        var counted = process.withLastGeneration(generation.id().number());
        return with(image, generation).withProcesses(image.processes().with(counted.id(), counted));
    }

    private static ClusterImage with(ClusterImage image, Generation generation) {
        return image.withGenerations(image.generations().with(generation.id(), generation));
    }

    private static ClusterImage fold(ClusterImage image, LeaseEvent event) {
        var lease = event.lease();
        return switch (event.kind()) {
            case GRANTED -> granted(image, lease);
            case REVOKED, EXPIRED -> image.withLeases(image.leases().without(lease.id()));
        };
    }

    private static ClusterImage fold(ClusterImage image, SegmentEvent event) {
        var folded = image.withSegments(SegmentRules.fold(image.segments(), event));
        return switch (event) {
            case SegmentEvent.Created(var segment, _) -> folded.afterNumber(segment.id().value());
            case SegmentEvent.Returned(var segment, _, _) ->
                    folded.afterNumber(segment.id().value());
            case SegmentEvent.Changed _, SegmentEvent.Destroyed _, SegmentEvent.Granted _ -> folded;
        };
    }

    /// A number that its client chose uses up none of the store's.
    private static ClusterImage granted(ClusterImage image, Lease lease) {
        var changed = image.withLeases(image.leases().with(lease));
        return lease.id().value() == image.nextNumber()
                ? changed.afterNumber(lease.id().value())
                : changed;
    }
}
