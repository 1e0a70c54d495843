// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.krg.tools.render.Sheet;

/// How roles and what they allow are shown to people.
final class Permissions {
    private Permissions() {}

    /// {@return a user or a role with what its roles allow}
    static String sheet(String kind, JsonNode named, List<JsonNode> roles) {
        var sheet = new Sheet().line(kind, named.path("name").asText());
        for (var role : roles) {
            if (!kind.equals("role")) {
                sheet.line("role", role.path("name").asText());
            }
            if (role.path("name").asText().equals("root")) {
                sheet.line("may", "everything");
            }
            role.path("permissions").forEach(grant -> sheet.line("may", text(grant)));
        }
        return sheet.toString();
    }

    /// {@return the texts of a list, with commas between}
    static String words(JsonNode list) {
        var words = new ArrayList<String>();
        list.forEach(word -> words.add(word.asText()));
        return String.join(", ", words);
    }

    private static String text(JsonNode grant) {
        var text = new StringBuilder(grant.path("mode").asText());
        if (grant.path("endless").asBoolean()) {
            return text.append(" from ").append(key(grant, "key")).append(" on").toString();
        }
        text.append(' ').append(key(grant, "key"));
        // A range of one key ends at that key and a byte 0.
        var end = key(grant, "end");
        return end.equals(key(grant, "key") + "\0")
                ? text.toString()
                : text.append(" up to, without, ").append(end).toString();
    }

    private static String key(JsonNode grant, String name) {
        return grant.has(name)
                ? grant.path(name).asText()
                : "base64:" + grant.path(name + "Base64").asText();
    }
}
