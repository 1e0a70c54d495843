// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.krg.jepsen.check.EqualReplicas;
import org.krg.jepsen.check.Events;
import org.krg.jepsen.check.EveryJobOnce;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Submission;
import org.krg.jepsen.workload.Anchors;
import org.krg.jepsen.workload.ShortJobs;

/// Kills agents with SIGKILL and starts them again while clients submit and stop jobs: whenever an
/// agent dies, the state is intact afterwards, cells live on and every job ends once.
public final class AgentKills {
    /// Long enough for anything from the start of a job to its end to lie between two kills.
    private static final int MOST_PAUSE_MILLIS = 2_000;

    /// A cluster remembers a thousand jobs that have ended. A kill with the start that follows
    /// takes up to twenty seconds: two clients that pause so long for each kill stay below that.
    private static final Duration PAUSE_PER_KILL = Duration.ofMillis(40);

    private static final Duration LEAST_PAUSE = Duration.ofMillis(400);

    private final Cluster cluster;
    private final Consumer<String> talk;

    /// What a campaign did, and what it found wrong.
    public record Report(int kills, int jobs, long nodesLost, List<String> violations) {}

    /// @param talk is told what happens, in lines
    public AgentKills(Cluster cluster, Consumer<String> talk) {
        this.cluster = cluster;
        this.talk = talk;
    }

    /// Runs the campaign; afterwards all agents run and nothing of it does.
    ///
    /// @param kills how many agents to kill
    /// @param limit no more are killed when so much time is over
    public Report run(int kills, Duration limit, long seed) {
        var random = new Random(seed);
        var marks = makeMarks();
        var anchors = Anchors.start(cluster);
        var lostBefore = new Events(cluster).count("node.lost");
        var load = ShortJobs.start(cluster, marks, pause(kills), seed);
        var killed = kill(kills, limit, random);
        var history = load.stop();
        cluster.heal();

        var lost = new Events(cluster).count("node.lost") - lostBefore;
        var violations = new ArrayList<>(load.violations());
        violations.addAll(anchors.violations(lost));
        anchors.stop();
        violations.addAll(EveryJobOnce.violations(cluster, history, marks));
        violations.addAll(EqualReplicas.violations(cluster));
        if (accepted(history) == 0) {
            violations.add("no job was accepted: the load did not load");
        }
        return new Report(killed, accepted(history), lost, violations);
    }

    private int kill(int kills, Duration limit, Random random) {
        var deadline = System.nanoTime() + limit.toNanos();
        var killed = 0;
        while (killed < kills && System.nanoTime() < deadline) {
            Await.pause(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
            var victim = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
            cluster.killAgent(victim);
            cluster.start(victim);
            killed++;
            talk.accept("kill %d of %d: agent of %s".formatted(killed, kills, victim));
        }
        return killed;
    }

    private static Duration pause(int kills) {
        var pause = PAUSE_PER_KILL.multipliedBy(kills);
        return pause.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : pause;
    }

    private static int accepted(List<Submission> history) {
        return (int)
                history.stream().filter(it -> it.answer() == Submission.Answer.ACCEPTED).count();
    }

    private Path makeMarks() {
        try {
            return Files.createTempDirectory(cluster.installation().scratch(), "marks");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
