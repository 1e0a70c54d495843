// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.state.DiskFailed;

/// Failures of the machine as failures of checkpoints.
final class Failures {
    private Failures() {}

    static CheckpointFailed of(Phase phase, IOException failure) {
        var text = String.valueOf(failure.getMessage());
        if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
            var remedy = "Make room on the disk of the images directory";
            return new CheckpointFailed(
                    new Failure(phase, Code.DISK_FULL, text, remedy, "", ""), failure);
        }
        var remedy = DiskFailed.faultOf(failure).map(DiskFailed.Fault::remedy).orElse("");
        return new CheckpointFailed(new Failure(phase, Code.IO, text, remedy, "", ""), failure);
    }

    static CheckpointFailed of(Phase phase, Code code, String cause, String remedy) {
        return new CheckpointFailed(new Failure(phase, code, cause, remedy, "", ""));
    }

    /// {@return the failure with what was done next, if that is not said yet}
    static CheckpointFailed withNext(CheckpointFailed failed, String next) {
        if (!failed.failure().next().isEmpty() || !failed.blockers().isEmpty()) {
            return failed;
        }
        return new CheckpointFailed(failed.failure().withNext(next), failed);
    }
}
