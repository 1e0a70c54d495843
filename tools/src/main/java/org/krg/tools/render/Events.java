// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;

/// Views of events.
public final class Events {
    private Events() {}

    /// {@return a line for one event: its columns do not move while events come in}
    public static String line(JsonNode event) {
        return "%8s  %-22s  %-16s  %-8s  %s"
                        .formatted(
                                event.path("revision").asText(),
                                event.path("type").asText(),
                                Printable.line(event.path("target").asText("-")),
                                event.path("node").asText("-"),
                                Printable.line(event.path("detail").asText()))
                        .stripTrailing()
                + "\n";
    }

    /// {@return the line above all events}
    public static String header() {
        return "%8s  %-22s  %-16s  %-8s  %s\n"
                .formatted("REVISION", "TYPE", "TARGET", "NODE", "DETAIL");
    }
}
