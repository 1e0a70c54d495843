// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Programs that are jobs of a cluster, and a commit of its log by itself. One connection is used
/// for all.
final class HostedProgram implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final Cluster cluster;
    private final ApiClient client;
    private int jobs;

    HostedProgram(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    /// The name of a job that has ended well, and how long it took from its submission until the
    /// cluster has agreed that it is over.
    record Ended(String job, Duration took) {}

    Ended run(List<String> command) {
        jobs++;
        var name = "bench-run-" + jobs;
        var request = JobRequest.of(name, cluster.installation().scratch(), command);
        var since = System.nanoTime();
        client.post(ApiPath.of("jobs"), request, LIMIT);
        var over =
                client.get(
                        ApiPath.of("processes", name, "wait")
                                .with("timeoutSeconds", LIMIT.toSeconds()),
                        LIMIT);
        var took = Duration.ofNanos(System.nanoTime() - since);
        requireEndedWell(over);
        return new Ended(name, took);
    }

    private static void requireEndedWell(JsonNode process) {
        if (process.path("outcome").path("exitCode").asInt(-1) != 0) {
            throw new CampaignFailed("the program did not end well: " + process);
        }
    }

    /// {@return what the job wrote}
    String output(Ended job) {
        return cluster.run("logs", job.job()).require(0).out();
    }

    /// Has the cluster agree on a value.
    ///
    /// @return the time that took
    Duration commit() {
        var body = Json.object();
        body.putArray("then")
                .addObject()
                .putObject("put")
                .put("key", "bench-run")
                .put("value", "committed");
        var since = System.nanoTime();
        client.post(ApiPath.of("keys", "transaction"), body, LIMIT);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public void close() {
        client.close();
    }
}
