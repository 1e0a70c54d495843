// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;
import java.util.regex.Pattern;

/// One version of a users' policy, as `NAME@VERSION`. Versions of a name grow by one from 1 on.
public record PolicyId(String name, long version) implements Comparable<PolicyId> {
    /// What stands for the policy that krg brings along.
    public static final String BUILT_IN = "built-in";

    /// What names of policies are, as a sentence.
    public static final String NAMES =
            "a policy's name is 1 to 63 letters, digits, dots, underscores and dashes, begins with a"
                    + " letter or digit, and is not "
                    + BUILT_IN;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}");

    private static final Comparator<PolicyId> ORDER =
            Comparator.comparing(PolicyId::name).thenComparingLong(PolicyId::version);

    /// {@return whether a policy may have that name}
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.equals(BUILT_IN);
    }

    /// {@return what [#toString] has written}
    ///
    /// @throws IllegalArgumentException if it is nothing of the kind
    public static PolicyId parse(String text) {
        var at = text.lastIndexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException("NAME@VERSION, not \"" + text + "\"");
        }
        return new PolicyId(text.substring(0, at), Long.parseLong(text.substring(at + 1)));
    }

    @Override
    public int compareTo(PolicyId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
