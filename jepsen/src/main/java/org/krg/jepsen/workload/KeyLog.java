// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Cluster.Member;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Notice;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Watched;
import org.krg.tools.http.Json;

/// Everything that ever happened to the keys with a prefix, as a watch of one node tells it.
public final class KeyLog {
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private KeyLog() {}

    /// {@return what a watch from the first revision on told up to `revision`}
    public static Watched read(Cluster cluster, Member member, String prefix, long revision) {
        var connection = cluster.connect(member, "/v1/keys/watch?since=1&prefix=" + prefix);
        try {
            connection.setReadTimeout((int) SILENCE.toMillis());
            try (var lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    connection.getInputStream(), StandardCharsets.UTF_8))) {
                return new Watched(Span.prefix(prefix), 0, false, notices(lines, revision));
            } finally {
                connection.disconnect();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot watch keys at " + member, failed);
        }
    }

    /// Takes events (an event has a line `event: TYPE`, unless it is a change, and one `data:
    /// JSON`) until one of them is at `revision` or after it.
    private static List<Notice> notices(BufferedReader lines, long revision) throws IOException {
        var notices = new ArrayList<Notice>();
        var type = "";
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event:")) {
                type = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                var notice = notice(type, Json.parse(line.substring("data:".length())));
                notices.add(notice);
                type = "";
                if (told(notice) >= revision) {
                    return notices;
                }
            }
        }
        throw new CampaignFailed("a watch ended before revision " + revision);
    }

    private static Notice notice(String type, JsonNode data) {
        var revision = data.path("revision").asLong();
        return switch (type) {
            case "bookmark" -> new Notice.Bookmark(revision);
            case "compacted", "ended" -> new Notice.Ended(data.toString());
            default ->
                    new Notice.Changes(
                            revision,
                            Cluster.stream(data.path("changes"))
                                    .map(change -> change(revision, change))
                                    .toList());
        };
    }

    private static Change change(long revision, JsonNode change) {
        var isDelete = change.path("type").asText().equals("delete");
        return new Change(
                revision,
                change.path("key").asText(),
                isDelete ? Optional.empty() : Optional.of(KeyApi.entry(change)),
                Optional.empty());
    }

    private static long told(Notice notice) {
        return switch (notice) {
            case Notice.Changes(var revision, _) -> revision;
            case Notice.Bookmark(var revision) -> revision;
            case Notice.Ended(var why) -> throw new CampaignFailed("a watch ended: " + why);
        };
    }
}
