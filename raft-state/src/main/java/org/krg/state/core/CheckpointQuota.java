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
import org.krg.state.model.ProcessId;

/// How much of the nodes' disks the checkpoints of a job, and of all jobs of a user, take, and what
/// goes so that new ones fit into their quotas.
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

    /// {@return the bytes that the checkpoints of all jobs of a user take, counted alike}
    public static long use(ClusterImage image, String owner) {
        return image.jobs().values().stream()
                .filter(job -> job.owner().name().equals(owner))
                .mapToLong(job -> use(image, job))
                .sum();
    }

    /// {@return the numbers of a job's checkpoints that go for new ones to fit into its quota and
    /// that of its owner, oldest first; empty if they do not fit whatever goes} Those that nobody
    /// asked for go, beyond the newest good ones that the job keeps by count; that others are young
    /// does not save them. Other jobs lose nothing.
    ///
    /// @param added of each rank one, all of one number
    static Optional<List<Long>> room(ClusterImage image, Job job, List<Generation> added) {
        var most = most(image, job);
        var gone = new ArrayList<Long>();
        var mayGo = mayGo(image, job).iterator();
        while (use(image, added, gone) > most) {
            if (!mayGo.hasNext()) {
                return Optional.empty();
            }
            gone.add(mayGo.next());
        }
        return Optional.of(gone);
    }

    /// {@return why no further checkpoint of a job would be kept now, whatever it takes: because of
    /// what cannot go for it, or because nothing is left} Empty where it depends on what a new one
    /// takes.
    public static Optional<String> full(ClusterImage image, Job job) {
        var most = most(image, job);
        var least = least(image, job);
        if (least <= most && most > 0) {
            return Optional.empty();
        }
        var own = job.spec().checkpoint().quotaBytes();
        var stays = "%s has %d bytes of checkpoints that stay, and ".formatted(Text.of(job), least);
        return Optional.of(
                own > 0 && least > own
                        ? stays + "its quota is " + own
                        : stays
                                + "the quota of its owner %s leaves it %d beside their other jobs"
                                        .formatted(job.owner().name(), Math.max(0, most)));
    }

    /// {@return the least that the job's checkpoints would take on the way to room for new ones}
    private static long least(ClusterImage image, Job job) {
        var gone = new ArrayList<Long>();
        var least = use(image, job);
        for (var number : mayGo(image, job)) {
            gone.add(number);
            least = Math.min(least, useWithout(image, job, gone));
        }
        return least;
    }

    private static long useWithout(ClusterImage image, Job job, List<Long> numbers) {
        return image.processesOf(job.id()).stream()
                .mapToLong(rank -> use(without(image, rank.id(), numbers)))
                .sum();
    }

    private static List<Generation> without(
            ClusterImage image, ProcessId process, List<Long> numbers) {
        return image.generationsOf(process).stream()
                .filter(it -> !numbers.contains(it.id().number()))
                .toList();
    }

    /// {@return what a job's checkpoints may take}
    private static long most(ClusterImage image, Job job) {
        var own = job.spec().checkpoint().quotaBytes();
        var left = left(image, job).orElse(Long.MAX_VALUE);
        return own == 0 ? left : Math.min(own, left);
    }

    /// {@return what the other jobs of its owner leave to a job}
    private static Optional<Long> left(ClusterImage image, Job job) {
        var owner = job.owner().name();
        return image.access()
                .findCheckpointLimit(owner)
                .map(limit -> limit - (use(image, owner) - use(image, job)));
    }

    static String tooMuch(ClusterImage image, Job job, List<Generation> added) {
        var needed = use(image, added, mayGo(image, job));
        var own = job.spec().checkpoint().quotaBytes();
        if (own > 0 && needed > own) {
            return ("%s would have %d bytes of checkpoints, its quota is %d; remove some with"
                            + " `krg-admin checkpoint rm`, or submit it with a larger"
                            + " --checkpoint-quota")
                    .formatted(Text.of(job), needed, own);
        }
        var owner = job.owner().name();
        return ("%s would have %d bytes of checkpoints, %d more than the quota of its owner %s leaves"
                        + " it beside their other jobs; remove some with `krg-admin checkpoint rm`,"
                        + " or have root raise it with `krg-admin checkpoint quota set %s`")
                .formatted(
                        Text.of(job),
                        needed,
                        needed - Math.max(0, left(image, job).orElse(needed)),
                        owner,
                        owner);
    }

    private static long use(ClusterImage image, List<Generation> added, List<Long> without) {
        return added.stream()
                .mapToLong(one -> {
                    var left = new ArrayList<>(without(image, one.id().process(), without));
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
