// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.Witness;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Moves a process to and fro and kills, at every step of a move, the agent of its source, of its
/// target, or of the leader: at no time two incarnations run, as the program itself witnesses,
/// after each kill one does, and what moved went on from where it stood. A program that saves
/// itself passes the same steps as one that CRIU saves: while it is `warming` or `leaving` it is
/// asked to, while it is `arriving` it is forked there and not yet executed, and it is `resuming`
/// when it may be.
public final class MoveKills {
    private static final List<String> STEPS = List.of("warming", "leaving", "arriving", "resuming");

    /// A step of a small process takes less.
    private static final int MOST_DELAY_MILLIS = 250;

    private static final Duration TO_BEGIN = Duration.ofSeconds(60);
    private static final Duration TO_END = Duration.ofSeconds(90);

    private final Cluster cluster;
    private final Consumer<String> talk;
    private final Witness witness;
    private final List<String> violations = new ArrayList<>();
    private int moved;
    private int kills;

    /// Whose agent is killed.
    public enum Victim {
        SOURCE,
        TARGET,
        LEADER
    }

    /// What a campaign did, and what it found wrong.
    ///
    /// @param moved moves that came about although somebody was killed
    public record Report(int kills, int moved, List<String> violations) {}

    /// @param kind of the program that is moved
    /// @param talk is told what happens, in lines
    public MoveKills(Cluster cluster, Witness.Kind kind, Consumer<String> talk) {
        this.cluster = cluster;
        this.talk = talk;
        var name = "witness-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var file = cluster.installation().scratch().resolve(name);
        this.witness = new Witness(name, file, 24, kind);
    }

    /// Runs the campaign: step after step, with the next victim each time; twelve kills are each
    /// victim at each step. The seed picks targets, modes and moments.
    ///
    /// @param count how many agents to kill
    public Report run(int count, long seed) {
        var random = new Random(seed);
        cluster.submit(witness.request(cluster.installation()));
        cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        try {
            // One that saves itself can be asked to when it counts.
            awaitMarks("the program to count");
            var victims = Victim.values();
            for (var i = 0; i < count; i++) {
                var step = STEPS.get(i % STEPS.size());
                killAt(step, victims[(i + i / STEPS.size()) % victims.length], random);
            }
        } finally {
            cluster.run("job", "stop", witness.name(), "--signal", "KILL");
        }
        return new Report(kills, moved, violations);
    }

    private void killAt(String step, Victim victim, Random random) {
        cluster.heal();
        var process = cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        var from = process.path("node").asText();
        var others = cluster.nodes().stream().filter(node -> !node.equals(from)).toList();
        var to = others.get(random.nextInt(others.size()));
        var mode = step.equals("warming") || random.nextBoolean() ? "warm" : "stop-copy";
        var id = begin(to, mode);
        awaitStep(id, step);
        Await.pause(Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)));
        var node =
                switch (victim) {
                    case SOURCE -> from;
                    case TARGET -> to;
                    case LEADER -> cluster.awaitLeader();
                };
        var hit = step(id);
        cluster.killAgentAtOnce(node);
        kills++;
        cluster.start(node);
        var over = awaitOver(id);
        var how = over.path("step").asText();
        moved += how.equals("moved") ? 1 : 0;
        awaitProgress(step, victim);
        Witness.twoAtOnce(witness.marks())
                .ifPresent(sign ->
                        violations.add("two at once, %s at %s: %s".formatted(victim, step, sign)));
        if (how.equals("moved")) {
            Witness.leftOutOrTwice(witness.marks(), over.path("nextEpoch").asLong())
                    .ifPresent(sign ->
                            violations.add(
                                    "left out or twice, %s at %s: %s"
                                            .formatted(victim, step, sign)));
        }
        talk.accept(
                "kill %d: agent of the %s, %s, while %s to %s: %s"
                        .formatted(
                                kills, victim.name().toLowerCase(Locale.ROOT), node, hit, to, how));
    }

    private String begin(String to, String mode) {
        return Await.first(
                "a move to begin",
                TO_BEGIN,
                () -> {
                    try (var client = cluster.client()) {
                        var body = Json.object().put("to", to).put("mode", mode);
                        var begun =
                                client.post(
                                        ApiPath.of("processes", witness.name(), "migrations"),
                                        body,
                                        TO_BEGIN);
                        return Optional.of(begun.path("id").asText());
                    }
                });
    }

    /// Returns when the move is at that step, or past it.
    private void awaitStep(String id, String step) {
        var at = STEPS.indexOf(step);
        Await.until(
                "operation " + id + " to be " + step,
                TO_END,
                () -> {
                    var now = STEPS.indexOf(step(id));
                    return now < 0 || now >= at;
                });
    }

    private String step(String id) {
        return cluster.get("operations", id).path("step").asText();
    }

    private JsonNode awaitOver(String id) {
        return Await.first(
                "operation " + id + " to be over",
                TO_END,
                () ->
                        Optional.of(cluster.get("operations", id))
                                .filter(it -> !it.path("active").asBoolean()));
    }

    /// One incarnation runs: the program goes on counting.
    private void awaitProgress(String step, Victim victim) {
        try {
            awaitMarks("the program to go on after %s was killed at %s".formatted(victim, step));
        } catch (CampaignFailed none) {
            violations.add(
                    "none runs: " + none.getMessage() + ", " + cluster.process(witness.name()));
        }
    }

    private void awaitMarks(String what) {
        var before = witness.marks().size();
        Await.until(what, TO_END, () -> witness.marks().size() > before + 20);
    }
}
