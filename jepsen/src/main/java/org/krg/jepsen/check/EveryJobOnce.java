// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Submission;

/// Every job that was accepted exists once and has ended once, with the right exit code; none that
/// was refused exists.
public final class EveryJobOnce {
    private final Map<String, List<JsonNode>> jobs = new HashMap<>();
    private final Map<String, JsonNode> processes = new HashMap<>();
    private final Map<String, Integer> ends;
    private final Path marks;
    private final List<String> violations = new ArrayList<>();

    private EveryJobOnce(Cluster cluster, Path marks) {
        this.marks = marks;
        this.ends = new Events(cluster).countByTarget("process.ended");
        Cluster.stream(cluster.get("jobs").path("jobs"))
                .forEach(job ->
                        jobs.computeIfAbsent(job.path("name").asText(), _ -> new ArrayList<>())
                                .add(job));
        Cluster.stream(cluster.get("processes").path("processes"))
                .forEach(process -> processes.put(process.path("job").asText(), process));
    }

    /// {@return what is wrong}
    ///
    /// @param marks a directory in which a job that ran has a file with one line a run
    public static List<String> violations(Cluster cluster, List<Submission> history, Path marks) {
        var check = new EveryJobOnce(cluster, marks);
        history.forEach(check::check);
        return check.violations;
    }

    private void check(Submission submission) {
        var ofThatName = jobs.getOrDefault(submission.job(), List.of());
        var found = ofThatName.size();
        switch (submission.answer()) {
            case ACCEPTED -> expect(found == 1, submission, "exists " + found + " times");
            case REFUSED -> expect(found == 0, submission, "was refused and exists");
            case UNKNOWN -> expect(found <= 1, submission, "exists " + found + " times");
        }
        if (found == 1) {
            checkEnd(submission, ofThatName.getFirst());
        }
    }

    private void checkEnd(Submission submission, JsonNode job) {
        var process = processes.get(submission.job());
        // Nobody stopped what nobody knew of.
        if (submission.answer() == Submission.Answer.UNKNOWN && submission.exitCode() > 128) {
            return;
        }
        expect(
                job.path("exitCode").asInt(-1) == submission.exitCode(),
                submission,
                "ended otherwise: " + job);
        if (process == null) {
            expect(false, submission, "has no process");
            return;
        }
        var ended = ends.getOrDefault(process.path("target").asText(), 0);
        expect(ended == 1, submission, "ended " + ended + " times");
        var runs = runs(submission.job());
        var most = process.path("epoch").asLong();
        expect(runs <= most, submission, "ran " + runs + " times, with " + most + " incarnations");
    }

    private void expect(boolean holds, Submission submission, String otherwise) {
        if (!holds) {
            violations.add(submission + " " + otherwise);
        }
    }

    private long runs(String job) {
        var file = marks.resolve(job);
        if (!Files.exists(file)) {
            return 0;
        }
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
