// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import org.krg.state.command.SyncCommand.End;
import org.krg.state.model.sync.Caller;

/// A process of this node that synchronises. Safe for use from any thread.
public final class SyncProcess {
    private final SyncEngine engine;
    private final Caller whole;
    private int threads;
    private boolean isOver;

    SyncProcess(SyncEngine engine, Caller whole) {
        this.engine = engine;
        this.whole = whole;
    }

    /// {@return one of its threads that has not synchronised before}
    public synchronized SyncThread thread() {
        threads++;
        var caller = new Caller(whole.member(), whole.process(), engine.nextNumber());
        return new SyncThread(engine, this, caller);
    }

    /// It is over; its threads are told so by others.
    public synchronized void end() {
        isOver = true;
        endIfOver();
    }

    /// The log knows that a thread is over. The process is over behind all of them, or what one of
    /// them still asked for would come after its end.
    synchronized void ended() {
        threads--;
        endIfOver();
    }

    private void endIfOver() {
        if (isOver && threads == 0) {
            var _ = engine.log().submit(new End(whole));
        }
    }
}
