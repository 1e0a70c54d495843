// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;

/// How much of the nodes' disks the checkpoints of a job take, and what goes so that new ones fit
/// into its quota.
public final class CheckpointQuota {
    private CheckpointQuota() {}

    /// {@return the bytes that a job's checkpoints take on all nodes together, as they are counted}
    public static long use(ClusterImage image, Job job) {
        return image.processesOf(job.id()).stream()
                .mapToLong(process -> use(image.generationsOf(process.id())))
                .sum();
    }

    /// Of a process's oldest one all it stands for, before it was compressed; of each later one
    /// what was new in it. Each times its copies.
    private static long use(List<Generation> generations) {
        var sum = 0L;
        for (var at = 0; at < generations.size(); at++) {
            var generation = generations.get(at);
            var bytes = at == 0 ? generation.imageBytes() : generation.storedBytes();
            sum += bytes * generation.copies().size();
        }
        return sum;
    }

    /// {@return the numbers of a job's checkpoints that go for new ones to fit, oldest first; empty
    /// if they do not fit whatever goes} Those that nobody asked for go, beyond the newest good
    /// ones that the job keeps by count; that others are young does not save them.
    ///
    /// @param added of each rank one, all of one number
    static Optional<List<Long>> room(ClusterImage image, Job job, List<Generation> added) {
        var quota = job.spec().checkpoint().quotaBytes();
        var gone = new ArrayList<Long>();
        var mayGo = mayGo(image, job).iterator();
        while (quota > 0 && use(image, added, gone) > quota) {
            if (!mayGo.hasNext()) {
                return Optional.empty();
            }
            gone.add(mayGo.next());
        }
        return Optional.of(gone);
    }

    static String tooMuch(ClusterImage image, Job job, List<Generation> added) {
        return ("%s would have %d bytes of checkpoints, its quota is %d; remove some with `krg-admin"
                        + " checkpoint rm`, or submit it with a larger --checkpoint-quota")
                .formatted(
                        Text.of(job),
                        use(image, added, mayGo(image, job)),
                        job.spec().checkpoint().quotaBytes());
    }

    private static long use(ClusterImage image, List<Generation> added, List<Long> without) {
        return added.stream()
                .mapToLong(one -> {
                    var left =
                            new ArrayList<>(
                                    image.generationsOf(one.id().process()).stream()
                                            .filter(it -> !without.contains(it.id().number()))
                                            .toList());
                    left.add(one);
                    return use(left);
                })
                .sum();
    }

    private static List<Long> mayGo(ClusterImage image, Job job) {
        var ranks = image.processesOf(job.id());
        var first = ranks.getFirst().id();
        var kept =
                new TreeSet<>(
                        image.goodGenerations(first).stream()
                                // The new one is one of them.
                                .limit(job.spec().checkpoint().keep() - 1L)
                                .map(it -> it.id().number())
                                .toList());
        return image.generationsOf(first).stream()
                .filter(it -> !it.pinned())
                .map(it -> it.id().number())
                .filter(number -> !kept.contains(number) && !isNeeded(ranks, number))
                .toList();
    }

    private static boolean isNeeded(List<HostedProcess> ranks, long number) {
        return ranks.stream()
                .anyMatch(rank ->
                        GenerationRules.isNeededBy(
                                rank.phase(), new GenerationId(rank.id(), number)));
    }
}
