// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.Comparator;
import java.util.List;
import org.krg.state.Subcommand;

/// The help texts that list verbs. The help of one verb is picocli's.
final class HelpText {
    private static final String OPTIONS =
            """
            Options of every command that asks a cluster:
                  --endpoint HOST:PORT   an agent to ask; several with commas (KRG_ENDPOINT)
                  --dir DIR              the cluster that `dev up --dir DIR` made (KRG_DIR);
                                         default: the one made last
                  --debug                write a trace of requests and answers to a file
              -o, --output FORMAT        table, json or yaml
              -h, --help                 help on a command
            """;

    private HelpText() {}

    static String overview(VerbTree tree, List<Subcommand> modules) {
        var text = new StringBuilder("Usage: krg-admin COMMAND [OPTION...] [ARGUMENT...]\n\n");
        for (var section : tree.sections()) {
            text.append(section.title()).append(":\n");
            section.verbs().forEach(verb -> line(text, verb.path(), verb.summary()));
            text.append('\n');
        }
        if (!modules.isEmpty()) {
            text.append("Measuring and testing:\n");
            modules.stream()
                    .sorted(Comparator.comparing(Subcommand::path))
                    .forEach(verb -> line(text, verb.path(), verb.summary()));
            text.append('\n');
        }
        return text.append(OPTIONS).append('\n').append(ExitCode.TEXT).toString();
    }

    static String group(String word, List<Verb> verbs) {
        var text = new StringBuilder("Usage: krg-admin " + word + " COMMAND [OPTION...]\n\n");
        verbs.forEach(verb -> line(text, verb.path(), verb.summary()));
        return text.append("\nkrg-admin ")
                .append(word)
                .append(" COMMAND --help tells the options.\n")
                .toString();
    }

    private static void line(StringBuilder text, String path, String summary) {
        text.append("  %-21s %s%n".formatted(path, summary));
    }
}
