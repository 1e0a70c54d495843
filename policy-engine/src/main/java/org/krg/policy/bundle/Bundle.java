// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.Judge;
import org.krg.policy.core.Rebalance;
import org.krg.policy.core.Variable;
import org.krg.policy.core.WrittenPolicy;

/// A policy as a user wrote it, read and checked.
public final class Bundle implements Judge {
    private final String name;
    private final String about;
    private final Optional<Expression> select;
    private final List<Filter> filters;
    private final List<Score> scores;
    private final List<Example> examples;
    private final Optional<Rebalance> rebalance;

    /// Rejects a node for which it does not hold.
    record Filter(Expression expression, String why) {}

    /// Adds to the score of a node.
    record Score(Expression expression, double weight, String label) {}

    /// What a policy has to choose, said by who wrote it.
    ///
    /// @param number of the example in the file, from 1
    /// @param nodes by name; what is not said is 0, false or empty
    /// @param chosen empty: none
    record Example(
            int number,
            int line,
            SortedMap<String, Object> task,
            SortedMap<String, SortedMap<String, Object>> nodes,
            String chosen) {}

    Bundle(
            String name,
            String about,
            Optional<Expression> select,
            List<Filter> filters,
            List<Score> scores,
            List<Example> examples,
            Optional<Rebalance> rebalance) {
        this.name = name;
        this.about = about;
        this.select = select;
        this.filters = List.copyOf(filters);
        this.scores = List.copyOf(scores);
        this.examples = List.copyOf(examples);
        this.rebalance = rebalance;
    }

    /// {@return the policy in `text`, checked}
    ///
    /// @throws BadPolicy if it cannot be used, or does not choose what its examples say
    public static WrittenPolicy read(String text) throws BadPolicy {
        try {
            return checked(new BundleReader(text).read());
        } catch (RuntimeException | StackOverflowError odd) {
            // The libraries that read it have limits of their own.
            throw new BadPolicy("it cannot be read: " + odd);
        }
    }

    private static WrittenPolicy checked(Bundle bundle) throws BadPolicy {
        Problem.refuse(
                bundle.examples.stream()
                        .flatMap(example ->
                                bundle
                                        .problem(example)
                                        .map(said -> new Problem(example.line(), 1, said))
                                        .stream())
                        .toList());
        return new WrittenPolicy(
                bundle.name, bundle.about, bundle.size(), bundle, bundle.rebalance);
    }

    private String size() {
        return "filters: %d, scores: %d, examples: %d"
                .formatted(filters.size(), scores.size(), examples.size());
    }

    /// A task that it is not for has krg's own score.
    @Override
    public Opinion of(SortedMap<String, Object> values) {
        try {
            if (select.isPresent() && !select.get().holds(values)) {
                return ofOthers(values, "the policy is not for this task");
            }
        } catch (BadExpression failure) {
            return failed(failure);
        }
        return judge(values);
    }

    /// What a filter says counts, whatever else fails.
    private Opinion judge(SortedMap<String, Object> values) {
        var objections = new ArrayList<String>();
        var failures = new ArrayList<BadExpression>();
        for (var filter : filters) {
            try {
                if (!filter.expression().holds(values)) {
                    objections.add(filter.why());
                }
            } catch (BadExpression failure) {
                failures.add(failure);
            }
        }
        if (!objections.isEmpty()) {
            return new Opinion(objections, 0, List.of(), false);
        }
        if (!failures.isEmpty()) {
            return failed(failures.getFirst());
        }
        try {
            return scores.isEmpty() ? ofOthers(values, "") : score(values);
        } catch (BadExpression failure) {
            return failed(failure);
        }
    }

    private Opinion score(SortedMap<String, Object> values) throws BadExpression {
        var reasons = new ArrayList<String>();
        var sum = 0.0;
        for (var score : scores) {
            var number = score.expression().number(values);
            sum += score.weight() * number;
            reasons.add(
                    score.weight() == 1
                            ? "%s: %s".formatted(score.label(), text(number))
                            : "%s: %s x %s"
                                    .formatted(score.label(), text(number), text(score.weight())));
        }
        if (!Double.isFinite(sum)) {
            throw new BadExpression("the sum of the scores is " + sum);
        }
        return new Opinion(List.of(), sum, reasons, false);
    }

    private static Opinion ofOthers(SortedMap<String, Object> values, String why) {
        var score = leastLoaded(values);
        var reasons = new ArrayList<String>();
        if (!why.isEmpty()) {
            reasons.add(why);
        }
        reasons.add("krg's own score: " + text(score));
        return new Opinion(List.of(), score, reasons, false);
    }

    private static Opinion failed(BadExpression failure) {
        return new Opinion(
                List.of("the policy failed: " + failure.getMessage()), 0, List.of(), true);
    }

    private static double leastLoaded(SortedMap<String, Object> values) {
        return (double) Objects.requireNonNull(values.get(Variable.NODE_LEAST_LOADED.word()));
    }

    private static String text(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    /// {@return what an example shows to be wrong}
    private Optional<String> problem(Example example) {
        var chosen = "";
        var best = Double.NEGATIVE_INFINITY;
        var notes = new ArrayList<String>();
        for (var node : example.nodes().entrySet()) {
            var opinion = of(values(example, node.getKey(), node.getValue()));
            notes.add(
                    "%s %s"
                            .formatted(
                                    node.getKey(),
                                    opinion.objections().isEmpty()
                                            ? "has " + text(opinion.score())
                                            : "is out, " + opinion.objections().getFirst()));
            if (opinion.objections().isEmpty() && opinion.score() > best) {
                best = opinion.score();
                chosen = node.getKey();
            }
        }
        return chosen.equals(example.chosen())
                ? Optional.empty()
                : Optional.of(
                        "example %d chooses %s and not %s: %s"
                                .formatted(
                                        example.number(),
                                        orNone(chosen),
                                        orNone(example.chosen()),
                                        String.join("; ", notes)));
    }

    private static String orNone(String node) {
        return node.isEmpty() ? "no node" : node;
    }

    private static SortedMap<String, Object> values(
            Example example, String name, SortedMap<String, Object> node) {
        var values = new TreeMap<String, Object>();
        for (var variable : Variable.values()) {
            values.put(variable.word(), variable.kind().zero());
        }
        values.put(Variable.NODE_NAME.word(), name);
        values.putAll(example.task());
        values.putAll(node);
        return Collections.unmodifiableSortedMap(values);
    }
}
