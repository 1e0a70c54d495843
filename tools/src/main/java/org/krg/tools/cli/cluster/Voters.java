// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Who votes, changed for some nodes at once.
final class Voters {
    /// Each step of a change is agreed on by a majority, and a node that gets a vote has to catch
    /// up first.
    static final Duration CHANGED_WITHIN = Duration.ofMinutes(5);

    private Voters() {}

    /// Has nodes vote and others vote no more in one change, and says so.
    static void reassign(
            ApiClient client, Terminal terminal, List<String> promoted, List<String> demoted) {
        var body = Json.object();
        promoted.forEach(body.putArray("promote")::add);
        demoted.forEach(body.putArray("demote")::add);
        var members = client.post(ApiPath.of("voters"), body, CHANGED_WITHIN).path("members");
        var voters =
                StreamSupport.stream(members.spliterator(), false)
                        .filter(each -> each.path("role").asText().equals("voter"))
                        .count();
        var done = new ArrayList<String>();
        if (!promoted.isEmpty()) {
            done.add(named(promoted) + (promoted.size() > 1 ? " vote" : " votes"));
        }
        if (!demoted.isEmpty()) {
            done.add(named(demoted) + (demoted.size() > 1 ? " vote" : " votes") + " no more");
        }
        terminal.say(
                "%s; voters now: %d, of which %d may fail; krg-admin cluster status shows the members"
                        .formatted(String.join(", ", done), voters, Math.max(0, (voters - 1) / 2)));
    }

    private static String named(List<String> nodes) {
        return String.join(" and ", nodes);
    }
}
