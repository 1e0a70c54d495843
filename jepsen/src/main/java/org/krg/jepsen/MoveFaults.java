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

/// Moves a process to and fro and harms, at every moment of a move ([MovePoint]), the agent of its
/// source, of its target, or of the leader: at no time two incarnations run, as the program itself
/// witnesses, after each time one does, and what moved went on from where it stood. A program that
/// saves itself passes the same moments as one that CRIU saves: it stands still when it has saved
/// itself, and is brought back when it is forked there and not yet executed.
public final class MoveFaults {
    private static final Duration TO_BEGIN = Duration.ofSeconds(60);
    private static final Duration TO_END = Duration.ofSeconds(90);

    private final Cluster cluster;
    private final Consumer<String> talk;
    private final Harm harm;
    private final Witness witness;
    private final List<String> violations = new ArrayList<>();
    private int moved;
    private int faults;

    /// What is done to an agent.
    public enum Harm {
        /// It is killed, and started again at once.
        KILLED,
        /// It stands still as one that gets no processor, while its cells run, until its node is
        /// given up and the program has gone on; then it goes on, too.
        STOPPED,
        /// Its node is cut off from all others, until it is given up and the program has gone on;
        /// of a cluster whose nodes have networks of their own.
        CUT_OFF
    }

    /// Whose agent is harmed.
    public enum Victim {
        SOURCE,
        TARGET,
        LEADER
    }

    private record Fault(MovePoint point, Victim victim, Harm harm) {
        static List<Fault> all(Harm harm) {
            return Stream.of(MovePoint.values())
                    .flatMap(point ->
                            Stream.of(Victim.values())
                                    .map(victim -> new Fault(point, victim, harm)))
                    .toList();
        }

        @Override
        public String toString() {
            return "%s %s at %s".formatted(victim, harm, point).toLowerCase(Locale.ROOT);
        }
    }

    /// What a campaign did, and what it found wrong.
    ///
    /// @param moved moves that came about although somebody was harmed
    public record Report(int faults, int moved, List<String> violations) {}

    /// @param kind of the program that is moved
    /// @param talk is told what happens, in lines
    public MoveFaults(Cluster cluster, Witness.Kind kind, Harm harm, Consumer<String> talk) {
        this.cluster = cluster;
        this.talk = talk;
        this.harm = harm;
        var name = "witness-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var file = cluster.installation().scratch().resolve(name);
        this.witness = new Witness(name, file, 24, kind);
    }

    /// Runs the campaign: each victim at each moment before one is harmed at the same again. The
    /// seed picks their order, targets and modes.
    ///
    /// @param count how many agents to harm
    public Report run(int count, long seed) {
        var random = new Random(seed);
        cluster.submit(witness.request(cluster.installation()));
        cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        try {
            // One that saves itself can be asked to when it counts.
            awaitMarks("the program to count");
            var left = new ArrayDeque<Fault>();
            for (var i = 0; i < count; i++) {
                if (left.isEmpty()) {
                    var all = new ArrayList<>(Fault.all(harm));
                    Collections.shuffle(all, random);
                    left.addAll(all);
                }
                harm(left.remove(), random);
            }
        } finally {
            cluster.run("job", "stop", witness.name(), "--signal", "KILL");
        }
        return new Report(faults, moved, violations);
    }

    private void harm(Fault fault, Random random) {
        cluster.heal();
        var process = cluster.awaitPhase(witness.name(), "running", TO_BEGIN);
        var from = process.path("node").asText();
        var others = others(from);
        var to = others.get(random.nextInt(others.size()));
        var mode = fault.point.isWarm() || random.nextBoolean() ? "warm" : "stop-copy";
        var standing = fault.point.isOfSource() ? from : to;
        String id;
        String node;
        try (var held = HeldUp.at(cluster, standing, fault.point.name())) {
            id = begin(to, mode);
            held.await(TO_END);
            node =
                    switch (fault.victim) {
                        case SOURCE -> from;
                        case TARGET -> to;
                        case LEADER -> cluster.awaitLeader();
                    };
            switch (harm) {
                case KILLED -> cluster.killAgentAtOnce(node);
                case STOPPED -> cluster.pauseAgent(node);
                case CUT_OFF -> cluster.cut(List.of(node), others(node));
            }
            faults++;
        }
        switch (harm) {
            case KILLED -> cluster.start(node);
            case STOPPED -> awaitGivenUp(node, fault, () -> cluster.resumeAgent(node));
            case CUT_OFF -> awaitGivenUp(node, fault, cluster::mend);
        }
        var over = awaitOver(id);
        var how = over.path("step").asText();
        moved += how.equals("moved") ? 1 : 0;
        awaitProgress(fault);
        Witness.twoAtOnce(witness.marks())
                .ifPresent(sign -> violations.add("two at once, %s: %s".formatted(fault, sign)));
        if (how.equals("moved")) {
            Witness.leftOutOrTwice(witness.marks(), over.path("nextEpoch").asLong())
                    .ifPresent(sign ->
                            violations.add("left out or twice, %s: %s".formatted(fault, sign)));
        }
        talk.accept("fault %d: %s (%s): %s".formatted(faults, fault, node, how));
    }

    private void awaitGivenUp(String node, Fault fault, Runnable undo) {
        try {
            Await.until(
                    node + " to be given up",
                    TO_END,
                    () -> !cluster.get("nodes", node).path("state").asText().equals("ready"));
            awaitProgress(fault);
        } finally {
            undo.run();
        }
    }

    private List<String> others(String node) {
        return cluster.nodes().stream().filter(other -> !other.equals(node)).toList();
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
    private void awaitProgress(Fault fault) {
        try {
            awaitMarks("the program to go on, " + fault);
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
