// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Views of checkpoints.
public final class Checkpoints {
    private static final List<String> SHOWN_ABOVE = List.of("taken", "engine");

    private Checkpoints() {}

    /// {@return a line for each checkpoint}
    public static String table(Iterable<JsonNode> checkpoints, Instant now, boolean headers) {
        return new Table()
                .left("ID", it -> it.path("id").asText())
                .left("JOB", it -> it.path("job").asText())
                .right("EPOCH", it -> it.path("epoch").asText())
                .right("TAKEN", it -> Amounts.age(it.path("taken").asText(), now))
                .right("SIZE", it -> Amounts.bytes(it.path("imageBytes").asLong()))
                .right("STORED", it -> Amounts.bytes(it.path("storedBytes").asLong()))
                .right("FROZEN", it -> it.path("frozenMillis").asLong() + " ms")
                .left("COPIES", it -> String.join(" ", Texts.of(it.path("copies"))))
                .left("STATE", Checkpoints::state)
                .of(checkpoints, headers);
    }

    /// {@return what all checkpoints of a job take, in a sentence}
    public static String use(JsonNode reply) {
        var used = "they take " + Amounts.bytes(reply.path("usedBytes").asLong()) + " on all nodes";
        var quota = reply.path("quotaBytes").asLong();
        return (quota == 0 ? used : used + ", the quota of the job is " + Amounts.bytes(quota))
                + useOfOwner(reply.path("owner"));
    }

    private static String useOfOwner(JsonNode owner) {
        var quota = owner.path("quotaBytes").asLong();
        return quota == 0
                ? ""
                : "; those of all jobs of %s take %s of %s"
                        .formatted(
                                owner.path("owner").asText(),
                                Amounts.bytes(owner.path("usedBytes").asLong()),
                                Amounts.bytes(quota));
    }

    /// {@return a line for everybody who has checkpoints or a limit, and one for all others}
    public static String quotas(JsonNode quotas, boolean headers) {
        var lines = new ArrayList<JsonNode>();
        quotas.path("owners").forEach(lines::add);
        lines.add(quotas);
        return new Table()
                .left("USER", it -> it.path("owner").asText("everybody else"))
                .right(
                        "USED",
                        it ->
                                it.has("usedBytes")
                                        ? Amounts.bytes(it.path("usedBytes").asLong())
                                        : "-")
                .right("LIMIT", Checkpoints::limit)
                .left("OWN", it -> it.path("ownLimit").asBoolean() ? "yes" : "no")
                .of(lines, headers);
    }

    private static String limit(JsonNode line) {
        var bytes = line.path(line.has("owner") ? "quotaBytes" : "commonBytes").asLong();
        return bytes == 0 ? "none" : Amounts.bytes(bytes);
    }

    /// {@return one checkpoint and what is in it}
    public static String sheet(JsonNode checkpoint, JsonNode manifest, boolean headers) {
        var sheet =
                new Sheet()
                        .line("checkpoint", checkpoint.path("id").asText())
                        .line("job", checkpoint.path("job").asText())
                        .line("epoch", checkpoint.path("epoch").asText())
                        .line("taken", Amounts.moment(checkpoint.path("taken").asText()))
                        .line("frozen", checkpoint.path("frozenMillis").asText() + " ms")
                        .line("size", sizes(checkpoint))
                        .line("copies", String.join(" ", Texts.of(checkpoint.path("copies"))))
                        .line("state", state(checkpoint))
                        .line("engine", engine(manifest))
                        .line("output", output(manifest))
                        .line("manifest", checkpoint.path("manifest").asText());
        for (var other : checkpoint.path("substitutes")) {
            var what = other.has("fd") ? "fd " + other.path("fd") : other.path("file").asText();
            sheet.line("restored with", other.path("path").asText() + " in the place of " + what);
        }
        for (var fact : manifest.path("facts")) {
            var name = fact.path("name").asText();
            if (!SHOWN_ABOVE.contains(name)) {
                sheet.line(name, fact.path("value").asText());
            }
        }
        var parts =
                new Table()
                        .left("PART", it -> it.path("kind").asText())
                        .left("NAME", it -> it.path("name").asText())
                        .right("SIZE", it -> Amounts.bytes(it.path("bytes").asLong()))
                        .of(manifest.path("parts"), headers);
        return sheet + "\n" + parts;
    }

    /// {@return a line for each copy of each checkpoint}
    public static String verified(Iterable<JsonNode> verified, boolean headers) {
        var copies = new ArrayList<JsonNode>();
        verified.forEach(checkpoint -> checkpoint.path("copies").forEach(copies::add));
        return new Table()
                .left("ID", it -> it.path("id").asText())
                .left("NODE", it -> it.path("node").asText())
                .left("STATE", it -> it.path("state").asText())
                .right("CHUNKS", it -> it.path("chunks").asText())
                .right("PUT RIGHT", it -> it.path("repaired").asText())
                .left("PROBLEM", it -> it.path("problem").asText())
                .of(copies, headers);
    }

    /// {@return what differs, and the sum}
    public static String diff(JsonNode diff, boolean headers) {
        var parts =
                new Table()
                        .left("PART", it -> it.path("kind").asText())
                        .left("NAME", it -> it.path("name").asText())
                        .left("CHANGE", it -> it.path("change").asText())
                        .right("FROM", it -> Amounts.bytes(it.path("fromBytes").asLong()))
                        .right("TO", it -> Amounts.bytes(it.path("toBytes").asLong()))
                        .right("NEW CHUNKS", it -> it.path("newChunks").asText())
                        .of(diff.path("parts"), headers);
        return parts
                + "%nfrom %s to %s: %d of %d chunks are new, %s; %d are shared, %d of the new ones are pages of memory%n"
                        .formatted(
                                diff.path("from").asText(),
                                diff.path("to").asText(),
                                diff.path("newChunks").asLong(),
                                diff.path("newChunks").asLong()
                                        + diff.path("sharedChunks").asLong(),
                                Amounts.bytes(diff.path("newBytes").asLong()),
                                diff.path("sharedChunks").asLong(),
                                diff.path("newPages").asLong());
    }

    private static String engine(JsonNode manifest) {
        var text = new StringBuilder(manifest.path("engine").asText());
        for (var fact : manifest.path("facts")) {
            if (fact.path("name").asText().equals("engine")) {
                text.append(' ').append(fact.path("value").asText());
            }
        }
        return text.toString();
    }

    private static String sizes(JsonNode checkpoint) {
        return Amounts.bytes(checkpoint.path("imageBytes").asLong())
                + ", "
                + Amounts.bytes(checkpoint.path("storedBytes").asLong())
                + " stored for it";
    }

    private static String output(JsonNode manifest) {
        return manifest.path("stdoutBytes").asLong()
                + " bytes of stdout, "
                + manifest.path("stderrBytes").asLong()
                + " of stderr";
    }

    private static String state(JsonNode checkpoint) {
        var words = new ArrayList<String>();
        words.add(checkpoint.path("good").asBoolean() ? "good" : "bad");
        if (checkpoint.path("localOnly").asBoolean()) {
            words.add("local only");
        }
        if (checkpoint.path("pinned").asBoolean()) {
            words.add("pinned");
        }
        int failures = checkpoint.path("restoreFailures").asInt();
        if (failures > 0) {
            words.add(failures + (failures == 1 ? " failed restore" : " failed restores"));
        }
        var unfit = new ArrayList<String>();
        checkpoint.path("unfit").forEach(it -> unfit.add(it.path("node").asText()));
        if (!unfit.isEmpty()) {
            words.add("not on " + String.join(" ", unfit));
        }
        return String.join(", ", words);
    }
}
