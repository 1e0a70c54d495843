// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.krg.state.Subcommand;

/// Finds what the first words of a command line name and runs it. Global options may stand before
/// the verb; they mean the same as behind it.
public final class Dispatch {
    private static final Set<String> OPTIONS_WITH_VALUE =
            Set.of("--endpoint", "--dir", "--output", "-o", "--color", "--token-file");

    private final VerbTree tree;
    private final Terminal terminal;

    public Dispatch(VerbTree tree, Terminal terminal) {
        this.tree = tree;
        this.terminal = terminal;
    }

    /// Runs the command line and returns the exit code. Failures have been told, and what was
    /// printed is out: what standard output did not take is a failure too.
    public int run(List<String> arguments) {
        int exit = perform(arguments);
        terminal.flush();
        return exit == ExitCode.OK && terminal.outIsGone()
                ? Failures.tellUnprinted(terminal)
                : exit;
    }

    private int perform(List<String> arguments) {
        int start = leadingOptions(arguments);
        var options = arguments.subList(0, start);
        var words = arguments.subList(start, arguments.size());
        if (options.contains("--version") || options.contains("-V")) {
            return verb(tree.find("version").orElseThrow(), List.of());
        }
        if (options.contains("--help") || options.contains("-h")) {
            return help(words);
        }
        if (words.isEmpty()) {
            terminal.say(HelpText.overview(tree, modules()).stripTrailing());
            return ExitCode.USAGE;
        }
        if (words.getFirst().equals("help")) {
            return help(words.subList(1, words.size()));
        }
        return select(options, words);
    }

    // How many of the first arguments are options and their values.
    private static int leadingOptions(List<String> arguments) {
        int i = 0;
        while (i < arguments.size() && arguments.get(i).startsWith("-")) {
            i += OPTIONS_WITH_VALUE.contains(arguments.get(i)) ? 2 : 1;
        }
        return Math.min(i, arguments.size());
    }

    private int help(List<String> words) {
        if (words.isEmpty()) {
            terminal.out().print(HelpText.overview(tree, modules()));
            return ExitCode.OK;
        }
        var asked = new ArrayList<>(words.subList(0, Math.min(2, words.size())));
        asked.add("--help");
        return select(List.of(), asked);
    }

    private int select(List<String> options, List<String> words) {
        var first = words.getFirst();
        var second = words.size() > 1 ? words.get(1) : "";
        var pair = tree.find(first + " " + second);
        if (pair.isPresent()) {
            return verb(pair.get(), joined(options, words.subList(2, words.size())));
        }
        var single = tree.find(first);
        if (single.isPresent()) {
            return verb(single.get(), joined(options, words.subList(1, words.size())));
        }
        var group = tree.group(first);
        return group.isEmpty() || isOfModule(first + " " + second)
                ? ofModule(words)
                : unfinished(group, first, second);
    }

    // A group of ours may have a verb of a module.
    private boolean isOfModule(String path) {
        return modules().stream().anyMatch(subcommand -> subcommand.path().equals(path));
    }

    private static List<String> joined(List<String> options, List<String> rest) {
        var all = new ArrayList<>(options);
        all.addAll(rest);
        return all;
    }

    private int verb(Verb verb, List<String> arguments) {
        return CommandLines.of(tree, verb, terminal).execute(arguments.toArray(String[]::new));
    }

    // The first word alone, or with a second one that is not known.
    private int unfinished(List<Verb> group, String first, String second) {
        var text = HelpText.group(first, group);
        if (second.equals("--help") || second.equals("-h")) {
            terminal.out().print(text);
            return ExitCode.OK;
        }
        if (second.isEmpty() || second.startsWith("-")) {
            terminal.say(text.stripTrailing());
            return ExitCode.USAGE;
        }
        return unknown(first + " " + second, group.stream().map(Verb::path).toList());
    }

    // A verb that one of the modules on the class path brings along.
    private int ofModule(List<String> words) {
        var modules = modules();
        for (var subcommand : modules) {
            var path = List.of(subcommand.path().split(" "));
            if (words.size() >= path.size() && words.subList(0, path.size()).equals(path)) {
                return ModuleVerb.run(
                        subcommand, words.subList(path.size(), words.size()), terminal);
            }
        }
        var first = words.getFirst();
        var group =
                modules.stream()
                        .map(subcommand -> new Verb(subcommand.path(), subcommand.summary()))
                        .filter(verb -> verb.path().startsWith(first + " "))
                        .toList();
        if (!group.isEmpty()) {
            return unfinished(group, first, words.size() > 1 ? words.get(1) : "");
        }
        var known =
                Stream.concat(
                        tree.verbs().stream().map(Verb::path),
                        modules.stream().map(Subcommand::path));
        return unknown(first, known.map(Dispatch::firstWord).distinct().toList());
    }

    private static String firstWord(String path) {
        return path.split(" ", 2)[0];
    }

    private int unknown(String words, List<String> known) {
        var meant =
                withoutAGroup(words)
                        .or(() -> inAGroup(words))
                        .or(() -> Similar.to(words, known))
                        .map(path -> "; did you mean '" + path + "'?")
                        .orElse("");
        return Failures.tell(
                terminal,
                ExitCode.USAGE,
                "there is no command '" + words + "'" + meant,
                "krg-admin --help lists the commands");
    }

    // What is no verb of a group may be one by itself, as `wait` is.
    private Optional<String> withoutAGroup(String words) {
        var second = words.substring(words.indexOf(' ') + 1);
        return words.contains(" ") ? tree.find(second).map(Verb::path) : Optional.empty();
    }

    // The only verb of all groups with this second word.
    private Optional<String> inAGroup(String word) {
        var found =
                tree.verbs().stream()
                        .map(Verb::path)
                        .filter(path -> path.endsWith(" " + word))
                        .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private List<Subcommand> modules() {
        return ServiceLoader.load(Subcommand.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
