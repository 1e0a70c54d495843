// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.LogItem;

/// A program in a cell that answers each line of its input by a line of output, wherever it runs.
public final class Answering {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Cluster cluster;
    private final String job;
    private int answers;

    private Answering(Cluster cluster, String job) {
        this.cluster = cluster;
        this.job = job;
    }

    /// Starts the program, and waits until it runs.
    public static Answering start(Cluster cluster, String job, String program) {
        var directory = cluster.installation().scratch();
        return start(cluster, job, JobRequest.of(job, directory, List.of(program)));
    }

    /// Starts it as another user's.
    public static Answering startAs(String user, Cluster cluster, String job, String program) {
        var request = JobRequest.of(job, Path.of("/"), List.of(program)).put("user", user);
        return start(cluster, job, request);
    }

    private static Answering start(Cluster cluster, String job, ObjectNode request) {
        cluster.submit(request.put("stdin", true));
        cluster.awaitPhase(job, "running", LIMIT);
        return new Answering(cluster, job);
    }

    /// Gives the program a command and returns the line that it answers.
    public String ask(String command) {
        var bytes = (command + "\n").getBytes(StandardCharsets.US_ASCII);
        var path = ApiPath.of("processes", job, "stdin");
        try (var client = cluster.client()) {
            Await.until("it to take its input", LIMIT, () -> isTaken(client, path, bytes));
        }
        return answer("an answer to " + command);
    }

    private static boolean isTaken(ApiClient client, ApiPath path, byte[] bytes) {
        try {
            return client.postBytes(path, bytes, LIMIT).path("written").asInt() > 0;
        } catch (ApiFailure failure) {
            // What may have arrived must not be sent again; the answer will tell.
            return failure.isUncertain();
        }
    }

    /// The program went back to where it had given so many answers.
    public void wentBackTo(int count) {
        answers = count;
    }

    /// {@return the next line, waited for}
    public String answer(String what) {
        Await.until(what, LIMIT, () -> lines().size() > answers);
        return lines().get(answers++);
    }

    private List<String> lines() {
        var output = new StringBuilder();
        try (var client = cluster.client();
                var log = client.logs(job, "stdout", 0, false)) {
            for (var item = log.next(); item.isPresent(); item = log.next()) {
                if (item.get() instanceof LogItem.Output(_, var bytes)) {
                    output.append(StandardCharsets.US_ASCII.decode(bytes));
                }
            }
        }
        return output.toString().lines().toList();
    }
}
