// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.krg.policy.bundle.Bundle.Example;
import org.krg.policy.bundle.Bundle.Filter;
import org.krg.policy.bundle.Bundle.Score;
import org.krg.policy.bundle.Expression.Scope;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.Rebalance;
import org.krg.policy.core.Variable;
import org.krg.policy.core.Variable.Kind;
import org.krg.state.model.PolicyId;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// Reads one bundle, and collects all that is wrong with it.
final class BundleReader {
    /// Filters, and scores, of one policy.
    private static final int MOST_RULES = 32;

    /// Of all its expressions together: what a decision costs is bounded by it.
    private static final int MOST_CHARACTERS = 8_192;

    private static final int MOST_EXAMPLES = 32;

    /// Of what is shown with each decision.
    private static final int MOST_SHOWN = 200;

    private static final int LABEL = 60;
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration RESIDENCY = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final double GAIN = 0.1;
    private static final int MOST_AT_ONCE = 100;

    private final TomlParseResult toml;
    private final List<Problem> problems = new ArrayList<>();
    private int characters;

    BundleReader(String text) {
        this.toml = Toml.parse(text);
    }

    Bundle read() throws BadPolicy {
        for (var error : toml.errors()) {
            note(error.position(), String.valueOf(error.getMessage()));
        }
        Problem.refuse(problems);
        known(toml, "policy", "place", "rebalance", "example");
        var policy = table(toml, "policy");
        var place = table(toml, "place");
        policy.ifPresent(it -> known(it, "name", "about", "select"));
        place.ifPresent(it -> known(it, "filter", "score"));
        if (policy.isEmpty()) {
            problems.add(new Problem(0, 0, "a policy begins with [policy] and name = \"...\""));
        }
        var name = policy.flatMap(it -> text(it, "name")).orElse("");
        if (policy.isPresent() && name.isEmpty()) {
            note(toml.inputPositionOf("policy"), "[policy] has no name");
        } else if (policy.isPresent() && !PolicyId.isName(name)) {
            note(policy.get().inputPositionOf("name"), PolicyId.NAMES);
        }
        var select =
                policy.filter(it -> it.contains("select"))
                        .flatMap(it ->
                                text(it, "select")
                                        .flatMap(expression ->
                                                compile(
                                                        it.inputPositionOf("select"),
                                                        expression,
                                                        Scope.TASK,
                                                        Kind.TRUTH)));
        var filters = place.map(this::filters).orElse(List.of());
        var scores = place.map(this::scores).orElse(List.of());
        var about = policy.flatMap(it -> shown(it, "about")).orElse("");
        var rebalance = table(toml, "rebalance").flatMap(it -> rebalance(it, select));
        var examples = examples();
        Problem.refuse(problems);
        return new Bundle(name, about, select, filters, scores, examples, rebalance);
    }

    private List<Filter> filters(TomlTable place) {
        var filters = new ArrayList<Filter>();
        for (var rule : rules(place, "filter", "expr", "why")) {
            compile(rule.at(), rule.expression(), Scope.NODE, Kind.TRUTH)
                    .ifPresent(expression ->
                            filters.add(
                                    new Filter(
                                            expression,
                                            rule.text("why")
                                                    .orElse("not `" + rule.expression() + "`"))));
        }
        return filters;
    }

    private List<Score> scores(TomlTable place) {
        var scores = new ArrayList<Score>();
        for (var rule : rules(place, "score", "expr", "weight", "label")) {
            var weight = rule.number("weight");
            compile(rule.at(), rule.expression(), Scope.NODE, Kind.NUMBER)
                    .ifPresent(expression ->
                            scores.add(
                                    new Score(
                                            expression,
                                            weight,
                                            rule.text("label").orElse(label(rule.expression())))));
        }
        return scores;
    }

    /// An entry of a list of rules: a string, or a table with `expr`.
    private final class Rule {
        private final @Nullable TomlPosition at;
        private final String expression;
        private final Optional<TomlTable> more;

        Rule(@Nullable TomlPosition at, String expression, Optional<TomlTable> more) {
            this.at = at;
            this.expression = expression;
            this.more = more;
        }

        @Nullable TomlPosition at() {
            return at;
        }

        String expression() {
            return expression;
        }

        Optional<String> text(String key) {
            return more.flatMap(table -> shown(table, key));
        }

        /// {@return the number, 1 where none is said}
        double number(String key) {
            var value = more.map(table -> table.get(key)).orElse(1.0);
            if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
                return number.doubleValue();
            }
            note(at, key + " is a number");
            return 1;
        }
    }

    private List<Rule> rules(TomlTable place, String key, String... keys) {
        var rules = new ArrayList<Rule>();
        if (!place.contains(key)) {
            return rules;
        }
        if (!(place.get(key) instanceof TomlArray array)) {
            note(place.inputPositionOf(key), key + " is a list: [\"...\", \"...\"]");
            return rules;
        }
        if (array.size() > MOST_RULES) {
            note(
                    place.inputPositionOf(key),
                    "%d are too many, %d is the most".formatted(array.size(), MOST_RULES));
            return rules;
        }
        for (var index = 0; index < array.size(); index++) {
            var at = array.inputPositionOf(index);
            switch (array.get(index)) {
                case String expression -> rules.add(new Rule(at, expression, Optional.empty()));
                case TomlTable table -> {
                    known(table, keys);
                    text(table, "expr")
                            .ifPresentOrElse(
                                    it -> rules.add(new Rule(at, it, Optional.of(table))),
                                    () -> note(at, "there is no expr in it"));
                }
                default -> note(at, "an expression is a string, or { expr = \"...\" }");
            }
        }
        return rules;
    }

    private Optional<Rebalance> rebalance(TomlTable table, Optional<Expression> select) {
        known(table, "when", "every", "gain", "residency", "at_once");
        var every = duration(table, "every", EVERY, Duration.ofSeconds(1));
        var residency = duration(table, "residency", RESIDENCY, Duration.ZERO);
        var gain = positive(table, "gain", GAIN);
        var atOnce = whole(table, "at_once", 1, MOST_AT_ONCE);
        var when = text(table, "when");
        if (when.isEmpty()) {
            note(
                    toml.inputPositionOf("rebalance"),
                    "[rebalance] says when: when = \"node.cpu_pressure > 60.0\"");
        }
        var at = table.inputPositionOf(List.of("when"));
        return when.flatMap(text -> compile(at, text, Scope.NODE, Kind.TRUTH))
                .map(it -> new Rebalance(holds(select, it), every, gain, residency, atOnce));
    }

    private static Rebalance.Condition holds(Optional<Expression> select, Expression when) {
        return values -> {
            try {
                return (select.isEmpty() || select.get().holds(values)) && when.holds(values);
            } catch (BadExpression notNow) {
                return false;
            }
        };
    }

    private Duration duration(TomlTable table, String key, Duration usual, Duration least) {
        var said = text(table, key);
        if (said.isEmpty()) {
            return usual;
        }
        try {
            var span = Duration.parse("PT" + said.get());
            if (span.compareTo(least) >= 0 && span.compareTo(LONGEST) <= 0) {
                return span;
            }
        } catch (DateTimeParseException odd) {
            // Said below.
        }
        note(
                table.inputPositionOf(List.of(key)),
                "%s is a time like 30s or 5m, from %d s to 24h".formatted(key, least.toSeconds()));
        return usual;
    }

    private double positive(TomlTable table, String key, double usual) {
        return switch (table.get(List.of(key))) {
            case null -> usual;
            case Number number
                    when number.doubleValue() > 0 && Double.isFinite(number.doubleValue()) ->
                    number.doubleValue();
            default -> {
                note(table.inputPositionOf(List.of(key)), key + " is a number above 0");
                yield usual;
            }
        };
    }

    private int whole(TomlTable table, String key, int usual, int most) {
        return switch (table.get(List.of(key))) {
            case null -> usual;
            case Long number when number >= 1 && number <= most -> Math.toIntExact(number);
            default -> {
                note(
                        table.inputPositionOf(List.of(key)),
                        "%s is a whole number from 1 to %d".formatted(key, most));
                yield usual;
            }
        };
    }

    private List<Example> examples() {
        var examples = new ArrayList<Example>();
        if (!toml.contains("example")) {
            return examples;
        }
        if (!(toml.get("example") instanceof TomlArray array)) {
            note(toml.inputPositionOf("example"), "examples are written as [[example]]");
            return examples;
        }
        if (array.size() > MOST_EXAMPLES) {
            note(
                    toml.inputPositionOf("example"),
                    "%d are too many, %d is the most".formatted(array.size(), MOST_EXAMPLES));
            return examples;
        }
        for (var index = 0; index < array.size(); index++) {
            var at = array.inputPositionOf(index);
            if (array.get(index) instanceof TomlTable example) {
                examples.add(example(index + 1, at, example));
            } else {
                note(at, "examples are written as [[example]]");
            }
        }
        return examples;
    }

    private Example example(int number, @Nullable TomlPosition at, TomlTable example) {
        known(example, "task", "nodes", "chosen");
        var task =
                table(example, "task")
                        .map(it -> values(it, "task"))
                        .orElseGet(() -> new TreeMap<String, Object>());
        var nodes = new TreeMap<String, SortedMap<String, Object>>();
        var said = table(example, "nodes");
        said.ifPresent(all -> {
            for (var name : all.keySet()) {
                table(all, name).ifPresent(node -> nodes.put(name, values(node, "node")));
            }
        });
        if (nodes.isEmpty() || nodes.size() > MOST_EXAMPLES) {
            note(
                    at,
                    "an example has nodes: nodes.n1 = { cpus_free = 2.0 }, %d at most"
                            .formatted(MOST_EXAMPLES));
        }
        var chosen = text(example, "chosen");
        if (chosen.isEmpty()) {
            note(at, "an example says what is chosen: chosen = \"n1\", or \"\" for none");
        }
        return new Example(number, at == null ? 0 : at.line(), task, nodes, chosen.orElse(""));
    }

    private SortedMap<String, Object> values(TomlTable table, String subject) {
        var values = new TreeMap<String, Object>();
        for (var field : table.keySet()) {
            var at = table.inputPositionOf(List.of(field));
            var variable = Variable.find(subject + "." + field);
            if (variable.isEmpty()) {
                note(at, "a %s has no %s; it has %s".formatted(subject, field, fields(subject)));
            } else {
                value(variable.get().kind(), table.get(List.of(field)))
                        .ifPresentOrElse(
                                value -> values.put(variable.get().word(), value),
                                () -> note(at, variable.get().word() + " is of another kind"));
            }
        }
        return values;
    }

    private static String fields(String subject) {
        return Arrays.stream(Variable.values())
                .filter(variable -> variable.subject().equals(subject))
                .map(Variable::field)
                .collect(Collectors.joining(", "));
    }

    private static Optional<Object> value(Kind kind, @Nullable Object value) {
        return switch (kind) {
            case NUMBER ->
                    value instanceof Number number
                            ? Optional.of(number.doubleValue())
                            : Optional.empty();
            case TEXT -> value instanceof String ? Optional.of(value) : Optional.empty();
            case TRUTH -> value instanceof Boolean ? Optional.of(value) : Optional.empty();
        };
    }

    private Optional<Expression> compile(
            @Nullable TomlPosition at, String text, Scope scope, Kind result) {
        characters += text.length();
        if (characters > MOST_CHARACTERS) {
            note(
                    at,
                    "all expressions together have at most %d characters"
                            .formatted(MOST_CHARACTERS));
            return Optional.empty();
        }
        try {
            return Optional.of(Expression.compile(text, scope, result));
        } catch (BadExpression bad) {
            note(at, String.valueOf(bad.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<TomlTable> table(TomlTable parent, String key) {
        return switch (parent.get(List.of(key))) {
            case null -> Optional.empty();
            case TomlTable table -> Optional.of(table);
            default -> {
                note(parent.inputPositionOf(List.of(key)), key + " is a table");
                yield Optional.empty();
            }
        };
    }

    private Optional<String> text(TomlTable table, String key) {
        return switch (table.get(List.of(key))) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            default -> {
                note(table.inputPositionOf(List.of(key)), key + " is a string");
                yield Optional.empty();
            }
        };
    }

    /// {@return a text that decisions show}
    private Optional<String> shown(TomlTable table, String key) {
        var text = text(table, key);
        if (text.filter(it -> it.length() > MOST_SHOWN).isPresent()) {
            note(
                    table.inputPositionOf(List.of(key)),
                    "%s has at most %d characters".formatted(key, MOST_SHOWN));
        }
        return text;
    }

    private static String label(String expression) {
        return expression.length() <= LABEL ? expression : expression.substring(0, LABEL) + "…";
    }

    private void known(TomlTable table, String... keys) {
        for (var key : table.keySet()) {
            if (!Arrays.asList(keys).contains(key)) {
                note(
                        table.inputPositionOf(List.of(key)),
                        "unknown key %s; there are %s".formatted(key, String.join(", ", keys)));
            }
        }
    }

    private void note(@Nullable TomlPosition at, String message) {
        problems.add(
                at == null
                        ? new Problem(0, 0, message)
                        : new Problem(at.line(), at.column(), message));
    }
}
