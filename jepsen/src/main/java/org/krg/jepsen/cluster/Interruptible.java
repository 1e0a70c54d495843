// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import org.krg.tools.dev.cli.Work;
import org.krg.tools.http.ApiFailure;

/// Campaigns and benches that Ctrl-C interrupts. What they have opened they close, so that nothing
/// is left behind.
public final class Interruptible {
    private Interruptible() {}

    /// Performs the work.
    ///
    /// @return its exit code, or 130 after Ctrl-C
    public static int perform(Work work) {
        try {
            return Work.interruptibly(work);
        } catch (CampaignFailed | ApiFailure failed) {
            if (failed.getCause() instanceof InterruptedException) {
                return Work.INTERRUPTED;
            }
            throw failed;
        }
    }
}
