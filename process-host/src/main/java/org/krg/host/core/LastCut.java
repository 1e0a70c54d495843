// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;

/// The last checkpoint of all ranks that counts for when the next is due. A rank that moves is a
/// new incarnation, but the others go on: the job is not younger for it.
public final class LastCut {
    private LastCut() {}

    /// {@return how old it is; zero where the interval begins with the incarnation}
    public static Duration age(ClusterImage image, HostedProcess process, Instant now) {
        if (!isFromMove(image, process)) {
            return Duration.ZERO;
        }
        return image.generationsOf(process.id()).reversed().stream()
                .filter(it -> image.isOfAllRanks(process, it.id().number()))
                .findFirst()
                .map(Generation::taken)
                .map(taken -> Duration.between(taken, now))
                .filter(Duration::isPositive)
                .orElse(Duration.ZERO);
    }

    /// What a rank moves by is of that rank alone, and gone once the move is over.
    private static boolean isFromMove(ClusterImage image, HostedProcess process) {
        return image.jobs().require(process.job()).spec().isParallel()
                && process.phase() instanceof Phase.Running(_, Origin.Checkpoint(var number), _)
                && !image.isOfAllRanks(process, number);
    }
}
