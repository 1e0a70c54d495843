// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Has a parallel job saved and kills, at every step of the cut, the agent of its first rank's
/// node, of another rank's, or of the leader: the cut exists for all ranks or for none, and all
/// ranks are of one incarnation, which goes on.
public final class CutKills {
    private static final List<String> STEPS = List.of("begun", "standing", "still", "saving");

    /// A step of small ranks takes less.
    private static final int MOST_DELAY_MILLIS = 150;

    private static final Duration TO_BEGIN = Duration.ofSeconds(60);

    /// The leader waits five minutes for a rank that is not saved.
    private static final Duration TO_END = Duration.ofMinutes(6);

    private static final int MOST_ATTEMPTS = 3;

    private final Cluster cluster;
    private final String job;
    private final Consumer<String> talk;
    private final List<String> violations = new ArrayList<>();
    private int kept;
    private int kills;

    /// Whose agent is killed.
    public enum Victim {
        FIRST_RANK,
        OTHER_RANK,
        LEADER
    }

    /// What a campaign did, and what it found wrong.
    ///
    /// @param kept cuts that came about although somebody was killed
    public record Report(int kills, int kept, List<String> violations) {}

    /// @param job a parallel one, which runs
    /// @param talk is told what happens, in lines
    public CutKills(Cluster cluster, String job, Consumer<String> talk) {
        this.cluster = cluster;
        this.job = job;
        this.talk = talk;
    }

    /// Runs the campaign: step after step, with the next victim each time; twelve kills are each
    /// victim at each step. The seed picks moments, and ranks.
    ///
    /// @param count how many agents to kill
    public Report run(int count, long seed) {
        var random = new Random(seed);
        var victims = Victim.values();
        for (var i = 0; i < count; i++) {
            var step = STEPS.get(i % STEPS.size());
            killAt(step, victims[(i + i / STEPS.size()) % victims.length], random);
        }
        return new Report(kills, kept, violations);
    }

    private void killAt(String step, Victim victim, Random random) {
        cluster.heal();
        awaitRanks("the kill before");
        var node =
                switch (victim) {
                    case FIRST_RANK -> node(0);
                    case OTHER_RANK -> node(1 + random.nextInt(ranks().size() - 1));
                    case LEADER -> cluster.awaitLeader();
                };
        var number = begin();
        awaitStep(number, step);
        Await.pause(Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)));
        cluster.killAgentAtOnce(node);
        kills++;
        cluster.start(node);
        var how = awaitOver(number);
        look(number, how, "%s at %s".formatted(victim, step));
        talk.accept(
                "kill %d: agent of %s, %s, while the cut is %s: %s"
                        .formatted(
                                kills,
                                victim.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                                node,
                                step,
                                how));
    }

    /// {@return the number of a cut that began}
    private long begin() {
        var before = cut().path("number").asLong();
        var _ =
                CompletableFuture.runAsync(() -> {
                    try (var client = cluster.client()) {
                        client.post(
                                ApiPath.of("processes", job, "checkpoints"),
                                Json.object().put("pinned", false),
                                TO_END);
                    } catch (ApiFailure givenUp) {
                        // What became of it shows in the job.
                    }
                });
        Await.until("a cut to begin", TO_BEGIN, () -> cut().path("number").asLong() > before);
        return cut().path("number").asLong();
    }

    private JsonNode cut() {
        return told("jobs", job).path("cut");
    }

    /// {@return an answer, which may have to wait for a leader}
    private JsonNode told(String... path) {
        return Await.first("an answer", TO_BEGIN, () -> Optional.of(cluster.get(path)));
    }

    /// Returns when the cut is at that step, or past it.
    private void awaitStep(long number, String step) {
        var at = STEPS.indexOf(step);
        Await.until(
                "cut " + number + " to be " + step,
                TO_BEGIN,
                () -> {
                    var cut = cut();
                    return cut.path("number").asLong() != number || step(cut) >= at;
                });
    }

    private int step(JsonNode cut) {
        if (!cut.path("state").asText().equals("under-way") || cut.path("saved").asInt() > 0) {
            return STEPS.indexOf("saving");
        }
        var still = cut.path("still").asInt();
        return STEPS.indexOf(still == 0 ? "begun" : still < ranks().size() ? "standing" : "still");
    }

    private String awaitOver(long number) {
        return Await.first(
                "cut " + number + " to be over",
                TO_END,
                () ->
                        Optional.of(cut())
                                .filter(it -> it.path("number").asLong() == number)
                                .map(it -> it.path("state").asText())
                                .filter(it -> !it.equals("under-way")));
    }

    /// Never half: all ranks have it, or none has.
    private void look(long number, String how, String when) {
        cluster.heal();
        awaitRanks(when);
        var having = holders(number);
        var ranks = ranks().stream().map(rank -> rank.path("id").asText()).toList();
        var wanted = how.equals("committed") ? ranks : List.<String>of();
        if (!having.equals(wanted)) {
            violations.add(
                    "cut %d is %s, and these have it: %s, %s".formatted(number, how, having, when));
        }
        kept += how.equals("committed") ? 1 : 0;
        var origins = ranks().stream().map(rank -> rank.path("origin").asText()).distinct();
        if (origins.count() != 1) {
            violations.add("ranks came from several checkpoints, " + when);
        }
        requireSaved(when);
    }

    /// The ranks run, all, and can be stopped and saved: another cut comes about. One that the kill
    /// still disturbs is given up.
    private void requireSaved(String when) {
        for (var attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            var number = begin();
            if (awaitOver(number).equals("committed")) {
                return;
            }
        }
        violations.add("it is not saved any more after %s: %s".formatted(when, cut()));
    }

    private List<String> holders(long number) {
        var own = ranks().stream().map(rank -> rank.path("id").asText()).toList();
        return Cluster.stream(told("checkpoints").path("checkpoints"))
                .filter(it -> it.path("number").asLong() == number)
                .map(it -> it.path("process").asText())
                .filter(own::contains)
                .sorted()
                .toList();
    }

    private void awaitRanks(String when) {
        try {
            Await.until("all ranks to run as one", TO_BEGIN.multipliedBy(2), this::runAsOne);
        } catch (CampaignFailed never) {
            violations.add(never.getMessage() + " after " + when + ": " + ranks());
        }
    }

    private boolean runAsOne() {
        var ranks = ranks();
        return ranks.stream().allMatch(rank -> rank.path("phase").asText().equals("running"))
                && ranks.stream().map(rank -> rank.path("epoch").asLong()).distinct().count() == 1;
    }

    /// {@return each as the API shows it, in their order}
    private List<JsonNode> ranks() {
        return Cluster.stream(told("jobs", job).path("processes"))
                .map(rank -> told("processes", rank.path("id").asText()))
                .toList();
    }

    private String node(int rank) {
        return ranks().get(rank).path("node").asText();
    }
}
