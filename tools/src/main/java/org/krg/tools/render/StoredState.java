// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;

/// Views of the state as it lies on a disk.
public final class StoredState {
    private StoredState() {}

    /// {@return a backup or the storage of a member in full}
    public static String of(JsonNode found) {
        var sheet =
                new Sheet()
                        .line("cluster", found.path("cluster").asText())
                        .line("node", found.path("node").asText())
                        .line("peer", found.path("peerId").asText())
                        .line("taken", found.path("taken").asText());
        return (found.path("kind").asText().equals("backup")
                        ? backup(sheet, found)
                        : member(sheet, found))
                .lines("problem", Texts.of(found.path("problems")))
                .lines("repair would", Texts.of(found.path("repair")))
                .line("not reparable", found.path("irreparable").asText())
                .toString();
    }

    private static Sheet backup(Sheet sheet, JsonNode found) {
        var rows = new ArrayList<String>();
        found.path("rows")
                .properties()
                .forEach(each -> rows.add(each.getKey() + " " + each.getValue().asText()));
        return sheet.line("log index", found.path("appliedIndex").asText())
                .line("revision", found.path("revision").asText())
                .line("size", Amounts.bytes(found.path("bytes").asLong()))
                .lines("rows", rows);
    }

    private static Sheet member(Sheet sheet, JsonNode found) {
        var log = found.path("log");
        sheet.line(
                "log",
                "entries %s to %s, acknowledged up to %s"
                        .formatted(
                                log.path("first").asText(),
                                log.path("last").asText(),
                                log.path("acknowledged").asText()));
        for (var snapshot : found.path("snapshots")) {
            sheet.line(
                    "snapshot",
                    snapshot.path("index").asText()
                            + (snapshot.path("sound").asBoolean() ? "" : ", damaged"));
        }
        var rows = found.path("rows");
        return sheet.line("rows at", rows.path("appliedIndex").asText())
                .line("revision", rows.path("revision").asText())
                .line("digest", found.path("digest").asText());
    }

    /// {@return the copies of the state, one a line}
    public static String status(Iterable<JsonNode> nodes, Instant now, boolean headers) {
        return new Table()
                .left("NODE", it -> it.path("node").asText())
                .left("ROLE", it -> it.has("role") ? Nodes.part(it) : it.path("problem").asText())
                .left(
                        "LEADER",
                        it ->
                                it.has("leader")
                                        ? it.path("leader").asText()
                                                + ", "
                                                + Amounts.age(it.path("leaderSince").asText(), now)
                                        : "")
                .right("TERM", it -> it.path("term").asText())
                .right("APPLIED", it -> it.path("appliedIndex").asText())
                .right("LAG", it -> it.path("lag").asText())
                .right("BEHIND", it -> behind(it.path("behindMillis")))
                .right("LOG", it -> size(it.path("logBytes")))
                .right("ROWS", it -> size(it.path("rowsBytes")))
                .left("SNAPSHOT", it -> snapshot(it.path("snapshot"), now))
                .right("FREE", it -> size(it.path("freeBytes")))
                .right("ALARMS", it -> it.has("alarms") ? "" + it.path("alarms").size() : "")
                .of(nodes, headers);
    }

    private static String behind(JsonNode millis) {
        return millis.isMissingNode()
                ? ""
                : String.format(Locale.ROOT, "%.1f s", millis.asLong() / 1e3);
    }

    private static String snapshot(JsonNode snapshot, Instant now) {
        return snapshot.isMissingNode()
                ? "none"
                : snapshot.path("index").asText()
                        + ", "
                        + Amounts.age(snapshot.path("taken").asText(), now);
    }

    private static String size(JsonNode bytes) {
        return bytes.isMissingNode() ? "" : Amounts.bytes(bytes.asLong());
    }

    /// {@return what a repair did}
    public static String repaired(JsonNode done) {
        return new Sheet()
                .lines("done", Texts.of(done.path("done")))
                .line("aside", done.path("aside").asText())
                .toString();
    }
}
