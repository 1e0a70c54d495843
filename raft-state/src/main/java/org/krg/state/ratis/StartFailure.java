// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.nio.file.Path;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.StorageLost;
import org.krg.state.engine.StorageFailed;
import org.krg.state.ratis.files.LogCheck;

/// Finds out why a member could not start: Ratis tells of a checksum, not of the file and of what
/// follows in it.
final class StartFailure {
    private StartFailure() {}

    /// {@return what is to be told}
    ///
    /// @param current the directory of Ratis' files
    static RuntimeException of(Throwable failed, Path current) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageDamaged
                    || cause instanceof StorageLost
                    || cause instanceof DiskFailed) {
                return (RuntimeException) cause;
            }
        }
        var fault = DiskFailed.faultOf(failed);
        if (fault.isPresent()) {
            return new DiskFailed(current, fault.get(), failed);
        }
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageFailed) {
                return (StorageFailed) cause;
            }
        }
        var flaws = LogCheck.all(current).flaws();
        return flaws.isEmpty()
                ? new StorageFailed("cannot start the Raft member on " + current, failed)
                : new StorageDamaged(flaws.getFirst().file(), flaws.getFirst().what(), failed);
    }
}
