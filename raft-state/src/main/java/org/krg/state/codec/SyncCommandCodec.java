// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.command.SyncCommand;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.Arrive;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncRequest.EnterOnce;
import org.krg.state.model.SyncRequest.LeaveOnce;
import org.krg.state.model.SyncRequest.Lock;
import org.krg.state.model.SyncRequest.MakeConsistent;
import org.krg.state.model.SyncRequest.ReadSemaphore;
import org.krg.state.model.SyncRequest.Reset;
import org.krg.state.model.SyncRequest.RwLock;
import org.krg.state.model.SyncRequest.RwUnlock;
import org.krg.state.model.SyncRequest.SetSemaphore;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncRequest.Unlock;
import org.krg.state.model.SyncRequest.Wake;
import org.krg.state.proto.CommandWire;
import org.krg.state.proto.ObjectWire;

/// What threads ask that synchronise.
final class SyncCommandCodec {
    private SyncCommandCodec() {}

    static void encode(CommandWire.Command.Builder wire, SyncCommand command) {
        switch (command) {
            case Perform(var caller, var sequence, var request) ->
                    wire.getSyncPerformBuilder()
                            .setCaller(SyncValueCodec.encode(caller))
                            .setSequence(sequence)
                            .setRequest(encode(request));
            case GiveUp(var caller, var sequence) ->
                    wire.getSyncGiveUpBuilder()
                            .setCaller(SyncValueCodec.encode(caller))
                            .setSequence(sequence);
            case End(var caller) ->
                    wire.getSyncEndBuilder().setCaller(SyncValueCodec.encode(caller));
        }
    }

    static Perform decode(CommandWire.SyncPerform command) {
        return new Perform(
                SyncValueCodec.decode(command.getCaller()),
                command.getSequence(),
                decode(command.getRequest()));
    }

    static GiveUp decode(CommandWire.SyncGiveUp command) {
        return new GiveUp(SyncValueCodec.decode(command.getCaller()), command.getSequence());
    }

    static End decode(CommandWire.SyncEnd command) {
        return new End(SyncValueCodec.decode(command.getCaller()));
    }

    static ObjectWire.SyncRequest encode(SyncRequest request) {
        var empty = ObjectWire.SyncRequest.Empty.getDefaultInstance();
        var wire =
                ObjectWire.SyncRequest.newBuilder()
                        .setSegment(request.object().segment().value())
                        .setNumber(request.object().number());
        switch (request) {
            case Reset _ -> wire.setReset(empty);
            case Lock(_, var waits) -> wire.setLock(waits);
            case Unlock _ -> wire.setUnlock(empty);
            case MakeConsistent _ -> wire.setMakeConsistent(empty);
            case RwLock(_, var writes, var waits) ->
                    wire.getRwLockBuilder().setWrites(writes).setWaits(waits);
            case RwUnlock _ -> wire.setRwUnlock(empty);
            case Arrive(_, var count) -> wire.setArrive(count);
            case Await(_, var mutex) -> wire.setAwait(mutex.number());
            case Wake(_, var all) -> wire.setWake(all);
            case Adjust(var steps) ->
                    wire.clearNumber()
                            .getAdjustBuilder()
                            .addAllSteps(steps.stream().map(SyncCommandCodec::encode).toList());
            case SetSemaphore(_, var value) -> wire.setSetSemaphore(value);
            case ReadSemaphore _ -> wire.setReadSemaphore(empty);
            case Change(_, var kind, var operand, var expected) ->
                    wire.getChangeBuilder()
                            .setKind(encode(kind))
                            .setOperand(operand)
                            .setExpected(expected);
            case EnterOnce _ -> wire.setEnterOnce(empty);
            case LeaveOnce(_, var isDone) -> wire.setLeaveOnce(isDone);
        }
        return wire.build();
    }

    private static ObjectWire.SyncRequest.Adjust.Step encode(Step step) {
        return ObjectWire.SyncRequest.Adjust.Step.newBuilder()
                .setSemaphore(step.semaphore().number())
                .setAmount(step.amount())
                .setWaits(step.waits())
                .setUndone(step.undone())
                .build();
    }

    private static ObjectWire.SyncRequest.Change.Kind encode(Change.Kind kind) {
        return switch (kind) {
            case LOAD -> ObjectWire.SyncRequest.Change.Kind.LOAD;
            case ADD -> ObjectWire.SyncRequest.Change.Kind.ADD;
            case EXCHANGE -> ObjectWire.SyncRequest.Change.Kind.EXCHANGE;
            case COMPARE_AND_SWAP -> ObjectWire.SyncRequest.Change.Kind.COMPARE_AND_SWAP;
        };
    }

    static SyncRequest decode(ObjectWire.SyncRequest request) {
        var segment = new SegmentId(request.getSegment());
        var id = new SyncId(segment, request.getNumber());
        return switch (request.getKindCase()) {
            case RESET -> new Reset(id);
            case LOCK -> new Lock(id, request.getLock());
            case UNLOCK -> new Unlock(id);
            case MAKE_CONSISTENT -> new MakeConsistent(id);
            case RW_LOCK ->
                    new RwLock(id, request.getRwLock().getWrites(), request.getRwLock().getWaits());
            case RW_UNLOCK -> new RwUnlock(id);
            case ARRIVE -> new Arrive(id, request.getArrive());
            case AWAIT -> new Await(id, new SyncId(segment, request.getAwait()));
            case WAKE -> new Wake(id, request.getWake());
            case ADJUST ->
                    new Adjust(
                            request.getAdjust().getStepsList().stream()
                                    .map(step -> decode(segment, step))
                                    .toList());
            case SET_SEMAPHORE -> new SetSemaphore(id, request.getSetSemaphore());
            case READ_SEMAPHORE -> new ReadSemaphore(id);
            case CHANGE -> decode(id, request.getChange());
            case ENTER_ONCE -> new EnterOnce(id);
            case LEAVE_ONCE -> new LeaveOnce(id, request.getLeaveOnce());
            case KIND_NOT_SET -> throw Wire.unknown("request of a thread");
        };
    }

    private static Step decode(SegmentId segment, ObjectWire.SyncRequest.Adjust.Step step) {
        return new Step(
                new SyncId(segment, step.getSemaphore()),
                step.getAmount(),
                step.getWaits(),
                step.getUndone());
    }

    private static Change decode(SyncId id, ObjectWire.SyncRequest.Change change) {
        var kind = Wire.constant(Change.Kind.values(), SyncCommandCodec::encode, change.getKind());
        return new Change(id, kind, change.getOperand(), change.getExpected());
    }
}
