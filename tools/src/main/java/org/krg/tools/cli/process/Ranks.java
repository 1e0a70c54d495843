// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;

/// The processes of a job, which may be several.
final class Ranks {
    private Ranks() {}

    /// {@return the numbers of the processes of a job, in the order of their ranks}
    static List<String> of(JsonNode job) {
        var ranks = new ArrayList<String>();
        job.path("processes").forEach(process -> ranks.add(process.path("id").asText()));
        return ranks;
    }

    /// {@return the processes that a word of a user means: those of a job of several ranks, else
    /// what it says}
    static List<String> of(ApiClient client, String target) {
        if (target.contains("/")) {
            return List.of(target);
        }
        try {
            var ranks = of(client.get(ApiPath.of("jobs", target)));
            return ranks.size() > 1 ? ranks : List.of(target);
        } catch (ApiFailure notJob) {
            // The number of a process; what is neither is refused with the next request.
            return List.of(target);
        }
    }

    /// {@return what a command ends with that stands for these processes of a job}
    static int exitCode(ApiClient client, String job, List<JsonNode> ended) {
        return ended.size() == 1
                ? Outcomes.exitCode(ended.getFirst())
                : client.get(ApiPath.of("jobs", job)).path("exitCode").asInt();
    }
}
