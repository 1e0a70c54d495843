// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.Optional;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.Command;
import org.krg.state.command.CutCommand;
import org.krg.state.command.GenerationCommand;
import org.krg.state.command.GenerationCommand.AddCopy;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.command.GenerationCommand.ReportCheckpointFailed;
import org.krg.state.command.GenerationCommand.ReportCopies;
import org.krg.state.command.JobCommand;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.LeaseCommand;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.MigrationCommand;
import org.krg.state.command.NodeCommand;
import org.krg.state.command.NodeCommand.CordonNode;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RecordVoters;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.OwnerCommand.RecordOwners;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.ProcessCommand;
import org.krg.state.command.SegmentCommand;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.command.SyncCommand;
import org.krg.state.model.Epoch;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobId;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SegmentId;
import org.krg.state.proto.CommandWire;

/// Commands; the fields of those about processes are [ProcessCommandCodec]'s, of those about keys
/// [KeyCommandCodec]'s.
final class CommandCodec {
    private CommandCodec() {}

    static CommandWire.Command encode(Command command) {
        var wire = CommandWire.Command.newBuilder();
        switch (command) {
            case NodeCommand node -> encode(wire, node);
            case JobCommand job -> encode(wire, job);
            case ProcessCommand process -> ProcessCommandCodec.encode(wire, process);
            case MigrationCommand migration -> MigrationCommandCodec.encode(wire, migration);
            case GenerationCommand generation -> encode(wire, generation);
            case CutCommand cut -> wire.setCut(CutCodec.encode(cut));
            case LeaseCommand lease -> encode(wire, lease);
            case AccessCommand access -> wire.setAccess(AccessCommandCodec.encode(access));
            case SegmentCommand segment -> SegmentCodec.encode(wire, segment);
            case PolicyCommand policy -> wire.setPolicy(PolicyCodec.encode(policy));
            case SyncCommand sync -> SyncCommandCodec.encode(wire, sync);
            case RecordOwners owners -> wire.setRecordOwners(OwnerCodec.wire(owners));
            case KeyCommand key -> KeyCommandCodec.encode(wire, key);
        }
        return wire.build();
    }

    static Command decode(CommandWire.Command command) {
        return switch (command.getKindCase()) {
            case REGISTER_NODE -> decode(command.getRegisterNode());
            case DECLARE_NODE_LOST -> decode(command.getDeclareNodeLost());
            case FENCE_NODE -> decode(command.getFenceNode());
            case CORDON_NODE ->
                    new CordonNode(
                            new NodeId(command.getCordonNode().getNode()),
                            command.getCordonNode().getCordoned());
            case RECORD_VOTERS ->
                    new RecordVoters(
                            Wire.nodes(command.getRecordVoters().getPromotedList()),
                            Wire.nodes(command.getRecordVoters().getDemotedList()));
            case REMOVE_NODE -> new RemoveNode(new NodeId(command.getRemoveNode().getNode()));
            case SUBMIT_JOB -> decode(command.getSubmitJob());
            case ADMIT_JOB -> decode(command.getAdmitJob());
            case STOP_JOB -> decode(command.getStopJob());
            case PLACE -> ProcessCommandCodec.decode(command.getPlace());
            case RECORD_UNPLACED -> ProcessCommandCodec.decode(command.getRecordUnplaced());
            case REPORT_STARTED -> ProcessCommandCodec.decode(command.getReportStarted());
            case REPORT_START_FAILED -> ProcessCommandCodec.decode(command.getReportStartFailed());
            case REPORT_EXIT -> ProcessCommandCodec.decode(command.getReportExit());
            case REPORT_VANISHED -> ProcessCommandCodec.decode(command.getReportVanished());
            case RESTORE_FROM -> ProcessCommandCodec.decode(command.getRestoreFrom());
            case SET_FROZEN -> ProcessCommandCodec.decode(command.getSetFrozen());
            case START_MIGRATION -> MigrationCommandCodec.decode(command.getStartMigration());
            case BEGIN_LEAVING -> MigrationCommandCodec.decode(command.getBeginLeaving());
            case HAND_OVER -> MigrationCommandCodec.decode(command.getHandOver());
            case COMMIT_MOVE -> MigrationCommandCodec.decode(command.getCommitMove());
            case REPORT_RESUMED -> MigrationCommandCodec.decode(command.getReportResumed());
            case REPORT_PULLED -> MigrationCommandCodec.decode(command.getReportPulled());
            case ABORT_MIGRATION -> MigrationCommandCodec.decode(command.getAbortMigration());
            case COMMIT_GENERATION -> decode(command.getCommitGeneration());
            case DROP_GENERATION -> decode(command.getDropGeneration());
            case ADD_COPY -> decode(command.getAddCopy());
            case REPORT_COPIES -> decode(command.getReportCopies());
            case REPORT_CHECKPOINT_FAILED -> decode(command.getReportCheckpointFailed());
            case CUT -> CutCodec.decode(command.getCut());
            case GRANT_LEASE -> decode(command.getGrantLease());
            case REVOKE_LEASE -> new RevokeLease(new LeaseId(command.getRevokeLease().getLease()));
            case EXPIRE_LEASE ->
                    new ExpireLease(
                            new LeaseId(command.getExpireLease().getLease()),
                            command.getExpireLease().getToken());
            case ACCESS -> AccessCommandCodec.decode(command.getAccess());
            case POLICY -> PolicyCodec.decode(command.getPolicy());
            case TRANSACT -> KeyCommandCodec.decode(command.getTransact());
            case COMPACT_KEYS -> KeyCommandCodec.decode(command.getCompactKeys());
            case LIMIT_KEYS -> KeyCommandCodec.decode(command.getLimitKeys());
            case KEEP_VERSIONS -> KeyCommandCodec.decode(command.getKeepVersions());
            case CREATE_SEGMENT -> SegmentCodec.decode(command.getCreateSegment());
            case DESTROY_SEGMENT ->
                    new DestroySegment(new SegmentId(command.getDestroySegment().getSegment()));
            case RESIZE_SEGMENT -> SegmentCodec.decode(command.getResizeSegment());
            case SET_SEGMENT_MODE -> SegmentCodec.decode(command.getSetSegmentMode());
            case REMOVE_SEGMENT -> SegmentCodec.decode(command.getRemoveSegment());
            case FINISH_RETURN ->
                    new FinishReturn(new SegmentId(command.getFinishReturn().getSegment()));
            case HOLD_SEGMENT -> SegmentCodec.decode(command.getHoldSegment());
            case GRANT_BLOCK -> SegmentCodec.decode(command.getGrantBlock());
            case SYNC_PERFORM -> SyncCommandCodec.decode(command.getSyncPerform());
            case SYNC_GIVE_UP -> SyncCommandCodec.decode(command.getSyncGiveUp());
            case SYNC_END -> SyncCommandCodec.decode(command.getSyncEnd());
            case RECORD_OWNERS -> OwnerCodec.decode(command.getRecordOwners());
            case KIND_NOT_SET -> throw Wire.unknown("command");
        };
    }

    private static void encode(CommandWire.Command.Builder wire, NodeCommand command) {
        switch (command) {
            case RegisterNode(var node, var heldSince, var at) ->
                    wire.getRegisterNodeBuilder()
                            .setNode(NodeCodec.encode(node))
                            .setHeldSince(heldSince == node.incarnation() ? 0 : heldSince)
                            .setAt(Wire.encode(at));
            case DeclareNodeLost(var node, var agentStarts, var at) ->
                    wire.getDeclareNodeLostBuilder()
                            .setNode(node.name())
                            .setAgentStarts(agentStarts)
                            .setAt(Wire.encode(at));
            case FenceNode(var node, var at) ->
                    wire.getFenceNodeBuilder().setNode(node.name()).setAt(Wire.encode(at));
            case CordonNode(var node, var cordoned) ->
                    wire.getCordonNodeBuilder().setNode(node.name()).setCordoned(cordoned);
            case RecordVoters(var promoted, var demoted) ->
                    wire.getRecordVotersBuilder()
                            .addAllPromoted(Wire.names(promoted))
                            .addAllDemoted(Wire.names(demoted));
            case RemoveNode(var node) -> wire.getRemoveNodeBuilder().setNode(node.name());
        }
    }

    private static RegisterNode decode(CommandWire.RegisterNode command) {
        var node = NodeCodec.decode(command.getNode());
        var heldSince = command.getHeldSince();
        return new RegisterNode(
                node,
                heldSince == 0 ? node.incarnation() : heldSince,
                Wire.decode(command.getAt()));
    }

    private static DeclareNodeLost decode(CommandWire.DeclareNodeLost command) {
        return new DeclareNodeLost(
                new NodeId(command.getNode()),
                command.getAgentStarts(),
                Wire.decode(command.getAt()));
    }

    private static FenceNode decode(CommandWire.FenceNode command) {
        return new FenceNode(new NodeId(command.getNode()), Wire.decode(command.getAt()));
    }

    private static void encode(CommandWire.Command.Builder wire, JobCommand command) {
        switch (command) {
            case SubmitJob(var name, var spec, var owner, var at) ->
                    wire.getSubmitJobBuilder()
                            .setName(name)
                            .setSpec(SpecCodec.encode(spec))
                            .setOwner(JobCodec.encode(owner))
                            .setAt(Wire.encode(at));
            case AdmitJob(var name, var spec, var owner, var address, var at) -> {
                var admit =
                        wire.getAdmitJobBuilder()
                                .setName(name)
                                .setSpec(SpecCodec.encode(spec))
                                .setOwner(JobCodec.encode(owner))
                                .setAt(Wire.encode(at));
                address.ifPresent(own -> admit.setAddress(own.bits()));
            }
            case StopJob(var job, var order) ->
                    wire.getStopJobBuilder().setJob(job.value()).setOrder(JobCodec.encode(order));
        }
    }

    private static SubmitJob decode(CommandWire.SubmitJob command) {
        return new SubmitJob(
                command.getName(),
                SpecCodec.decode(command.getSpec()),
                JobCodec.decode(command.getOwner()),
                Wire.decode(command.getAt()));
    }

    private static AdmitJob decode(CommandWire.AdmitJob command) {
        return new AdmitJob(
                command.getName(),
                SpecCodec.decode(command.getSpec()),
                JobCodec.decode(command.getOwner()),
                command.hasAddress()
                        ? Optional.of(new Ipv4Address(command.getAddress()))
                        : Optional.empty(),
                Wire.decode(command.getAt()));
    }

    private static StopJob decode(CommandWire.StopJob command) {
        return new StopJob(new JobId(command.getJob()), JobCodec.decode(command.getOrder()));
    }

    private static void encode(CommandWire.Command.Builder wire, GenerationCommand command) {
        switch (command) {
            case CommitGeneration(var generation, var copiesWanted) ->
                    wire.getCommitGenerationBuilder()
                            .setGeneration(GenerationCodec.encode(generation))
                            .setCopiesWanted(copiesWanted);
            case DropGeneration(var generation) ->
                    wire.getDropGenerationBuilder()
                            .setGeneration(GenerationCodec.encode(generation));
            case AddCopy(var generation, var node) ->
                    wire.getAddCopyBuilder()
                            .setGeneration(GenerationCodec.encode(generation))
                            .setNode(node.name());
            case ReportCopies(var generation, var copies) ->
                    wire.getReportCopiesBuilder()
                            .setGeneration(GenerationCodec.encode(generation))
                            .addAllCopies(Wire.names(copies));
            case ReportCheckpointFailed(var process, var epoch, var reason) ->
                    wire.getReportCheckpointFailedBuilder()
                            .setProcess(process.value())
                            .setEpoch(epoch.value())
                            .setReason(reason);
        }
    }

    private static CommitGeneration decode(CommandWire.CommitGeneration command) {
        return new CommitGeneration(
                GenerationCodec.decode(command.getGeneration()), command.getCopiesWanted());
    }

    private static DropGeneration decode(CommandWire.DropGeneration command) {
        return new DropGeneration(GenerationCodec.decode(command.getGeneration()));
    }

    private static AddCopy decode(CommandWire.AddCopy command) {
        return new AddCopy(
                GenerationCodec.decode(command.getGeneration()), new NodeId(command.getNode()));
    }

    private static ReportCopies decode(CommandWire.ReportCopies command) {
        return new ReportCopies(
                GenerationCodec.decode(command.getGeneration()),
                Wire.nodes(command.getCopiesList()));
    }

    private static ReportCheckpointFailed decode(CommandWire.ReportCheckpointFailed command) {
        return new ReportCheckpointFailed(
                new ProcessId(command.getProcess()),
                new Epoch(command.getEpoch()),
                command.getReason());
    }

    private static void encode(CommandWire.Command.Builder wire, LeaseCommand command) {
        switch (command) {
            case GrantLease(var id, var holder, var ttl) ->
                    wire.getGrantLeaseBuilder()
                            .setId(id.value())
                            .setHolder(holder)
                            .setTtl(Wire.encode(ttl));
            case RevokeLease(var lease) -> wire.getRevokeLeaseBuilder().setLease(lease.value());
            case ExpireLease(var lease, var token) ->
                    wire.getExpireLeaseBuilder().setLease(lease.value()).setToken(token);
        }
    }

    private static GrantLease decode(CommandWire.GrantLease command) {
        return new GrantLease(
                new LeaseId(command.getId()), command.getHolder(), Wire.decode(command.getTtl()));
    }
}
