// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncRequest;

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

    /// {@return the objects that its threads hold, wait for, or change when it ends}
    public CompletableFuture<List<SyncId>> held() {
        return asked(_ -> true);
    }

    /// {@return the same without those that a thread waits for and leaves when it is paused}
    public CompletableFuture<List<SyncId>> kept() {
        return asked(SyncRequest.Await.class::isInstance);
    }

    private CompletableFuture<List<SyncId>> asked(Predicate<SyncRequest> waited) {
        return engine.log()
                .read()
                .thenApply(agreed ->
                        agreed.callers().stream()
                                .filter(caller -> caller.key().whole().equals(whole))
                                .flatMap(caller -> held(caller.value(), waited))
                                .distinct()
                                .toList());
    }

    private static Stream<SyncId> held(CallerState caller, Predicate<SyncRequest> waited) {
        var waiting =
                caller.progress() instanceof Progress.Waiting(var request, var at, _)
                                && waited.test(request)
                        ? Stream.of(at)
                        : Stream.<SyncId>empty();
        return Stream.concat(caller.held().stream(), waiting);
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
