// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;

/// Views of segments.
public final class Segments {
    private Segments() {}

    /// {@return a line for each segment}
    public static String table(Iterable<JsonNode> segments, Instant now, boolean headers) {
        return new Table()
                .left("NAME", it -> it.path("name").asText())
                .right("SIZE", it -> Amounts.bytes(it.path("sizeBytes").asLong()))
                .left("MODE", it -> it.path("ownership").asText())
                .left("OWNER", it -> it.path("owner").asText())
                .right("CREATED", it -> Amounts.age(it.path("created").asText(), now))
                .right("TOUCHED", Segments::touched)
                .left("HOMES", Segments::homes)
                .left("FILE", Segments::file)
                .of(segments, headers);
    }

    /// {@return one segment}
    public static String sheet(JsonNode segment) {
        return new Sheet()
                .line("segment", segment.path("name").asText())
                .line("number", segment.path("id").asText())
                .line("size", Amounts.bytes(segment.path("sizeBytes").asLong()))
                .line("mode", segment.path("ownership").asText())
                .line("owner", owner(segment))
                .line("access", segment.path("mode").asText())
                .line("created", Amounts.moment(segment.path("created").asText()))
                .line("touched", touched(segment) + " blocks of 2 MiB")
                .line("homes", homes(segment))
                .line("holders", holders(segment))
                .line("regranted", segment.path("regrantedBlocks").asText())
                .line("file", segment.has("file") ? file(segment) : "")
                .toString();
    }

    private static String owner(JsonNode segment) {
        return "%s (uid %s)"
                .formatted(segment.path("owner").asText(), segment.path("uid").asText());
    }

    private static String holders(JsonNode segment) {
        var words = new ArrayList<String>();
        for (var holder : segment.path("holders")) {
            words.add(holder.path("node").asText() + " " + holder.path("handles").asText());
        }
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private static String file(JsonNode segment) {
        return segment.has("file")
                ? segment.path("fileNode").asText() + ":" + segment.path("file").asText()
                : "-";
    }

    private static String touched(JsonNode segment) {
        return segment.path("touchedBlocks").asText() + "/" + segment.path("blocks").asText();
    }

    private static String homes(JsonNode segment) {
        var words = new ArrayList<String>();
        for (var home : segment.path("homes")) {
            words.add(home.path("node").asText() + " " + home.path("blocks").asText());
        }
        var homeless = segment.path("homeless").asInt();
        if (homeless > 0) {
            words.add("lost " + homeless);
        }
        return String.join(", ", words);
    }
}
