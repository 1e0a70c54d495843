// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.Conformance.Case;
import org.krg.jepsen.Conformance.Result;
import org.krg.jepsen.Conformance.Trial;
import org.krg.jepsen.bench.report.Markdown;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.http.Json;
import org.krg.tools.render.Table;
import org.krg.tools.render.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `system conformance`: the suite on a dev cluster of its own, as a table.
public final class ConformanceCommand implements Subcommand {
    private static final int FAILED = 1;
    private static final String BAD = "BAD";

    @Override
    public String path() {
        return "system conformance";
    }

    @Override
    public String summary() {
        return "Try on this machine what survives a move and a restore";
    }

    @Override
    public int run(List<String> arguments) {
        return new CommandLine(new Verb())
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("error: " + failure.getMessage());
                    return FAILED;
                })
                .execute(arguments.toArray(String[]::new));
    }

    enum Format {
        table,
        json,
        markdown
    }

    @Command(
            name = "krg-admin system conformance",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts a dev cluster of its own and runs small programs in it that each hold"
                        + " something of the kernel's: threads, sockets, shared memory, timers."
                        + " Each goes through the trials and then checks itself. Nothing is left"
                        + " behind.",
                "`refused` is what krg said beforehand that it cannot save: that program went on"
                        + " as it was.",
                "Exit codes: 0 all are as they were or refused, 1 some are not, 2 usage."
            })
    private static final class Verb implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "NAME", arity = "0..*", description = "only these programs")
        private final List<String> names = new ArrayList<>();

        @Option(
                names = "--trials",
                split = ",",
                paramLabel = "TRIAL",
                description =
                        "checkpoint, restore (on another node), migrate, ten-moves, node-killed;"
                                + " default all")
        private List<String> words = List.of();

        @Option(
                names = "--user",
                paramLabel = "USER",
                description = "whom they run as; root's to choose (default: you)")
        private @Nullable String user;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table, json or markdown; json is stable")
        private Format format = Format.table;

        @Override
        public Integer call() {
            var trials = trials();
            return Interruptible.perform(() -> run(trials));
        }

        private int run(List<Trial> trials) {
            try (var cluster = Cluster.up(3)) {
                var suite = new Conformance(cluster, natives(), Optional.ofNullable(user));
                var cases = chosen(suite);
                var rows = new ArrayList<ObjectNode>();
                cases.forEach(each -> rows.add(row(each)));
                for (var trial : trials) {
                    System.err.println(trial.word() + ": " + cases.size() + " programs");
                    add(rows, suite.run(cases, trial));
                }
                return print(List.copyOf(rows), trials);
            }
        }

        private List<Trial> trials() {
            var known = List.of(Trial.values());
            var all = known.stream().map(Trial::word).toList();
            words.stream()
                    .filter(word -> !all.contains(word))
                    .findFirst()
                    .ifPresent(word -> {
                        throw wrong("there is no trial " + word + "; there are " + all);
                    });
            return known.stream()
                    .filter(it -> words.isEmpty() || words.contains(it.word()))
                    .toList();
        }

        private List<Case> chosen(Conformance suite) {
            var cases = suite.cases();
            var all = cases.stream().map(Case::name).toList();
            names.stream()
                    .filter(name -> !all.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw wrong("there is no program " + name + "; there are " + all);
                    });
            return cases.stream()
                    .filter(it -> names.isEmpty() || names.contains(it.name()))
                    .toList();
        }

        private ParameterException wrong(String message) {
            return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }

        private int print(List<JsonNode> rows, List<Trial> trials) {
            var report = Json.object();
            rows.forEach(report.putArray("programs")::add);
            System.out.print(
                    switch (format) {
                        case table -> text(rows, trials);
                        case json -> Trees.json(report);
                        case markdown -> Markdown.of(text(rows, trials));
                    });
            System.out.flush();
            return rows.stream().noneMatch(ConformanceCommand::isBad) ? 0 : FAILED;
        }
    }

    private static String text(List<JsonNode> rows, List<Trial> trials) {
        var table = new Table().left("PROGRAM", row -> row.path("name").asText());
        table.left("ENGINE", row -> row.path("engine").asText());
        for (var trial : trials) {
            var title = trial.word().toUpperCase(Locale.ROOT);
            table.left(title, row -> row.path(trial.word()).asText());
        }
        table.left("WHAT IT HOLDS", row -> row.path("about").asText());
        var text = new StringBuilder(table.of(rows, true)).append('\n');
        for (var row : rows) {
            for (var problem : row.path("problems").properties()) {
                text.append(row.path("name").asText())
                        .append(", ")
                        .append(problem.getKey())
                        .append(": ")
                        .append(problem.getValue().asText())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static ObjectNode row(Case each) {
        var row =
                Json.object()
                        .put("name", each.name())
                        .put("engine", each.engine())
                        .put("about", each.about());
        row.putObject("problems");
        return row;
    }

    private static void add(List<ObjectNode> rows, List<Result> results) {
        for (var i = 0; i < rows.size(); i++) {
            var result = results.get(i);
            var word = result.trial().word();
            rows.get(i)
                    .put(
                            word,
                            switch (result.outcome()) {
                                case GOOD -> "good";
                                case REFUSED -> "refused";
                                case BAD -> BAD;
                            });
            if (!result.problem().isEmpty()) {
                rows.get(i).withObject("/problems").put(word, result.problem());
            }
        }
    }

    private static boolean isBad(JsonNode row) {
        return row.properties().stream().anyMatch(it -> it.getValue().asText().equals(BAD));
    }

    private static Path natives() {
        return Path.of(System.getProperty("krg.home")).resolve("target/native");
    }
}
