// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.StorageLost;

/// What a process ends with that ends because its replica cannot be trusted, or a thread is lost: a
/// supervisor may start it again after 70, and after the others only when somebody has acted.
public final class HaltCode {
    /// EX_SOFTWARE of sysexits.h; a lost thread, too.
    public static final int REPLICA_BROKEN = 70;

    /// As [org.krg.state.StorageDamaged] and [org.krg.state.StorageLost] at the start.
    public static final int DAMAGED = 11;

    /// As [org.krg.state.DiskFailed] at the start.
    public static final int DISK = 12;

    private HaltCode() {}

    /// {@return the exit code for `failure`}
    public static int of(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageDamaged || cause instanceof StorageLost) {
                return DAMAGED;
            }
        }
        return DiskFailed.faultOf(failure).isPresent() ? DISK : REPLICA_BROKEN;
    }
}
