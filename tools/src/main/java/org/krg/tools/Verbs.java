// SPDX-License-Identifier: Apache-2.0
package org.krg.tools;

import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.Completion;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Verb;
import org.krg.tools.cli.VerbTree;
import org.krg.tools.cli.Version;

/// Every verb of `krg-admin` that is not a module's own.
public final class Verbs implements VerbTree {
    private static final List<Section> SECTIONS =
            List.of(
                    new Section(
                            "This command",
                            new Verb(
                                    "completion",
                                    "Print a completion script for bash, zsh or fish"),
                            new Verb("version", "Print the version")));

    @Override
    public List<Section> sections() {
        return SECTIONS;
    }

    // A switch, not a table of constructors: naming a class here does not load it.
    @Override
    public Callable<Integer> create(Verb verb, Terminal terminal) {
        return switch (verb.path()) {
            case "completion" -> new Completion(this, terminal);
            case "version" -> new Version(terminal);
            default -> throw new IllegalArgumentException("no such verb: " + verb.path());
        };
    }
}
