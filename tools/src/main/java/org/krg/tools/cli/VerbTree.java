// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// The verbs there are, in the order in which help shows them, and the classes that serve them.
public interface VerbTree {
    /// Verbs that belong together.
    ///
    /// @param title the heading in the help text
    record Section(String title, List<Verb> verbs) {
        public Section {
            verbs = List.copyOf(verbs);
        }

        public Section(String title, Verb... verbs) {
            this(title, List.of(verbs));
        }
    }

    /// {@return all verbs, by section}
    List<Section> sections();

    /// {@return the picocli command that serves `verb`, which is one of `sections`}
    Callable<Integer> create(Verb verb, Terminal terminal);

    /// {@return all verbs}
    default List<Verb> verbs() {
        return sections().stream().flatMap(section -> section.verbs().stream()).toList();
    }

    /// {@return the verb of exactly this path}
    default Optional<Verb> find(String path) {
        return verbs().stream().filter(verb -> verb.path().equals(path)).findFirst();
    }

    /// {@return the verbs of two words whose first is `word`}
    default List<Verb> group(String word) {
        return verbs().stream().filter(verb -> verb.path().startsWith(word + " ")).toList();
    }
}
