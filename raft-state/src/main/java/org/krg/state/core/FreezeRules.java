// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import org.krg.state.command.Refusal;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Phase;

/// Decides who stands still because a user wants it. Ranks of one job do so together: those that go
/// on would wait for the others.
final class FreezeRules {
    private FreezeRules() {}

    static Decision decide(ClusterImage image, HostedProcess process, boolean frozen) {
        var job = image.jobs().require(process.job());
        if (!image.lives(job.id())) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    Text.of(image, process)
                            + " is over; `krg-admin checkpoint restore` brings it back");
        }
        var moving =
                image.processesOf(job.id()).stream()
                        .filter(rank -> image.activeMigration(rank.id()).isPresent())
                        .findFirst();
        if (frozen && moving.isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    Text.of(image, moving.get())
                            + " is being moved; freeze it when that is over, `krg-admin op list`"
                            + " tells when");
        }
        if (frozen && job.activeCut().isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "the ranks of " + Text.of(job) + " are being saved; freeze them after that");
        }
        return accept(image, job, frozen);
    }

    private static Decision accept(ClusterImage image, Job job, boolean frozen) {
        var draft = new Draft(image);
        for (var rank : image.processesOf(job.id())) {
            if (rank.frozen() != frozen && !(rank.phase() instanceof Phase.Ended)) {
                draft.add(
                        new ProcessEvent(
                                frozen ? ProcessEvent.Kind.FROZEN : ProcessEvent.Kind.UNFROZEN,
                                rank.withFrozen(frozen),
                                frozen ? "it is to stand still" : "it is to go on"));
            }
        }
        return draft.accept();
    }
}
