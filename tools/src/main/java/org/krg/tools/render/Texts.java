// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;

/// Texts out of a tree of data.
public final class Texts {
    private Texts() {}

    /// {@return the texts of a list}
    public static List<String> of(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
    }

    /// {@return a command as one would type it}
    public static String command(JsonNode words) {
        return String.join(" ", of(words).stream().map(Texts::quoted).toList());
    }

    private static String quoted(String word) {
        return !word.isEmpty() && word.matches("[A-Za-z0-9_@%+=:,./-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
