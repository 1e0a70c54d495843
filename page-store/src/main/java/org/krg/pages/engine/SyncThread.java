// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncRequest;

/// A thread that synchronises: its requests one after the other, each with its number, so that it
/// has one effect however often it has to be proposed.
///
/// What the thread wants while a command of it is under way is done behind that one.
public final class SyncThread {
    private final SyncEngine engine;
    private final SyncProcess process;
    private final Caller caller;
    private long sequence;
    private @Nullable Consumer<Outcome> asked;
    private @Nullable SyncRequest next;
    private boolean isUnderWay;
    private boolean isGivingUp;
    private boolean isOver;

    /// What became of a request.
    public sealed interface Outcome {
        /// It was answered.
        record Answered(SyncAnswer answer) implements Outcome {}

        /// The cluster did not take it.
        record Refused(Refusal why) implements Outcome {}
    }

    SyncThread(SyncEngine engine, SyncProcess process, Caller caller) {
        this.engine = engine;
        this.process = process;
        this.caller = caller;
    }

    /// Asks, and tells `asker` the outcome, on any thread; never if the agent stops.
    ///
    /// @return false if the request before has no outcome yet
    public boolean ask(SyncRequest request, Consumer<Outcome> asker) {
        synchronized (this) {
            if (asked != null || isOver) {
                return false;
            }
            asked = asker;
            next = request;
        }
        proceed();
        return true;
    }

    /// It does not want to wait any longer. The outcome still comes.
    public void giveUp() {
        synchronized (this) {
            isGivingUp = asked != null;
        }
        proceed();
    }

    /// It is over: whoever it stands in the way of goes on.
    public void end() {
        synchronized (this) {
            isOver = true;
            next = null;
            asked = null;
        }
        proceed();
    }

    /// Looks whether it still waits.
    void look() {
        Consumer<Outcome> told;
        SyncAnswer answer;
        synchronized (this) {
            var known = engine.log().find(caller);
            if (known.isEmpty()
                    || next != null
                    || known.get().sequence() != sequence
                    || !(known.get().progress() instanceof Progress.Answered answered)) {
                return;
            }
            told = asked;
            answer = answered.answer();
            stopWaiting();
        }
        if (told != null) {
            told.accept(new Outcome.Answered(answer));
        }
    }

    private void stopWaiting() {
        asked = null;
        isGivingUp = false;
        engine.goesOn(this);
    }

    /// A command of it has its reply. If there is another request by now, the one before was
    /// answered otherwise.
    private void taken(Reply reply) {
        Consumer<Outcome> told = null;
        synchronized (this) {
            isUnderWay = false;
            if (next == null && !isWaiting(reply)) {
                told = asked;
                stopWaiting();
            } else if (next == null && asked != null) {
                engine.waits(this);
            }
        }
        if (told != null) {
            told.accept(outcome(reply));
        }
        // What ended a wait may have been there before the reply.
        look();
        proceed();
    }

    private static boolean isWaiting(Reply reply) {
        return reply instanceof Reply.Synchronised(_, var answer) && answer.isEmpty();
    }

    private static Outcome outcome(Reply reply) {
        return switch (reply) {
            case Reply.Synchronised(_, var answer) -> new Outcome.Answered(answer.orElseThrow());
            case Reply.Refused(_, var why, _) -> new Outcome.Refused(why);
            case Reply.Accepted _, Reply.Transacted _ -> new Outcome.Refused(Refusal.INVALID);
        };
    }

    /// Does what was put off while a command was under way.
    private void proceed() {
        SyncCommand command;
        synchronized (this) {
            if (isUnderWay) {
                return;
            }
            if (isOver) {
                engine.goesOn(this);
                command = new End(caller);
            } else if (next != null) {
                sequence++;
                command = new Perform(caller, sequence, next);
                next = null;
            } else if (isGivingUp) {
                isGivingUp = false;
                command = new GiveUp(caller, sequence);
            } else {
                return;
            }
            isUnderWay = true;
        }
        var reply = engine.log().submit(command);
        var _ =
                command instanceof End
                        ? reply.thenRun(process::ended)
                        : reply.thenAccept(this::taken);
    }
}
