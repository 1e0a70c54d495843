// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.core.sync.SyncDraft;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncObject.Barrier;
import org.krg.state.model.SyncObject.Condition;
import org.krg.state.model.SyncObject.Mutex;
import org.krg.state.model.SyncObject.Once;
import org.krg.state.model.SyncObject.RwLock;
import org.krg.state.model.SyncObject.Semaphore;
import org.krg.state.model.SyncObject.Word;
import org.krg.state.model.Undo;
import org.krg.state.proto.ObjectWire;

/// Synchronisation as rows.
public final class SyncRows {
    private SyncRows() {}

    /// {@return the rows of what a draft has changed, as they are now}
    public static List<RowChange> changes(SyncDraft draft) {
        var changes = new ArrayList<RowChange>();
        for (var id : draft.objects()) {
            var object = draft.state().objects().find(id);
            changes.add(
                    object.<RowChange>map(it -> row(id, it))
                            .orElseGet(() -> new RowChange.Delete(RowTable.SYNC_OBJECTS, key(id))));
        }
        for (var caller : draft.callers()) {
            var state = draft.state().callers().find(caller);
            changes.add(
                    state.<RowChange>map(it -> row(caller, it))
                            .orElseGet(() ->
                                    new RowChange.Delete(RowTable.SYNC_CALLERS, key(caller))));
        }
        return changes;
    }

    static List<RowChange.Put> all(SyncState state) {
        var rows = new ArrayList<RowChange.Put>();
        state.objects().stream().forEach(entry -> rows.add(row(entry.key(), entry.value())));
        state.callers().stream().forEach(entry -> rows.add(row(entry.key(), entry.value())));
        return rows;
    }

    /// {@return `state` with what a row of one of the two tables says}
    static SyncState with(SyncState state, RowChange.Put row) {
        return row.table() == RowTable.SYNC_OBJECTS
                ? Wire.read(ObjectWire.SyncObject.parser(), row.value(), it -> with(state, it))
                : Wire.read(
                        ObjectWire.SyncCallerState.parser(), row.value(), it -> with(state, it));
    }

    private static SyncState with(SyncState state, ObjectWire.SyncObject object) {
        var id = new SyncId(new SegmentId(object.getSegment()), object.getNumber());
        return new SyncState(state.objects().with(id, decode(object)), state.callers());
    }

    private static SyncState with(SyncState state, ObjectWire.SyncCallerState caller) {
        var id = SyncValueCodec.decode(caller.getCaller());
        return new SyncState(state.objects(), state.callers().with(id, decode(caller)));
    }

    private static ByteString key(SyncId id) {
        return RowCodec.key(id.segment().value(), id.number());
    }

    /// The end of a name sorts before everything that can be in one.
    private static ByteString key(Caller caller) {
        var member = caller.member();
        var node = ByteString.copyFrom(member.node().name() + "\0", StandardCharsets.US_ASCII);
        return node.concat(RowCodec.key(member.run(), caller.process(), caller.thread()));
    }

    private static RowChange.Put row(SyncId id, SyncObject object) {
        return new RowChange.Put(RowTable.SYNC_OBJECTS, key(id), encode(id, object).toByteString());
    }

    static ObjectWire.SyncObject encode(SyncId id, SyncObject object) {
        var wire =
                ObjectWire.SyncObject.newBuilder()
                        .setSegment(id.segment().value())
                        .setNumber(id.number())
                        .addAllWaiting(SyncValueCodec.encode(object.waiting()));
        switch (object) {
            case Word(var value) -> wire.setWord(value);
            case Mutex(var holder, var health, _) -> {
                var mutex = wire.getMutexBuilder().setHealth(SyncValueCodec.encode(health));
                holder.ifPresent(it -> mutex.setHolder(SyncValueCodec.encode(it)));
            }
            case RwLock(var writer, var readers, var health, _) -> {
                var lock =
                        wire.getRwLockBuilder()
                                .addAllReaders(SyncValueCodec.encode(readers))
                                .setHealth(SyncValueCodec.encode(health));
                writer.ifPresent(it -> lock.setWriter(SyncValueCodec.encode(it)));
            }
            case Semaphore(var value, var undo, _) ->
                    wire.getSemaphoreBuilder()
                            .setValue(value)
                            .addAllUndo(undo.stream().map(SyncRows::encode).toList());
            case Barrier _ -> wire.setBarrier(ObjectWire.SyncObject.Empty.getDefaultInstance());
            case Condition _ -> wire.setCondition(ObjectWire.SyncObject.Empty.getDefaultInstance());
            case Once(var isDone, var runner, _) -> {
                var once = wire.getOnceBuilder().setDone(isDone);
                runner.ifPresent(it -> once.setRunner(SyncValueCodec.encode(it)));
            }
        }
        return wire.build();
    }

    private static ObjectWire.SyncObject.Semaphore.Undo encode(Undo undo) {
        return ObjectWire.SyncObject.Semaphore.Undo.newBuilder()
                .setProcess(SyncValueCodec.encode(undo.process()))
                .setAmount(undo.amount())
                .build();
    }

    static SyncObject decode(ObjectWire.SyncObject object) {
        var waiting = SyncValueCodec.decode(object.getWaitingList());
        return switch (object.getKindCase()) {
            case WORD -> new Word(object.getWord());
            case MUTEX -> {
                var mutex = object.getMutex();
                yield new Mutex(
                        caller(mutex.hasHolder(), mutex.getHolder()),
                        SyncValueCodec.decode(mutex.getHealth()),
                        waiting);
            }
            case RW_LOCK -> {
                var lock = object.getRwLock();
                yield new RwLock(
                        caller(lock.hasWriter(), lock.getWriter()),
                        SyncValueCodec.decode(lock.getReadersList()),
                        SyncValueCodec.decode(lock.getHealth()),
                        waiting);
            }
            case SEMAPHORE -> {
                var undo =
                        object.getSemaphore().getUndoList().stream()
                                .map(it ->
                                        new Undo(
                                                SyncValueCodec.decode(it.getProcess()),
                                                it.getAmount()))
                                .toList();
                yield new Semaphore(object.getSemaphore().getValue(), undo, waiting);
            }
            case BARRIER -> new Barrier(waiting);
            case CONDITION -> new Condition(waiting);
            case ONCE -> {
                var once = object.getOnce();
                yield new Once(once.getDone(), caller(once.hasRunner(), once.getRunner()), waiting);
            }
            case KIND_NOT_SET -> throw Wire.unknown("object to synchronise with");
        };
    }

    private static Optional<Caller> caller(boolean present, ObjectWire.SyncCaller caller) {
        return present ? Optional.of(SyncValueCodec.decode(caller)) : Optional.empty();
    }

    private static RowChange.Put row(Caller caller, CallerState state) {
        var wire =
                ObjectWire.SyncCallerState.newBuilder()
                        .setCaller(SyncValueCodec.encode(caller))
                        .setSequence(state.sequence());
        switch (state.progress()) {
            case Progress.Answered(var answer) -> wire.setAnswered(SyncValueCodec.encode(answer));
            case Progress.Waiting(var request, var at, var reason) ->
                    wire.getWaitingBuilder()
                            .setRequest(SyncCommandCodec.encode(request))
                            .setAt(at.number())
                            .setReason(SyncValueCodec.encode(reason));
        }
        for (var held : state.held()) {
            wire.addHeldBuilder().setSegment(held.segment().value()).setNumber(held.number());
        }
        return new RowChange.Put(RowTable.SYNC_CALLERS, key(caller), wire.build().toByteString());
    }

    private static CallerState decode(ObjectWire.SyncCallerState state) {
        var held =
                state.getHeldList().stream()
                        .map(it -> new SyncId(new SegmentId(it.getSegment()), it.getNumber()))
                        .toList();
        return new CallerState(state.getSequence(), progress(state), held);
    }

    private static Progress progress(ObjectWire.SyncCallerState state) {
        return switch (state.getProgressCase()) {
            case ANSWERED -> new Progress.Answered(SyncValueCodec.decode(state.getAnswered()));
            case WAITING -> {
                var waiting = state.getWaiting();
                var request = SyncCommandCodec.decode(waiting.getRequest());
                yield new Progress.Waiting(
                        request,
                        new SyncId(request.object().segment(), waiting.getAt()),
                        SyncValueCodec.decode(waiting.getReason()));
            }
            case PROGRESS_NOT_SET -> throw Wire.unknown("progress of a thread");
        };
    }
}
