// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.HeldUp;
import org.krg.jepsen.workload.Witness;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Moves a process to and fro and kills, at every moment of a move ([MovePoint]), the agent of its
/// source, of its target, or of the leader: at no time two incarnations run, as the program itself
/// witnesses, after each kill one does, and what moved went on from where it stood. A program that
/// saves itself passes the same moments as one that CRIU saves: it stands still when it has saved
/// itself, and is brought back when it is forked there and not yet executed.
public final class MoveKills {
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

    private record Kill(MovePoint point, Victim victim) {
        static List<Kill> all() {
            return Stream.of(MovePoint.values())
                    .flatMap(point ->
                            Stream.of(Victim.values()).map(victim -> new Kill(point, victim)))
                    .toList();
        }

        @Override
        public String toString() {
            return victim.name().toLowerCase(Locale.ROOT) + " killed at " + point;
        }
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

    /// Runs the campaign: each victim at each moment before one is killed at the same again. The
    /// seed picks their order, targets and modes.
    ///
    /// @param count how many agents to kill
    public Report run(int count, long seed) {
        var random = new Random(seed);
        cluster.submit(witness.request(cluster.installation()));
        cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        try {
            // One that saves itself can be asked to when it counts.
            awaitMarks("the program to count");
            var left = new ArrayDeque<Kill>();
            for (var i = 0; i < count; i++) {
                if (left.isEmpty()) {
                    var all = new ArrayList<>(Kill.all());
                    Collections.shuffle(all, random);
                    left.addAll(all);
                }
                kill(left.remove(), random);
            }
        } finally {
            cluster.run("job", "stop", witness.name(), "--signal", "KILL");
        }
        return new Report(kills, moved, violations);
    }

    private void kill(Kill kill, Random random) {
        cluster.heal();
        var process = cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        var from = process.path("node").asText();
        var others = cluster.nodes().stream().filter(node -> !node.equals(from)).toList();
        var to = others.get(random.nextInt(others.size()));
        var mode = kill.point.isWarm() || random.nextBoolean() ? "warm" : "stop-copy";
        var standing = kill.point.isOfSource() ? from : to;
        String id;
        String node;
        try (var held = HeldUp.at(cluster, standing, kill.point.name())) {
            id = begin(to, mode);
            held.await(TO_END);
            node =
                    switch (kill.victim) {
                        case SOURCE -> from;
                        case TARGET -> to;
                        case LEADER -> cluster.awaitLeader();
                    };
            cluster.killAgentAtOnce(node);
            kills++;
        }
        cluster.start(node);
        var over = awaitOver(id);
        var how = over.path("step").asText();
        moved += how.equals("moved") ? 1 : 0;
        awaitProgress(kill);
        Witness.twoAtOnce(witness.marks())
                .ifPresent(sign -> violations.add("two at once, %s: %s".formatted(kill, sign)));
        if (how.equals("moved")) {
            Witness.leftOutOrTwice(witness.marks(), over.path("nextEpoch").asLong())
                    .ifPresent(sign ->
                            violations.add("left out or twice, %s: %s".formatted(kill, sign)));
        }
        talk.accept("kill %d: %s (%s): %s".formatted(kills, kill, node, how));
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

    private JsonNode awaitOver(String id) {
        return Await.first(
                "operation " + id + " to be over",
                TO_END,
                () ->
                        Optional.of(cluster.get("operations", id))
                                .filter(it -> !it.path("active").asBoolean()));
    }

    /// One incarnation runs: the program goes on counting.
    private void awaitProgress(Kill kill) {
        try {
            awaitMarks("the program to go on, " + kill);
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
