// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.nio.file.Path;
import java.time.Duration;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// A job of a dev cluster.
final class KrgSubject implements Subject {
    private static final Duration TO_ACT = Duration.ofMinutes(4);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
    private static final int MOVE_LIMIT_SECONDS = 200;

    /// Room for stacks and tables beside the memory that is held.
    private static final long BESIDE_BYTES = 128L << 20;

    private final Cluster cluster;
    private final ApiClient client;
    private final String job;
    private final Gaps gaps;
    private String saved = "";

    /// Starts it and waits until it has its memory.
    KrgSubject(Cluster cluster, String job, Load load, Path program) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.job = job;
        var scratch = cluster.installation().scratch();
        this.gaps = new Gaps(scratch.resolve(job + ".gaps"));
        cluster.submit(
                JobRequest.of(job, scratch, load.command(program, gaps.file()))
                        .put("cpuMillis", 100)
                        .put("memoryBytes", load.bytes() + BESIDE_BYTES));
        gaps.awaitReady();
    }

    @Override
    public Cost save() {
        var begin = System.currentTimeMillis();
        var since = System.nanoTime();
        var made = client.post(ApiPath.of("processes", job, "checkpoints"), Json.object(), TO_ACT);
        var took = Duration.ofNanos(System.nanoTime() - since);
        saved = made.path("id").asText();
        return new Cost(
                gaps.longestSince(begin),
                took,
                made.path("imageBytes").asLong(),
                made.path("storedBytes").asLong());
    }

    @Override
    public Duration restore() {
        var epoch = cluster.process(job).path("epoch").asLong();
        var since = System.nanoTime();
        client.post(ApiPath.of("checkpoints", saved, "restore"));
        while (!runsAfter(epoch)) {
            if (System.nanoTime() - since > TO_ACT.toNanos()) {
                throw new CampaignFailed(job + " is not back: " + cluster.process(job));
            }
            Await.pause(BETWEEN_LOOKS);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private boolean runsAfter(long epoch) {
        var process = cluster.process(job);
        return process.path("epoch").asLong() > epoch
                && process.path("phase").asText().equals("running");
    }

    @Override
    public Cost move(Mode mode) {
        var begin = System.currentTimeMillis();
        var since = System.nanoTime();
        var request =
                Json.object()
                        .put("to", "auto")
                        .put("mode", mode.word())
                        .put("limitSeconds", MOVE_LIMIT_SECONDS);
        var begun = client.post(ApiPath.of("processes", job, "migrations"), request, TO_ACT);
        var path = ApiPath.of("operations", begun.path("id").asText(), "wait");
        var over = client.get(path.with("timeoutSeconds", MOVE_LIMIT_SECONDS), TO_ACT);
        var took = Duration.ofNanos(System.nanoTime() - since);
        if (!over.path("step").asText().equals("moved")) {
            throw new CampaignFailed("not moved: " + over);
        }
        var warm = over.path("warmBytes").asLong();
        var last = over.path("lastBytes").asLong();
        return new Cost(gaps.longestSince(begin), took, warm + last, last);
    }

    @Override
    public void close() {
        try (client) {
            client.post(ApiPath.of("jobs", job, "stop"), Json.object().put("signal", "KILL"));
            var _ = cluster.awaitPhase(job, "ended", TO_ACT);
        }
    }
}
