// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.ArrayList;
import java.util.Locale;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// The node with the largest share of its scarcer resource left, once the process is on it.
///
/// The score is `1 - max(cpu share, memory share)`; a copy of the checkpoint on the node adds
/// [#COPY_BONUS], the pages of its shared memory that are there add their share of [#PAGES_BONUS],
/// each recent failed start of the process there takes [#FAILURE_PENALTY], and each other rank of
/// its job that is there takes [#RANK_PENALTY].
public final class LeastLoaded implements Policy {
    /// Worth of not having to fetch the images: about a twentieth of a node.
    static final double COPY_BONUS = 0.05;

    /// Worth of having all pages of its shared memory that other nodes have: each that is elsewhere
    /// is a fault of some 100 µs when it is touched, and again when the other side writes it.
    static final double PAGES_BONUS = 0.25;

    /// A failed start weighs more than any difference in load, and excludes nothing.
    static final double FAILURE_PENALTY = 1.0;

    /// Ranks are spread, for each node that is lost takes the whole job back and each node has
    /// cores of its own; a node that is nearly full is no place for one all the same.
    static final double RANK_PENALTY = 0.5;

    @Override
    public String name() {
        return "least-loaded@2";
    }

    @Override
    public PlacementDecision place(Situation situation, HostedProcess process) {
        var feasibility = new Feasibility(situation, process);
        var verdicts =
                situation.image().nodes().values().stream()
                        .map(node -> verdict(situation, process, feasibility, node))
                        .toList();
        return Policy.best(name(), verdicts, situation.now());
    }

    /// {@return what speaks against a node, or its score and what that is made of}
    static Verdict verdict(
            Situation situation, HostedProcess process, Feasibility feasibility, Node node) {
        var objections = feasibility.objections(node);
        if (!objections.isEmpty()) {
            return new Verdict(node.id(), false, 0, objections);
        }
        var reserved = feasibility.reservedWith(node);
        var cpu = share(reserved.cpuMillis(), node.capacity().cpuMillis());
        var memory = share(reserved.memoryBytes(), node.capacity().memoryBytes());
        var score = 1 - Math.max(cpu, memory);
        var reasons = new ArrayList<String>();
        reasons.add(
                String.format(
                        Locale.ROOT,
                        "reserved with it: cpu %.0f %%, memory %.0f %%",
                        100 * cpu,
                        100 * memory));
        if (Observation.hasCopy(situation, process, node)) {
            score += COPY_BONUS;
            reasons.add("holds a copy of the checkpoint: +" + COPY_BONUS);
        }
        var pages = situation.factsOf(node.id()).pages();
        if (pages > 0) {
            var all = situation.facts().values().stream().mapToLong(ProgramFacts::pages).sum();
            var bonus = PAGES_BONUS * Observation.pages(situation, node);
            score += bonus;
            reasons.add(
                    String.format(
                            Locale.ROOT,
                            "has %d of %d pages of its shared memory: +%.3f",
                            pages,
                            all,
                            bonus));
        }
        var failures = Observation.failures(process, node);
        if (failures > 0) {
            score -= failures * FAILURE_PENALTY;
            reasons.add(failures + " failed starts here: -" + failures * FAILURE_PENALTY);
        }
        var ranks = Observation.ranksOn(situation, process, node);
        if (ranks > 0) {
            score -= ranks * RANK_PENALTY;
            reasons.add(ranks + " other ranks of its job here: -" + ranks * RANK_PENALTY);
        }
        return new Verdict(node.id(), true, score, reasons);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 1 : (double) part / whole;
    }
}
