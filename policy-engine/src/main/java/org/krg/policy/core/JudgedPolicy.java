// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.krg.policy.model.Situation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
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

    /// {@return where a process that runs had better be}
    ///
    /// @param process as one that has no node
    /// @param present where it is
    public Optional<Move> better(
            Situation situation, HostedProcess process, NodeId present, Rebalance rule) {
        var node = situation.image().nodes().require(present);
        var feasibility = new Feasibility(situation, process);
        var own = LeastLoaded.verdict(situation, process, feasibility, node);
        var values = new Observation(situation, process).of(node, own.score());
        return rule.when().holds(values)
                ? better(place(situation, process), present, rule.gain())
                : Optional.empty();
    }

    /// Where it is nothing speaks for, if it would not come there any more.
    private Optional<Move> better(PlacementDecision decision, NodeId present, double gain) {
        if (!decision.policy().equals(name) || decision.chosen().isEmpty()) {
            return Optional.empty();
        }
        var there = verdict(decision, decision.chosen().get());
        var here = verdict(decision, present);
        if (here.feasible() && there.score() - here.score() < gain) {
            return Optional.empty();
        }
        return Optional.of(
                new Move(
                        there.node(),
                        "policy %s scores %s %s and %s %s"
                                .formatted(
                                        name,
                                        there.node(),
                                        text(there.score()),
                                        present,
                                        here.feasible()
                                                ? text(here.score())
                                                : "not: " + here.reasons().getFirst())));
    }

    private static String text(double score) {
        return String.format(Locale.ROOT, "%.3f", score);
    }

    private static Verdict verdict(PlacementDecision decision, NodeId node) {
        return decision.verdicts().stream()
                .filter(verdict -> verdict.node().equals(node))
                .findFirst()
                .orElseThrow();
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
