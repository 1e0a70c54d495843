// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
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

    /// Processes that end together.
    ///
    /// @param job its number, which no other job is given as its name may be; of a single process
    ///   nobody asks for it
    record Group(String job, List<String> ranks) {
        Group {
            ranks = List.copyOf(ranks);
        }

        static Group of(JsonNode job) {
            return new Group(job.path("id").asText(), Ranks.of(job));
        }

        /// {@return the processes that a word of a user means: those of a job of several ranks,
        /// else what it says}
        static Group of(ApiClient client, String target) {
            var only = new Group("", List.of(target));
            if (target.contains("/")) {
                return only;
            }
            try {
                var group = of(client.get(ApiPath.of("jobs", target)));
                return group.ranks().size() > 1 ? group : only;
            } catch (ApiFailure notJob) {
                // The number of a process; what is neither is refused with the next request.
                return only;
            }
        }
    }

    /// How processes of a job ended.
    ///
    /// @param code what a command ends with that stands for them
    record Ended(List<JsonNode> ranks, int code) {
        Ended {
            ranks = List.copyOf(ranks);
        }
    }

    /// {@return how processes of a job ended, once that is so of all at one time} One that has
    /// ended comes back where another one is lost.
    ///
    /// @param await waits for the end of one of them
    static Ended await(ApiClient client, Group group, Function<String, JsonNode> await) {
        while (true) {
            var ended = group.ranks().stream().map(await).toList();
            var code = findExitCode(client, group.job(), ended);
            if (code.isPresent()) {
                return new Ended(ended, code.getAsInt());
            }
        }
    }

    private static OptionalInt findExitCode(ApiClient client, String job, List<JsonNode> ended) {
        if (ended.size() == 1) {
            return OptionalInt.of(Outcomes.exitCode(ended.getFirst()));
        }
        var code = client.get(ApiPath.of("jobs", job)).path("exitCode");
        return code.isInt() ? OptionalInt.of(code.intValue()) : OptionalInt.empty();
    }
}
