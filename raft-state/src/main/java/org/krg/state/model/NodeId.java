// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.regex.Pattern;

/// The stable name of a node, as its operator chose it: lower-case letters, digits and dashes.
public record NodeId(String name) implements Comparable<NodeId> {
    /// The longest name: it is part of directory and cgroup names.
    public static final int MAX_LENGTH = 40;

    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]*");

    public NodeId {
        if (!isValid(name)) {
            throw new IllegalArgumentException(
                    "a node name is 1 to 40 lower-case letters, digits and dashes, not \""
                            + name
                            + "\"");
        }
    }

    /// {@return whether a node may have that name}
    public static boolean isValid(String name) {
        return VALID.matcher(name).matches() && name.length() <= MAX_LENGTH;
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
