// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.krg.policy.core.Variable;
import org.krg.policy.core.Variable.Kind;

/// One expression, checked against what it may ask and what it has to give.
final class Expression {
    /// More is a program and not a rule.
    static final int MOST_CHARACTERS = 4_096;

    /// How much of an expression a message shows.
    private static final int MOST_SHOWN = 120;

    private static final int MOST_DEPTH = 64;
    private static final Set<String> PATTERNS = Set.of("matches", "matches_string");
    private static final Pattern VARIABLE = Pattern.compile("(task|node)\\.\\w+");

    private final String text;
    private final CelRuntime.Program program;

    private Expression(String text, CelRuntime.Program program) {
        this.text = text;
        this.program = program;
    }

    /// Where it is evaluated.
    enum Scope {
        /// About the task alone.
        TASK,
        /// For each node.
        NODE;

        private boolean knows(Variable variable) {
            return this == NODE || variable.isOfTask();
        }

        private String words(String subject) {
            return Arrays.stream(Variable.values())
                    .filter(this::knows)
                    .filter(variable -> variable.subject().equals(subject) || this == TASK)
                    .map(Variable::word)
                    .collect(Collectors.joining(", "));
        }
    }

    /// The languages are made when the first expression is: that takes some hundred milliseconds.
    private static final class Languages {
        private static final Cel TASK = make(Scope.TASK);
        private static final Cel NODE = make(Scope.NODE);

        private static Cel make(Scope scope) {
            var cel =
                    CelFactory.plannerCelBuilder()
                            .setOptions(
                                    CelOptions.current()
                                            .maxExpressionCodePointSize(MOST_CHARACTERS)
                                            .maxParseRecursionDepth(MOST_DEPTH)
                                            .enableHeterogeneousNumericComparisons(true)
                                            .build())
                            // No loops: what an expression costs is what it has of characters.
                            .setStandardMacros();
            for (var variable : Variable.values()) {
                if (scope.knows(variable)) {
                    cel.addVar(variable.word(), type(variable.kind()));
                }
            }
            return cel.build();
        }
    }

    /// {@return the expression in `text`}
    ///
    /// @param result what it has to give: whole numbers count as numbers
    /// @throws BadExpression if it cannot be read, asks what is not there, or gives something else
    static Expression compile(String text, Scope scope, Kind result) throws BadExpression {
        var cel = scope == Scope.TASK ? Languages.TASK : Languages.NODE;
        try {
            var tree = cel.compile(text).getAst();
            if (!gives(tree.getResultType(), result)) {
                throw new BadExpression(
                        "`%s` gives %s and has to give %s"
                                .formatted(shown(text), tree.getResultType().name(), word(result)));
            }
            if (asksForPattern(tree)) {
                throw new BadExpression(
                        "`%s`: there is no matches, a pattern may cost far more than it has characters; there are contains, startsWith and endsWith"
                                .formatted(shown(text)));
            }
            return new Expression(text, cel.createProgram(tree));
        } catch (CelValidationException invalid) {
            throw new BadExpression(problem(text, scope, invalid));
        } catch (CelEvaluationException | RuntimeException | StackOverflowError odd) {
            throw new BadExpression("`%s`: %s".formatted(shown(text), odd));
        }
    }

    /// Counted repetitions in each other make of a short pattern a program that fills all memory.
    private static boolean asksForPattern(CelAbstractSyntaxTree tree) {
        return tree.getReferenceMap().values().stream()
                .flatMap(reference -> reference.overloadIds().stream())
                .anyMatch(PATTERNS::contains);
    }

    private static String shown(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }

    private static String problem(String text, Scope scope, CelValidationException invalid) {
        var first = invalid.getErrors().getFirst();
        var column = first.getSourceLocation().getColumn();
        var said = "`%s`, character %d: %s".formatted(shown(text), column + 1, first.getMessage());
        var asked = VARIABLE.matcher(text);
        if (said.contains("undeclared reference") && asked.find(Math.min(column, text.length()))) {
            return "`%s`, character %d: there is no %s; there are %s"
                    .formatted(shown(text), column + 1, asked.group(), scope.words(asked.group(1)));
        }
        return said.contains("(int, double)") || said.contains("(double, int)")
                ? said + "; write 2.0 in place of 2"
                : said;
    }

    private static boolean gives(CelType type, Kind result) {
        return type.equals(type(result)) || (result == Kind.NUMBER && type.equals(SimpleType.INT));
    }

    private static CelType type(Kind kind) {
        return switch (kind) {
            case NUMBER -> SimpleType.DOUBLE;
            case TEXT -> SimpleType.STRING;
            case TRUTH -> SimpleType.BOOL;
        };
    }

    private static String word(Kind kind) {
        return switch (kind) {
            case NUMBER -> "a number";
            case TEXT -> "a string";
            case TRUTH -> "true or false";
        };
    }

    /// {@return whether it holds}
    ///
    /// @throws BadExpression if it cannot be worked out for these values
    boolean holds(Map<String, Object> values) throws BadExpression {
        return (boolean) evaluate(values);
    }

    /// {@return its number, which is finite}
    ///
    /// @throws BadExpression if it cannot be worked out for these values
    double number(Map<String, Object> values) throws BadExpression {
        var number = ((Number) evaluate(values)).doubleValue();
        if (!Double.isFinite(number)) {
            throw new BadExpression("`%s` is %s".formatted(shown(text), number));
        }
        return number;
    }

    private Object evaluate(Map<String, Object> values) throws BadExpression {
        try {
            return program.eval(values);
        } catch (CelEvaluationException failure) {
            throw new BadExpression("`%s`: %s".formatted(shown(text), failure.getMessage()));
        } catch (RuntimeException | StackOverflowError odd) {
            throw new BadExpression("`%s`: %s".formatted(shown(text), odd));
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
