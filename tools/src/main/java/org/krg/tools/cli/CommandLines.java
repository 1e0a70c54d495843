// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Makes picocli command lines that all behave alike: one line for an error, no abbreviated
/// options, no `@file` arguments, which could be the program's own.
final class CommandLines {
    private CommandLines() {}

    /// {@return the command line of one verb}
    static CommandLine of(VerbTree tree, Verb verb, Terminal terminal) {
        var line = configured(new CommandLine(tree.create(verb, terminal)), terminal);
        describe(line.getCommandSpec(), verb);
        return line;
    }

    /// {@return the whole tree, which loads the class of every verb}
    static CommandLine whole(VerbTree tree, Terminal terminal) {
        var root = new CommandLine(CommandSpec.create().name("krg-admin"));
        for (var verb : tree.verbs()) {
            var line = of(tree, verb, terminal);
            if (verb.path().equals(verb.group())) {
                root.addSubcommand(verb.path(), line);
            } else {
                var word = verb.path().substring(verb.group().length() + 1);
                group(root, verb.group()).addSubcommand(word, line);
            }
        }
        return root;
    }

    private static CommandLine group(CommandLine root, String word) {
        var present = root.getSubcommands().get(word);
        if (present != null) {
            return present;
        }
        var fresh = new CommandLine(CommandSpec.create());
        root.addSubcommand(word, fresh);
        return fresh;
    }

    private static CommandLine configured(CommandLine line, Terminal terminal) {
        return line.setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .registerConverter(Duration.class, DurationText::parse)
                .setParameterExceptionHandler((wrong, _) -> Failures.tellUsage(terminal, wrong))
                .setExecutionExceptionHandler((failure, at, _) -> told(terminal, failure, at));
    }

    private static int told(Terminal terminal, Exception failure, CommandLine at) {
        int exit = Failures.tell(terminal, failure, isDebugging(at.getParseResult()));
        var stale = at.getCommandSpec().findOption("--stale");
        if (exit == ExitCode.NO_QUORUM
                && stale != null
                && !at.getParseResult().hasMatchedOption(stale)) {
            terminal.say("  --stale shows what an agent that runs knows by itself");
        }
        return exit;
    }

    private static boolean isDebugging(CommandLine.ParseResult parsed) {
        return parsed.hasMatchedOption("--debug");
    }

    // Lines of prose that follow each other become one, which picocli breaks where the width says.
    // What is indented stays as it is.
    private static String[] paragraphs(String... lines) {
        var text = new ArrayList<String>();
        for (var line : lines) {
            if (isProse(line) && !text.isEmpty() && isProse(text.getLast())) {
                text.add(text.removeLast() + " " + line);
            } else {
                text.add(line);
            }
        }
        return text.toArray(String[]::new);
    }

    private static boolean isProse(String line) {
        return !line.isEmpty() && !line.startsWith(" ");
    }

    private static void describe(CommandSpec spec, Verb verb) {
        spec.name(verb.path()).qualifiedName();
        spec.usageMessage().description(verb.summary() + ".");
        spec.usageMessage().abbreviateSynopsis(true);
        spec.usageMessage().sortOptions(false);
        spec.usageMessage().synopsisHeading("Usage: krg-admin ");
        spec.usageMessage().footer(paragraphs(spec.usageMessage().footer()));
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("print this help")
                        .build());
    }
}
