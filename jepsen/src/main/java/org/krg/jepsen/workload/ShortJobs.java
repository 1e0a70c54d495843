// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Submission;
import org.krg.jepsen.history.Submission.Answer;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Clients that submit jobs, each the next one when its last has ended. Three of four jobs write
/// their mark and exit by themselves, the fourth is stopped.
public final class ShortJobs {
    /// A job waits for an election, for a lease that ends and for a new place at worst.
    private static final Duration TO_END = Duration.ofMinutes(2);

    /// Enough to keep the leader busy, few enough that agents start in time on two cores.
    private static final int CLIENTS = 2;

    /// 128 + SIGTERM.
    private static final int TERMINATED = 143;

    private static final int EXIT_CODES = 100;

    private final Cluster cluster;
    private final Path marks;
    private final Duration pause;
    private final ConcurrentLinkedQueue<Submission> history = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> clients = new ArrayList<>();

    private ShortJobs(Cluster cluster, Path marks, Duration pause) {
        this.cluster = cluster;
        this.marks = marks;
        this.pause = pause;
    }

    /// Starts the clients.
    ///
    /// @param marks a directory in which each job that ran has a file with one line a run
    /// @param pause of a client between two jobs
    public static ShortJobs start(Cluster cluster, Path marks, Duration pause, long seed) {
        var jobs = new ShortJobs(cluster, marks, pause);
        for (var client = 0; client < CLIENTS; client++) {
            var prefix = "load" + client + "-";
            var random = new Random(seed + client);
            jobs.clients.add(Thread.ofVirtual().start(() -> jobs.submitAll(prefix, random)));
        }
        return jobs;
    }

    /// Lets the clients bring their last job to its end.
    ///
    /// @return all submissions
    public List<Submission> stop() {
        stopping.set(true);
        for (var client : clients) {
            try {
                if (!client.join(TO_END.multipliedBy(2))) {
                    violations.add("a client of the load hangs");
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        return List.copyOf(history);
    }

    /// {@return what the clients saw and should not have seen}
    public List<String> violations() {
        return List.copyOf(violations);
    }

    private void submitAll(String prefix, Random random) {
        try (var api = cluster.client()) {
            for (var number = 1; !stopping.get(); number++) {
                submitOne(api, prefix + number, random);
                Await.pause(pause);
            }
        } catch (RuntimeException failure) {
            violations.add("client " + prefix + " gave up: " + failure);
        }
    }

    private void submitOne(ApiClient api, String job, Random random) {
        if (random.nextInt(4) == 0) {
            var answer = submit(api, request(job, List.of("/bin/sleep", "600")));
            history.add(new Submission(job, TERMINATED, answer));
            if (answer == Answer.ACCEPTED) {
                stop(api, job);
            }
        } else {
            var exit = random.nextInt(EXIT_CODES);
            var answer = submit(api, request(job, marking(job, exit)));
            history.add(new Submission(job, exit, answer));
            if (answer == Answer.ACCEPTED) {
                awaitPhase(api, job, "ended");
            }
        }
    }

    private List<String> marking(String job, int exit) {
        return List.of(
                "/bin/sh",
                "-c",
                "echo ran >> \"$0\"; exit $1",
                marks.resolve(job).toString(),
                Integer.toString(exit));
    }

    private ObjectNode request(String job, List<String> command) {
        return JobRequest.of(job, marks, command);
    }

    private static Answer submit(ApiClient api, ObjectNode request) {
        try {
            api.post(ApiPath.of("jobs"), request);
            return Answer.ACCEPTED;
        } catch (ApiFailure failure) {
            return failure.isUncertain() ? Answer.UNKNOWN : Answer.REFUSED;
        }
    }

    private void stop(ApiClient api, String job) {
        awaitPhase(api, job, "running");
        Await.until(job + " to be told to stop", TO_END, () -> isToldToStop(api, job));
        awaitPhase(api, job, "ended");
    }

    /// An answer that was lost is asked for again: to stop twice is to stop.
    private static boolean isToldToStop(ApiClient api, String job) {
        var state = api.post(ApiPath.of("jobs", job, "stop"), Json.object()).path("state").asText();
        return state.equals("stopping") || state.equals("ended");
    }

    private static void awaitPhase(ApiClient api, String job, String phase) {
        Await.until(
                job + " to be " + phase,
                TO_END,
                () -> api.get(ApiPath.of("processes", job)).path("phase").asText().equals(phase));
    }
}
