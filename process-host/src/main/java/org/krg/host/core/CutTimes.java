// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.util.List;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.JobId;

/// How long a checkpoint of all ranks of a job may take before the leader gives it up.
public final class CutTimes {
    /// Until all ranks stand still: ranks that do are kept from going on.
    public static final Duration STANDING = Duration.ofSeconds(30);

    /// Until all are saved: ranks go on once they are written to memory, the rest is copying, for
    /// which the disk of another node alone may take ten minutes.
    public static final Duration SAVING = Duration.ofMinutes(15);

    private CutTimes() {}

    /// {@return what each cut that is under way has left from the moment it is first seen so}
    public static List<Leases.Grant<JobId>> grants(ClusterImage image) {
        return image.jobs().values().stream()
                .flatMap(job ->
                        job.activeCut().stream()
                                .map(cut ->
                                        new Leases.Grant<>(
                                                job.id(),
                                                2 * cut.number() + (cut.isStill() ? 1 : 0),
                                                cut.isStill() ? SAVING : STANDING)))
                .toList();
    }
}
