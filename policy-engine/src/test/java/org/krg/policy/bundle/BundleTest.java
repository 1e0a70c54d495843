// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.Judge;
import org.krg.policy.core.Variable;

class BundleTest {
    private static final String PACKED =
            """
            [policy]
            name = "packed"
            about = "fills one node before the next"
            select = "task.user != 'root'"

            [place]
            filter = [
                "node.cpu_pressure < 80.0",
                { expr = "!node.votes || task.cpus <= 1.0", why = "large tasks stay off voters" },
            ]
            score = [
                { expr = "1.0 - node.cpus_free / node.cpus", weight = 3.0, label = "fullness" },
                "node.has_copy ? 0.5 : 0.0",
            ]

            [[example]]
            task = { cpus = 1.0, user = "ann" }
            nodes.n1 = { cpus = 8.0, cpus_free = 8.0 }
            nodes.n2 = { cpus = 8.0, cpus_free = 2 }
            chosen = "n2"

            [[example]]
            task = { cpus = 4.0, user = "ann" }
            nodes = { n1 = { cpus = 8.0, votes = true }, n2 = { cpus = 8.0, cpu_pressure = 99.0 } }
            chosen = ""
            """;

    @Test
    void aNodeIsJudgedByFiltersAndScores() throws BadPolicy {
        var bundle = judge(PACKED);

        var taken = bundle.of(values("ann", 1, 2, 8, false));
        assertThat(taken.objections()).isEmpty();
        assertThat(taken.score()).isEqualTo(3 * 0.75);
        assertThat(taken.reasons())
                .containsExactly("fullness: 0.750 x 3.000", "node.has_copy ? 0.5 : 0.0: 0.000");

        var voter = bundle.of(values("ann", 4, 2, 8, true));
        assertThat(voter.objections()).containsExactly("large tasks stay off voters");
        assertThat(voter.failed()).isFalse();
    }

    @Test
    void aTaskThatItIsNotForHasKrgsOwnScore() throws BadPolicy {
        var opinion = judge(PACKED).of(values("root", 4, 2, 8, true));

        assertThat(opinion.objections()).isEmpty();
        assertThat(opinion.score()).isEqualTo(0.25);
        assertThat(opinion.reasons().getFirst()).isEqualTo("the policy is not for this task");
    }

    @Test
    void whatAFilterSaysCountsThoughAScoreFails() throws BadPolicy {
        var bundle =
                judge(
                        """
                        policy.name = "a"
                        place.filter = ["node.votes", "1.0 / (node.cpus - node.cpus) < 1.0"]
                        place.score = ["double(node.name)"]
                        """);

        var opinion = bundle.of(values("ann", 1, 2, 8, false));

        assertThat(opinion.failed()).isFalse();
        assertThat(opinion.objections()).contains("not `node.votes`");
    }

    @Test
    void aSumThatIsNoNumberFails() throws BadPolicy {
        var bundle =
                judge(
                        """
                        policy.name = "a"
                        place.score = [{ expr = "node.cpus", weight = 1e308 }, { expr = "node.cpus", weight = 1e308 }]
                        """);

        var opinion = bundle.of(values("ann", 1, 2, 8, false));

        assertThat(opinion.failed()).isTrue();
        assertThat(opinion.objections().getFirst()).contains("Infinity");
    }

    @Test
    void withoutScoresKrgsOwnCounts() throws BadPolicy {
        var bundle = judge("[policy]\nname = 'a'\n[place]\nfilter = ['node.cpus > 1']");

        assertThat(bundle.of(values("ann", 1, 2, 8, false)).score()).isEqualTo(0.25);
        assertThat(bundle.of(values("ann", 1, 0, 1, false)).objections())
                .containsExactly("not `node.cpus > 1`");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1.0 / (node.cpus - node.cpus) | Infinity
                    double(node.name)             | n1
                    """)
    void whatCannotBeWorkedOutIsAnObjectionThatSaysSo(String score, String said) throws BadPolicy {
        var bundle = judge("policy.name = 'a'\nplace.score = [\"%s\"]".formatted(score));

        var opinion = bundle.of(values("ann", 1, 2, 8, false));

        assertThat(opinion.failed()).isTrue();
        assertThat(opinion.objections().getFirst()).contains(score).contains(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    place.filter = ['node.cpuz > 1']          | there is no node.cpuz; there are node.name, .*node.cpus,
                    place.filter = ['node.cpus']              | gives double and has to give true or false
                    place.filter = ['node.cpus >']            | line 2, column 17: `node.cpus >`, character 12
                    place.filter = ['node.cpus * 2 > 1.0']    | write 2.0 in place of 2
                    place.filter = 'node.cpus > 1'            | filter is a list
                    place.filter = [7]                        | an expression is a string
                    place.filter = [{ why = 'x' }]            | there is no expr in it
                    place.score = [{ expr = '1', wait = 3 }]  | unknown key wait; there are expr, weight, label
                    place.score = [{ expr = '1', weight = 'a' }] | weight is a number
                    place.score = ['node.name']               | gives string and has to give a number
                    place.score = ['[1, 2].map(x, x)']        | undeclared reference
                    place.filter = ['[1].exists(x, x > 0)']   | undeclared reference
                    place.filter = [{ expr = 'true', why = '%200s' }] | why has at most 200 characters
                    policy.about = '%200s'                    | about has at most 200 characters
                    rebalance = { when = 'true', at_once = 200 } | at_once is a whole number from 1 to 100
                    rebalance = { when = 'true', every = '48h' } | every is a time like 30s or 5m, from 1 s to 24h
                    policy.select = 'node.cpus > 1'           | there is no node.cpus; there are task.name
                    policy.wanted = 'x'                       | unknown key wanted
                    rebalance.when = 'node.cpus'              | gives double and has to give true or false
                    rebalance.every = '30s'                   | .rebalance. says when
                    rebalance = { when = 'true', every = '0s' } | every is a time like 30s or 5m, from 1 s
                    rebalance = { when = 'true', residency = 'long' } | residency is a time like
                    rebalance = { when = 'true', gain = 0 }   | gain is a number above 0
                    rebalance = { when = 'true', at_most = 3 } | unknown key at_most
                    example = [{ chosen = 'n1' }]             | an example has nodes
                    example = [{ chosen = 'n1', nodes.n1 = { disk = 1 } }] | a node has no disk; it has name
                    example = [{ chosen = 'n1', nodes.n1 = { cpus = 'x' } }] | node.cpus is of another kind
                    example = [{ chosen = 'n2', nodes.n1 = {}, nodes.n2 = {} }] | example 1 chooses n1 and not n2
                    place.filter = [ 'a                       | line 2
                    """)
    void whatIsWrongIsSaidWithItsPlace(String line, String said) {
        var long_ = "x".repeat(201);
        assertThatThrownBy(() -> Bundle.read("policy.name = 'a'\n" + line.replace("%200s", long_)))
                .isInstanceOf(BadPolicy.class)
                .message()
                .containsPattern(said);
    }

    @Test
    void whatRunsIsMovedAsThePolicySays() throws BadPolicy {
        var rule =
                Bundle.read(
                                """
                                policy.name = "mine"
                                policy.select = "task.user != 'root'"
                                rebalance = { when = "node.cpus / node.cpus_free > 2.0", every = "5s", at_once = 3 }
                                """)
                        .rebalance()
                        .orElseThrow();

        assertThat(rule.every()).isEqualTo(Duration.ofSeconds(5));
        assertThat(rule.residency()).isEqualTo(Duration.ofMinutes(5));
        assertThat(rule.gain()).isEqualTo(0.1);
        assertThat(rule.atOnce()).isEqualTo(3);
        assertThat(rule.when().holds(values("ann", 1, 3, 8, false))).isTrue();
        assertThat(rule.when().holds(values("ann", 1, 7, 8, false))).isFalse();
        assertThat(rule.when().holds(values("root", 1, 3, 8, false))).isFalse();
        assertThat(rule.when().holds(new TreeMap<>())).isFalse();
        assertThat(Bundle.read("policy.name = 'a'").rebalance()).isEmpty();
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(
                        () -> Bundle.read("[place]\nfilter = ['node.cpuz > 1', 'node.memry > 1']"))
                .message()
                .contains("a policy begins with [policy]")
                .contains("node.cpuz")
                .contains("node.memry");
    }

    @Test
    void expressionsAreBounded() throws BadPolicy {
        var long_ = "1 < 2 && ".repeat(500) + "true";
        assertThatThrownBy(() -> Bundle.read("policy.name='a'\nplace.filter=['" + long_ + "']"))
                .isInstanceOf(BadPolicy.class);
        var many = "'true',".repeat(33);
        assertThatThrownBy(() -> Bundle.read("policy.name='a'\nplace.filter=[" + many + "]"))
                .hasMessageContaining("33 are too many, 32 is the most");
        var flat = "1.0" + "+1.0".repeat(1_000) + " > 0.0";
        assertThatThrownBy(() -> Bundle.read("policy.name='a'\nplace.filter=['" + flat + "']"))
                .hasMessageContaining("recursion limit");
        var three = "\"task.name != '" + "x".repeat(3_000) + "'\"";
        assertThatThrownBy(() ->
                        Bundle.read(
                                "policy.name='a'\nplace.filter=[%s,%s,%s]"
                                        .formatted(three, three, three)))
                .hasMessageContaining("all expressions together have at most 8192 characters");
        assertThatThrownBy(() -> Bundle.read("policy.name='a'\n" + "[[example]]\n".repeat(33)))
                .hasMessageContaining("33 are too many");
        for (var name : List.of("built-in", "a b", "x".repeat(64))) {
            assertThatThrownBy(() -> Bundle.read("policy.name='" + name + "'"))
                    .hasMessageContaining("line 1, column 1: a policy's name is 1 to 63");
        }
        var deep = "(".repeat(100) + "true" + ")".repeat(100);
        assertThatThrownBy(() -> Bundle.read("policy.name='a'\nplace.filter=['" + deep + "']"))
                .isInstanceOf(BadPolicy.class);
    }

    /// As a program it would have a thousand million steps, and the leader ends for want of memory.
    @Test
    void patternsAreNotThere() {
        for (var call :
                List.of("task.user.matches('((x{1000}){1000}){1000}')", "matches('a', 'a')")) {
            assertThatThrownBy(
                            () -> Bundle.read("policy.name='a'\nplace.filter=[\"" + call + "\"]"))
                    .isInstanceOf(BadPolicy.class)
                    .hasMessageContaining("there is no matches");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyVariableCanBeAsked(Variable variable) throws BadPolicy {
        var expression =
                switch (variable.kind()) {
                    case NUMBER -> variable.word() + " >= 0.0";
                    case TEXT -> variable.word() + " == ''";
                    case TRUTH -> "!" + variable.word();
                };
        var bundle = judge("policy.name='a'\nplace.filter=[\"" + expression + "\"]");

        assertThat(bundle.of(zeros()).objections()).isEmpty();
        assertThat(Variable.find(variable.word())).contains(variable);
    }

    private static SortedMap<String, Object> values(
            String user, double taskCpus, double free, double cpus, boolean votes) {
        var values = zeros();
        values.put("task.user", user);
        values.put("task.cpus", taskCpus);
        values.put("node.name", "n1");
        values.put("node.cpus", cpus);
        values.put("node.cpus_free", free);
        values.put("node.votes", votes);
        values.put("node.least_loaded", 0.25);
        return values;
    }

    private static Judge judge(String text) throws BadPolicy {
        return Bundle.read(text).judge();
    }

    private static SortedMap<String, Object> zeros() {
        var values = new TreeMap<String, Object>();
        Arrays.stream(Variable.values()).forEach(it -> values.put(it.word(), it.kind().zero()));
        return values;
    }
}
