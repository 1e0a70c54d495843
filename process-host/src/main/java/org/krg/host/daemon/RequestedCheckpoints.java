// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.krg.host.HostFailure;
import org.krg.host.engine.HostEngine;
import org.krg.host.kernel.Cells;
import org.krg.pages.codec.AttachError;
import org.krg.pages.memory.ProgramCheckpoints;
import org.krg.state.ClusterStore;
import org.krg.state.model.ProcessId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checkpoints that hosted programs ask for themselves, by `krg_checkpoint_now`. Safe for use from
/// any thread.
final class RequestedCheckpoints implements ProgramCheckpoints {
    private static final Logger log = LoggerFactory.getLogger(RequestedCheckpoints.class);

    private final ClusterStore store;
    private final Cells cells;
    private final Executor executor;
    private final CompletableFuture<HostEngine> engine = new CompletableFuture<>();

    /// @param executor may be blocked
    RequestedCheckpoints(ClusterStore store, Cells cells, Executor executor) {
        this.store = store;
        this.cells = cells;
        this.executor = executor;
    }

    /// From now on there is somebody who takes them.
    void takenBy(HostEngine started) {
        engine.complete(started);
    }

    @Override
    public CompletableFuture<AttachError> take(int pid) {
        return engine.thenApplyAsync(it -> take(it, pid), executor);
    }

    private AttachError take(HostEngine saving, int pid) {
        var process = find(pid).filter(this::isAlone);
        if (process.isEmpty()) {
            return AttachError.ENOTSUP;
        }
        try {
            var taken = saving.checkpoint(process.get(), false).join();
            log.info("checkpoint taken as its program asked generation={}", taken.id());
            return AttachError.NONE;
        } catch (CompletionException failed) {
            log.warn(
                    "no checkpoint although its program asked process={} reason={}",
                    process.get(),
                    String.valueOf(failed.getCause()));
            return failed.getCause() instanceof HostFailure known
                    ? error(known.code())
                    : AttachError.EIO;
        }
    }

    private static AttachError error(HostFailure.Code code) {
        return switch (code) {
            case NOT_CHECKPOINTABLE, CONFLICT -> AttachError.EBUSY;
            case DISK -> AttachError.ENOSPC;
            default -> AttachError.EIO;
        };
    }

    private Optional<ProcessId> find(int pid) {
        return cells.findWith(pid).map(cell -> new ProcessId(cell.id().process()));
    }

    /// A rank is saved together with the others only.
    private boolean isAlone(ProcessId id) {
        var image = store.image();
        return image.processes()
                .find(id)
                .flatMap(process -> image.jobs().find(process.job()))
                .filter(job -> !job.spec().isParallel())
                .isPresent();
    }
}
