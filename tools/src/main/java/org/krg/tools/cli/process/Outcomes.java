// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;

/// How processes end.
final class Outcomes {
    /// How long one request waits: long enough to be few, short enough to be moved from an agent
    /// that hangs.
    private static final Duration ROUND = Duration.ofSeconds(20);

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private Outcomes() {}

    /// {@return the process when it has ended; nothing if the deadline came first}
    static Optional<JsonNode> await(ApiClient client, String target, Deadline deadline) {
        while (true) {
            var round = deadline.left(ROUND);
            var path =
                    ApiPath.of("processes", target, "wait")
                            .with("timeoutSeconds", Math.ceilDiv(round.toMillis(), 1000));
            var process = client.get(path, round.plus(ANSWER));
            if (process.path("phase").asText().equals("ended")) {
                return Optional.of(process);
            }
            if (deadline.isOver()) {
                return Optional.empty();
            }
        }
    }

    /// {@return what a command ends with that stands for the process}
    static int exitCode(JsonNode process) {
        return process.path("outcome").path("exitCode").asInt(ExitCode.UNKNOWN_OUTCOME);
    }
}
