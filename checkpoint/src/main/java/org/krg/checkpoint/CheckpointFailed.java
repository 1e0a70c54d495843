// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.util.List;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Failure;

/// A checkpoint or a restore that did not come about.
public final class CheckpointFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Failure failure;
    private final transient List<Blocker> blockers;

    public CheckpointFailed(Failure failure) {
        super(failure.toString());
        this.failure = failure;
        this.blockers = List.of();
    }

    public CheckpointFailed(Failure failure, Throwable cause) {
        super(failure.toString(), cause);
        this.failure = failure;
        this.blockers = List.of();
    }

    public CheckpointFailed(Failure failure, List<Blocker> blockers) {
        super(failure.toString());
        this.failure = failure;
        this.blockers = List.copyOf(blockers);
    }

    /// {@return phase, cause, remedy and what was done next}
    public Failure failure() {
        return failure;
    }

    /// {@return what stood in the way before anything was frozen; all of it, mostly empty}
    public List<Blocker> blockers() {
        return blockers;
    }
}
