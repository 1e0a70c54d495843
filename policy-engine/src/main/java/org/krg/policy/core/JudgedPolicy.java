// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.ArrayList;
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
/// policy decides between the nodes for which it failed: a mistake in a policy misplaces work and
/// does not stop it.
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
        var instead = new ArrayList<Verdict>();
        var failed = false;
        for (var node : situation.image().nodes().values()) {
            var own = LeastLoaded.verdict(situation, process, feasibility, node);
            if (own.feasible()) {
                var opinion = judge.of(observation.of(node, own.score()));
                var verdict = verdict(node, opinion);
                verdicts.add(verdict);
                instead.add(opinion.failed() ? excused(own, opinion) : verdict);
                failed |= opinion.failed();
            } else {
                verdicts.add(own);
                instead.add(own);
            }
        }
        var decision = Policy.best(name, verdicts, situation.now());
        return failed && decision.chosen().isEmpty()
                ? Policy.best(
                        "%s, because %s failed".formatted(new LeastLoaded().name(), name),
                        instead,
                        situation.now())
                : decision;
    }

    /// {@return what krg's own policy thinks of a node for which this one failed}
    private Verdict excused(Verdict own, Judge.Opinion opinion) {
        var reasons = new ArrayList<>(own.reasons());
        opinion.objections().forEach(objection -> reasons.add(name + " had: " + objection));
        return new Verdict(own.node(), true, own.score(), reasons);
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
        if (!own.feasible()) {
            // It does not answer, or has changed: what is thought of it is worth nothing.
            return Optional.empty();
        }
        var values = new Observation(situation, process).of(node, own.score());
        if (!rule.when().holds(values)) {
            return Optional.empty();
        }
        var here = judge.of(values);
        return here.failed()
                ? Optional.empty()
                : better(place(situation, process), present, here, rule.gain());
    }

    private Optional<Move> better(
            PlacementDecision decision, NodeId present, Judge.Opinion here, double gain) {
        var chosen =
                decision.verdicts().stream()
                        .filter(_ -> decision.policy().equals(name))
                        .filter(verdict -> decision.chosen().equals(Optional.of(verdict.node())))
                        .filter(verdict -> !verdict.node().equals(present))
                        .filter(there ->
                                !here.objections().isEmpty()
                                        || there.score() - here.score() >= gain)
                        .findFirst();
        return chosen.map(there ->
                new Move(
                        there.node(),
                        "policy %s scores %s %s and %s %s"
                                .formatted(
                                        name,
                                        there.node(),
                                        text(there.score()),
                                        present,
                                        here.objections().isEmpty()
                                                ? text(here.score())
                                                : "not: " + here.objections().getFirst())));
    }

    private static String text(double score) {
        return String.format(Locale.ROOT, "%.3f", score);
    }

    private static Verdict verdict(Node node, Judge.Opinion opinion) {
        var feasible = opinion.objections().isEmpty();
        return new Verdict(node.id(), feasible, feasible ? opinion.score() : 0, opinion.all());
    }
}
