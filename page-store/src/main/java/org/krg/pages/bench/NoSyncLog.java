// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.pages.engine.SyncLog;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;

/// Two nodes without a log agree on nothing: no program of the measurement synchronises.
final class NoSyncLog implements SyncLog {
    @Override
    public CompletableFuture<Reply> submit(SyncCommand command) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("no log"));
    }

    @Override
    public CompletableFuture<SyncState> read() {
        return CompletableFuture.completedFuture(SyncState.EMPTY);
    }

    @Override
    public Optional<CallerState> find(Caller caller) {
        return Optional.empty();
    }
}
