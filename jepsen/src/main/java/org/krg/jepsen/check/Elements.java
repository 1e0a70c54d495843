// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Elements that were added to a set, and those that are in it at the end. One that was
/// acknowledged is there; one that was refused, or that nobody added, is not.
///
/// @param acknowledged the client was told that it is in
/// @param refused the client was told that it is not
/// @param unknown nobody can say
public record Elements(Set<String> acknowledged, Set<String> refused, Set<String> unknown) {
    private static final int SHOWN = 10;

    /// {@return what is wrong with what was read at the end}
    public List<String> violations(Set<String> read) {
        var violations = new ArrayList<String>();
        report("lost", acknowledged.stream().filter(each -> !read.contains(each)), violations);
        report("refused, and there", refused.stream().filter(read::contains), violations);
        var added = new HashSet<>(acknowledged);
        added.addAll(refused);
        added.addAll(unknown);
        report("never added", read.stream().filter(each -> !added.contains(each)), violations);
        return violations;
    }

    private static void report(String what, Stream<String> elements, List<String> violations) {
        var wrong = elements.sorted().toList();
        if (!wrong.isEmpty()) {
            violations.add(
                    "%d elements are %s: %s"
                            .formatted(wrong.size(), what, wrong.stream().limit(SHOWN).toList()));
        }
    }
}
