// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.ArrayList;
import java.util.List;
import org.krg.policy.model.Situation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// A policy that a user wrote. What it thinks of a node counts where krg's own rules let the node
/// through, which no policy can change. Where it fails, and therefore nothing is left, krg's own
/// policy decides: a mistake in a policy misplaces work and does not stop it.
public final class JudgedPolicy implements Policy {
    private final String name;
    private final Judge judge;

    /// @param name and version, as decision records show it
    public JudgedPolicy(String name, Judge judge) {
        this.name = name;
        this.judge = judge;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PlacementDecision place(Situation situation, HostedProcess process) {
        var feasibility = new Feasibility(situation, process);
        var observation = new Observation(situation, process);
        var verdicts = new ArrayList<Verdict>();
        var failed = false;
        for (var node : situation.image().nodes().values()) {
            var own = LeastLoaded.verdict(situation, process, feasibility, node);
            if (own.feasible()) {
                var opinion = judge.of(observation.of(node, own.score()));
                failed |= opinion.failed();
                verdicts.add(verdict(node, opinion));
            } else {
                verdicts.add(own);
            }
        }
        var decision = Policy.best(name, verdicts, situation.now());
        return failed && decision.chosen().isEmpty()
                ? instead(situation, process, verdicts)
                : decision;
    }

    private static Verdict verdict(Node node, Judge.Opinion opinion) {
        var feasible = opinion.objections().isEmpty();
        return new Verdict(node.id(), feasible, feasible ? opinion.score() : 0, opinion.all());
    }

    private PlacementDecision instead(
            Situation situation, HostedProcess process, List<Verdict> failed) {
        var safe = new LeastLoaded();
        var decision = safe.place(situation, process);
        var verdicts = new ArrayList<Verdict>();
        for (var verdict : decision.verdicts()) {
            var reasons = new ArrayList<>(verdict.reasons());
            failed.stream()
                    .filter(_ -> verdict.feasible())
                    .filter(it -> it.node().equals(verdict.node()))
                    .flatMap(it -> it.reasons().stream())
                    .forEach(reason -> reasons.add(name + " had: " + reason));
            verdicts.add(new Verdict(verdict.node(), verdict.feasible(), verdict.score(), reasons));
        }
        return new PlacementDecision(
                "%s, because %s failed".formatted(safe.name(), name),
                decision.chosen(),
                verdicts,
                situation.now());
    }
}
