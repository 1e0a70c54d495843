// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.Command;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.image.SyncState;
import org.krg.state.image.Table;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.Health;
import org.krg.state.model.Member;
import org.krg.state.model.Revision;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncResult;
import org.krg.state.model.Undo;
import org.krg.testkit.Samples;

/// One of each kind of what is agreed about synchronisation.
final class SyncEverything {
    private static final Caller ANN = new Caller(new Member(Samples.HOME, 3), 4, 5);
    private static final Caller BOB = new Caller(new Member(Samples.AWAY, 6), 7, 8);

    private SyncEverything() {}

    private static SyncId id(long number) {
        return new SyncId(new SegmentId(31), number);
    }

    private static List<SyncRequest> requests() {
        return List.of(
                new SyncRequest.Reset(id(1)),
                new SyncRequest.Lock(id(2), true),
                new SyncRequest.Unlock(id(2)),
                new SyncRequest.MakeConsistent(id(2)),
                new SyncRequest.RwLock(id(3), true, true),
                new SyncRequest.RwUnlock(id(3)),
                new SyncRequest.Arrive(id(4), 9),
                new Await(id(5), id(2)),
                new SyncRequest.Wake(id(5), true),
                new Adjust(
                        List.of(new Step(id(6), -3, true, true), new Step(id(7), 0, false, false))),
                new SyncRequest.SetSemaphore(id(6), 12),
                new SyncRequest.ReadSemaphore(id(6)),
                new Change(id(Long.MAX_VALUE), Change.Kind.COMPARE_AND_SWAP, -1, Long.MIN_VALUE),
                new SyncRequest.EnterOnce(id(8)),
                new SyncRequest.LeaveOnce(id(8), true));
    }

    static List<Command> commands() {
        var commands = new ArrayList<Command>();
        requests().forEach(request -> commands.add(new Perform(ANN, 17, request)));
        commands.add(new GiveUp(ANN, 17));
        commands.add(new End(ANN.whole()));
        return commands;
    }

    static List<Reply> replies() {
        return List.of(
                new Reply.Synchronised(
                        new Revision(300), Optional.of(new SyncAnswer(SyncResult.DONE, -1))),
                new Reply.Synchronised(new Revision(300), Optional.empty()),
                new Reply.Synchronised(
                        new Revision(300), Optional.of(new SyncAnswer(SyncResult.CHOSEN))));
    }

    static SyncState state() {
        var objects =
                Table.<SyncId, SyncObject>empty()
                        .with(id(1), new SyncObject.Word(-1))
                        .with(
                                id(2),
                                new SyncObject.Mutex(
                                        Optional.of(ANN), Health.INCONSISTENT, List.of(BOB)))
                        .with(
                                id(3),
                                new SyncObject.RwLock(
                                        Optional.of(ANN), List.of(), Health.SOUND, List.of()))
                        .with(
                                id(4),
                                new SyncObject.RwLock(
                                        Optional.empty(),
                                        List.of(ANN),
                                        Health.BROKEN,
                                        List.of(BOB)))
                        .with(
                                id(5),
                                new SyncObject.Semaphore(
                                        9, List.of(new Undo(ANN.whole(), -2)), List.of(BOB)))
                        .with(id(6), new SyncObject.Barrier(List.of(BOB)))
                        .with(id(7), new SyncObject.Condition(List.of(BOB, ANN)))
                        .with(id(8), new SyncObject.Once(false, Optional.of(ANN), List.of(BOB)))
                        .with(id(9), SyncObject.Once.DONE);
        var waiting = new Progress.Waiting(new Await(id(7), id(2)), id(2), SyncResult.TIMED_OUT);
        var answered = new Progress.Answered(new SyncAnswer(SyncResult.OWNER_DIED, 3));
        return new SyncState(
                objects,
                Table.<Caller, CallerState>empty()
                        .with(ANN, new CallerState(17, answered, List.of(id(2), id(3))))
                        .with(BOB, new CallerState(18, waiting, List.of())));
    }
}
