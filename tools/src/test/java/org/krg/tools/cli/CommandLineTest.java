// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.tools.Verbs;

final class CommandLineTest {
    private static final int WIDTH = 100;

    private final Cli cli = new Cli();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    versoin              | there is no command 'versoin'; did you mean 'version'?
                    nod list             | there is no command 'nod'; did you mean 'node'?
                    job sho              | there is no command 'job sho'; did you mean 'job show'?
                    zzz                  | there is no command 'zzz'
                    migrate              | there is no command 'migrate'; did you mean 'proc migrate'?
                    proc wait heat       | there is no command 'proc wait'; did you mean 'wait'?
                    ps --al              | unknown option: '--al'; did you mean --all?
                    ps extra             | unmatched argument at index 0: 'extra'
                    ps -o xml            | invalid value for option '--output': expected one of [table, json, yaml] (case-sensitive) but was 'xml'
                    run                  | missing required parameter: 'PROGRAM'
                    wait                 | missing required parameter: 'TARGET'
                    job show             | missing required parameter: 'JOB'
                    job signal heat      | missing required parameter: 'SIGNAL'
                    checkpoint rm        | missing required parameter: 'ID'
                    run --memory 1Q true | invalid value for option '--memory': '1Q' is not a size; write it like 512MiB, 1GiB or 1.5G
                    run --memory         | missing required parameter for option '--memory' (SIZE)
                    run --cpus many true | invalid value for option '--cpus': 'many' is not an amount of cpu; write it like 2, 0.5 or 500m
                    run --checkpoint-every 5x true | invalid value for option '--checkpoint-every': '5x' is not a duration; write it like 500ms, 10s, 5m or 1h
                    run --copies two true | invalid value for option '--copies': 'two' is not a whole number
                    run --restart sometimes true | invalid value for option '--restart': 'sometimes' is none of never, on-failure, always
                    run --max-restarts 3 true | --max-restarts and --back-off mean nothing without --restart
                    run --env =x true    | invalid value for option '--env': '=x' names no variable
                    run --env NONE true  | invalid value for option '--env': the environment has no variable NONE
                    run --wait --detach true | --wait and --detach exclude each other
                    run --timeout 1s true | --timeout means nothing without --wait
                    node drain n1 --parallel 0 | --parallel 0 moves nothing
                    completion tcsh      | expected one of [bash, zsh, fish]
                    --endpoint nowhere ps | not an endpoint: expected host:port, not "nowhere"
                    """)
    void aMistakeIsToldInOneLineAndAHint(String line, String message) {
        var result = cli.run(line.split(" +"));

        assertThat(result.err()).contains(message).startsWith("error: ").hasLineCount(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(ExitCode.USAGE);
    }

    /// A name may be chosen by somebody else.
    @Test
    void whatIsToldMovesNoCursor() {
        var told = cli.run("ps\u001b]0;title\u0007", "x").err();

        assertThat(told).contains("\\u001b]0;title\\u0007").doesNotContain("\u001b", "\u0007");
    }

    @Test
    void nothingAtAllShowsWhatThereIs() {
        var result = cli.run();

        assertThat(result.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).startsWith("Usage: krg-admin").contains("job explain");
    }

    @Test
    void helpListsEveryVerbAndExitCode() {
        var result = cli.run("--help");

        assertThat(result.exit()).isZero();
        new Verbs().verbs().forEach(verb -> assertThat(result.out()).contains(verb.path()));
        assertThat(result.out()).contains("8    no quorum");
        assertThat(result.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void helpFillsItsLinesAndEndsThemAlike() {
        for (var verb : new Verbs().verbs()) {
            assertThat(verb.summary()).matches("[A-Z].*[^.]");
            var lines = cli.run((verb.path() + " --help").split(" ")).out().lines().toList();
            assertThat(lines).as(verb.path()).allMatch(line -> line.length() <= WIDTH);
            var options = (int) lines.stream().takeWhile(line -> !isLastOption(line)).count();
            var prose = lines.subList(options + 1, lines.size());
            for (var n = 1; n < prose.size(); n++) {
                assertThat(isBrokenEarly(prose.get(n - 1), prose.get(n)))
                        .as("%s breaks before: %s", verb.path(), prose.get(n))
                        .isFalse();
            }
            assertThat(lines)
                    .as(verb.path())
                    .noneMatch(line -> line.matches(" +-.* {3,}([A-Z][a-z].*|.*\\w\\.)"))
                    .noneMatch(line -> line.matches(".*[;,(] ?default [^-].*"));
        }
    }

    private static boolean isLastOption(String line) {
        return line.startsWith("  -h, --help ");
    }

    private static boolean isBrokenEarly(String line, String next) {
        var isProse = !line.isEmpty() && !line.startsWith(" ") && next.matches("\\S.*");
        return isProse && line.length() + 1 + next.split(" ", 2)[0].length() < WIDTH;
    }

    @Test
    void helpNamesEveryDefault() {
        for (var verb : new Verbs().verbs()) {
            var words = (verb.path() + " --help").split(" ");
            assertThat(cli.run(words).out()).as(verb.path()).doesNotContain("${");
        }
        assertThat(cli.run("cluster", "init", "--help").out()).contains("/etc/krg/krgd.toml");
    }

    @Test
    void helpStandsInAnyPlace() {
        var help = cli.run("job", "show", "--help").out();

        assertThat(help).startsWith("Usage: krg-admin job show [OPTIONS] JOB");
        assertThat(cli.run("help", "job", "show").out()).isEqualTo(help);
        assertThat(cli.run("--help", "job", "show").out()).isEqualTo(help);
        assertThat(cli.run("job", "--help").out()).contains("job signal");
    }

    @Test
    void aVerbOfAModuleIsFoundByItsWords() {
        assertThat(cli.run("measure", "nothing", "a").out()).isEmpty();
        assertThat(cli.run("measure", "nothing", "a").exit()).isEqualTo(41);
        assertThat(cli.run("measure", "--help").out())
                .contains("measure nothing", "Measure nothing");
        assertThat(cli.run("measure").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(cli.run("measure", "nothin").err()).contains("did you mean 'measure nothing'?");
        assertThat(cli.run("mesure").err()).contains("did you mean 'measure'?");
        assertThat(cli.run("--help").out()).contains("measure nothing       Measure nothing");
    }

    @Test
    void everyVerbExplainsItsOptions() {
        for (var verb : new Verbs().verbs()) {
            var words = (verb.path() + " --help").split(" ");

            var result = cli.run(words);

            assertThat(result.exit()).as(verb.path()).isZero();
            assertThat(result.out()).startsWith("Usage: krg-admin " + verb.path());
        }
    }

    @Test
    void globalOptionsStandBeforeOrBehindTheVerb() {
        assertThat(cli.run("-o", "json", "version").out()).contains("\"version\"");
        assertThat(cli.run("version", "-o", "json").out()).contains("\"version\"");
        assertThat(cli.run("--version").out()).startsWith("krg ");
    }

    @Test
    void completionKnowsVerbsAndOptions() {
        assertThat(cli.run("completion", "bash").out()).contains("--checkpoint-every", "explain");
        assertThat(cli.run("completion", "zsh").out()).contains("bashcompinit");
        assertThat(cli.run("completion", "fish").out())
                .contains("complete -c krg-admin")
                .contains("-l checkpoint-every -r -d");
    }
}
