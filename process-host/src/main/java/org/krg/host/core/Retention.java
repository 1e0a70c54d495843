// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.Sha256;

/// Which generations are kept: as many of the newest good ones as the job asks for, whatever their
/// age; those that are younger than it asks for; every pinned one; the one that a process is about
/// to be brought back from; and what a rank moves by, which goes with the end of the move.
public final class Retention {
    /// Generations of one process that are kept for their age, at most: each is a row of the agreed
    /// state.
    static final int MOST_YOUNG = 1_000;

    private Retention() {}

    /// {@return the generations of a process that may go, oldest first}
    public static List<GenerationId> surplus(
            ClusterImage image, HostedProcess process, Instant now) {
        var policy = image.jobs().require(process.job()).spec().checkpoint();
        var keep = policy.keep();
        var generations = image.generationsOf(process.id());
        var newest =
                new TreeSet<>(
                        image.goodGenerations(process.id()).stream()
                                .limit(keep)
                                .map(Generation::id)
                                .toList());
        if (newest.size() < keep) {
            return List.of();
        }
        var old = now.minus(policy.keepFor());
        return generations.stream()
                .limit(Math.max(0, generations.size() - young(generations, old)))
                .filter(generation -> !generation.pinned())
                .map(Generation::id)
                .filter(id -> !newest.contains(id) && id.number() != origin(process.phase()))
                .filter(id -> image.isOfAllRanks(process, id.number()))
                .toList();
    }

    /// {@return how many of the newest are younger}
    private static long young(List<Generation> generations, Instant old) {
        return generations.reversed().stream()
                .limit(MOST_YOUNG)
                .takeWhile(generation -> generation.taken().isAfter(old))
                .count();
    }

    /// {@return whether what a node stores of a generation is of no use: it was dropped, or it was
    /// never committed and never will be, as when another one of its number was} True also on a
    /// replica from the past: numbers only grow, and each is committed once, so a generation that
    /// it has not heard of is not garbage.
    ///
    /// @param digest of the stored manifest
    public static boolean isGarbage(ClusterImage image, GenerationId stored, Sha256 digest) {
        var agreed = image.generations().find(stored);
        if (agreed.isPresent()) {
            return !agreed.get().manifest().equals(digest);
        }
        return image.processes()
                .find(stored.process())
                .map(process ->
                        process.lastGeneration() >= stored.number()
                                || isGivenUp(image, process)
                                || isGivenUp(image, process, stored.number()))
                .orElse(stored.process().value() < image.nextNumber());
    }

    /// Whether a process that has never run never will: neither it nor anybody for it commits one.
    private static boolean isGivenUp(ClusterImage image, HostedProcess process) {
        return process.epoch().equals(Epoch.ZERO)
                && image.jobs().require(process.job()).stop().isPresent();
    }

    private static boolean isGivenUp(ClusterImage image, HostedProcess process, long number) {
        return image.jobs()
                .require(process.job())
                .cut()
                .filter(cut -> cut.isUnderWay() ? cut.number() > number : cut.number() >= number)
                .isPresent();
    }

    private static long origin(Phase phase) {
        return switch (phase) {
            case Phase.Waiting(Origin.Checkpoint(var number), _, _, _) -> number;
            case Phase.Starting(_, Origin.Checkpoint(var number), _) -> number;
            case Phase.Waiting _, Phase.Starting _, Phase.Running _, Phase.Ended _ -> -1;
        };
    }
}
