// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;

/// Where synchronisation is agreed on.
public interface SyncLog {
    /// Proposes a command until the reply is definite. The future fails when the agent stops.
    CompletableFuture<Reply> submit(SyncCommand command);

    /// {@return what is agreed now}
    CompletableFuture<SyncState> read();

    /// {@return what this node knows of a thread, which may be the past}
    Optional<CallerState> find(Caller caller);
}
