// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// Writes a completion script for fish, which picocli does not know.
final class FishCompletion {
    private FishCompletion() {}

    static String script(CommandLine root) {
        var text = new StringBuilder("complete -c krg-admin -f\n");
        walk(text, root, "");
        return text.toString();
    }

    private static void walk(StringBuilder text, CommandLine line, String path) {
        line.getSubcommands()
                .forEach((name, below) -> {
                    word(text, path, name, line, below);
                    walk(text, below, path.isEmpty() ? name : path + " " + name);
                });
        if (!path.isEmpty()) {
            line.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> option(text, path, option));
        }
    }

    private static void word(
            StringBuilder text, String path, String name, CommandLine line, CommandLine below) {
        var siblings = String.join(" ", line.getSubcommands().keySet());
        var condition =
                path.isEmpty()
                        ? "__fish_use_subcommand"
                        : seen(path) + "; and not __fish_seen_subcommand_from " + siblings;
        var about = below.getCommandSpec().usageMessage().description();
        text.append("complete -c krg-admin -n '%s' -a %s".formatted(condition, name))
                .append(about.length > 0 ? " -d " + quoted(about[0]) : "")
                .append('\n');
    }

    private static void option(StringBuilder text, String path, OptionSpec option) {
        text.append("complete -c krg-admin -n '").append(seen(path)).append('\'');
        for (var name : option.names()) {
            text.append(
                    name.startsWith("--")
                            ? " -l " + name.substring(2)
                            : " -s " + name.substring(1));
        }
        text.append(option.arity().max() > 0 ? " -r" : "");
        text.append(
                option.description().length > 0 ? " -d " + quoted(option.description()[0]) : "");
        text.append('\n');
    }

    private static String seen(String path) {
        return "__fish_seen_subcommand_from "
                + path.replace(" ", "; and __fish_seen_subcommand_from ");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
