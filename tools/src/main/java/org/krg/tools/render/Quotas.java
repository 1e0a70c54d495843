// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;

/// Views of what may be held in keys and leases.
public final class Quotas {
    private Quotas() {}

    /// {@return a line for everybody who holds something or has a limit, and one for all others}
    public static String table(JsonNode quotas, boolean headers) {
        var lines = new ArrayList<JsonNode>();
        quotas.path("principals").forEach(lines::add);
        lines.add(quotas);
        var kept = quotas.path("keptRevisions").asLong();
        return new Table()
                        .left("USER", it -> it.path("principal").asText("everybody else"))
                        .right("KEYS", it -> it.path("keys").asText("-"))
                        .right("LIMIT", it -> limit(it).path("keys").asText())
                        .right("BYTES", Quotas::held)
                        .right("LIMIT", it -> Amounts.bytes(limit(it).path("bytes").asLong()))
                        .right("LEASES", it -> it.path("leases").asText("-"))
                        .right("LIMIT", it -> limit(it).path("leases").asText())
                        .left("OWN", it -> it.path("ownLimit").asBoolean() ? "yes" : "no")
                        .of(lines, headers)
                + "old versions: "
                + (kept == 0 ? "all are kept" : "of the newest " + kept + " revisions are kept")
                + "\n";
    }

    private static JsonNode limit(JsonNode line) {
        return line.has("common") ? line.path("common") : line.path("limit");
    }

    private static String held(JsonNode line) {
        return line.has("bytes") ? Amounts.bytes(line.path("bytes").asLong()) : "-";
    }
}
