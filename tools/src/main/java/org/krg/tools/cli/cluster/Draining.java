// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Empties a node: moves begin, a few at once, and what cannot move is dealt with. Used once, by
/// one thread.
final class Draining {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration TO_SAVE = Duration.ofMinutes(10);

    /// What could not move is tried again after this time.
    private static final Duration AGAIN = Duration.ofSeconds(3);

    /// Refusals that say that something cannot move, rather than that it could not be asked about
    /// or that something else is under way.
    private static final Set<String> CANNOT = Set.of("NOT_CHECKPOINTABLE", "CANNOT_BE_PLACED");

    private static final String UNDER_WAY = "it is being moved";

    /// What becomes of what cannot move.
    enum Leftover {
        /// It stays, and the draining is over.
        name,
        /// It is tried again until the deadline.
        wait,
        /// It is saved, and its job ended; it stays if it cannot be saved.
        stop
    }

    private final ApiClient client;
    private final Terminal terminal;
    private final String node;
    private final int parallel;
    private final Leftover leftover;

    /// Why something is still there, by its target.
    private final Map<String, String> reasons = new TreeMap<>();

    /// What cannot move, and not only not now.
    private final Set<String> stuck = new HashSet<>();

    /// When something may be tried again, as the monotonic clock counts.
    private final Map<String, Long> againAt = new HashMap<>();

    /// The last operation that was begun for something.
    private final Map<String, Long> begun = new HashMap<>();

    /// Of what was said that it cannot move, and that it cannot now.
    private final Set<String> told = new HashSet<>();

    /// What was saved and told to end.
    private final Set<String> toldToEnd = new HashSet<>();

    /// What could not be saved.
    private final Set<String> kept = new HashSet<>();

    /// What began to move here before the node was cordoned.
    private final Set<String> arriving = new TreeSet<>();

    /// @param parallel moves at once
    Draining(ApiClient client, Terminal terminal, String node, int parallel, Leftover leftover) {
        this.client = client;
        this.terminal = terminal;
        this.node = node;
        this.parallel = parallel;
        this.leftover = leftover;
    }

    /// {@return what is still there in the end, and why}
    Map<String, String> run(Deadline end) throws InterruptedException {
        var count = -1;
        while (true) {
            // In this order: what arrives elsewhere in between would be moved on otherwise.
            var moving = moving();
            var here = here();
            if (here.isEmpty() && moving.isEmpty() && arriving.isEmpty()) {
                return Map.of();
            }
            if (here.size() != count) {
                terminal.say(
                        here.size() == 1
                                ? "1 process is on " + node
                                : here.size() + " processes are on " + node);
                count = here.size();
            }
            var staying = here.stream().filter(it -> !toldToEnd.contains(it)).toList();
            begin(staying, moving.keySet());
            var isStuck = moving.isEmpty() && arriving.isEmpty() && stuck.containsAll(staying);
            if (end.isOver() || (isStuck && !isMoreToCome(here))) {
                return why(here, moving);
            }
            if (isStuck && leftover == Leftover.stop) {
                stop(staying);
            }
            Thread.sleep(PAUSE);
        }
    }

    private boolean isMoreToCome(List<String> here) {
        return switch (leftover) {
            case name -> false;
            case wait -> true;
            case stop -> !kept.containsAll(here);
        };
    }

    private Map<String, String> why(List<String> here, Map<String, String> moving) {
        var left = new LinkedHashMap<String, String>();
        here.forEach(it -> left.put(it, reasons.getOrDefault(it, UNDER_WAY)));
        // It belongs to another node, and its memory may be on this one and nowhere else.
        moving.forEach((target, step) ->
                left.putIfAbsent(
                        target,
                        step.equals("pulling")
                                ? "its memory is still on its way from " + node
                                : UNDER_WAY));
        arriving.forEach(it -> left.putIfAbsent(it, "it is on its way to " + node));
        return left;
    }

    private void begin(List<String> staying, Set<String> moving) {
        var free = parallel - moving.size();
        var now = System.nanoTime();
        // Ranks of a job move one after the other.
        var busy = new HashSet<String>();
        moving.forEach(target -> busy.add(job(target)));
        for (var target : staying) {
            var isDue = now - againAt.getOrDefault(target, now) >= 0;
            if (free > 0 && isDue && !busy.contains(job(target)) && !kept.contains(target)) {
                if (begin(target)) {
                    busy.add(job(target));
                    free--;
                }
            }
        }
    }

    private boolean begin(String target) {
        try {
            var operation =
                    client.post(
                            ApiPath.of("processes", target, "migrations"),
                            Json.object().put("to", "auto").put("reason", node + " is drained"),
                            ANSWER);
            begun.put(target, operation.path("id").asLong());
            reasons.remove(target);
            stuck.remove(target);
            terminal.say(
                    "%s moves to %s, operation %d"
                            .formatted(
                                    target,
                                    operation.path("to").asText(),
                                    operation.path("id").asLong()));
            return true;
        } catch (ApiFailure refused) {
            var reason = String.valueOf(refused.getMessage());
            if (CANNOT.contains(refused.code())) {
                cannotMove(target, reason);
            } else {
                later(target, reason);
            }
            return false;
        }
    }

    /// Nobody knows yet whether it can.
    private void later(String target, String reason) {
        again(target, reason);
        stuck.remove(target);
        tell(target + " cannot move now", reason);
    }

    private void cannotMove(String target, String reason) {
        again(target, reason);
        stuck.add(target);
        if (leftover != Leftover.name) {
            tell(target + " cannot move", reason);
        }
    }

    private void again(String target, String reason) {
        reasons.put(target, reason);
        againAt.put(target, System.nanoTime() + AGAIN.toNanos());
    }

    private void tell(String what, String reason) {
        if (told.add(what)) {
            terminal.say(what + ": " + reason);
        }
    }

    private void stop(List<String> staying) {
        var jobs =
                staying.stream()
                        .filter(it -> !kept.contains(it))
                        .collect(groupingBy(Draining::job, TreeMap::new, toList()));
        jobs.forEach((job, targets) -> {
            var problem = saveAndStop(job, targets.getFirst());
            problem.ifPresent(why -> targets.forEach(it -> reasons.put(it, why)));
            if (problem.isPresent()) {
                kept.addAll(targets);
            } else {
                targets.forEach(it -> reasons.put(it, "it was told to end and has not"));
                toldToEnd.addAll(targets);
            }
        });
    }

    /// Ranks of a job are saved as one.
    ///
    /// @return why the job goes on
    private Optional<String> saveAndStop(String job, String target) {
        try {
            var taken =
                    client.post(
                            ApiPath.of("processes", target, "checkpoints"),
                            Json.object().put("pinned", true),
                            TO_SAVE);
            terminal.say(target + " is saved as checkpoint " + taken.path("id").asText());
        } catch (ApiFailure unsaved) {
            return Optional.of("it goes on, as it cannot be saved: " + unsaved.getMessage());
        }
        try {
            client.post(ApiPath.of("jobs", job, "stop"), Json.object());
            terminal.say(target + " is told to end");
            return Optional.empty();
        } catch (ApiFailure refused) {
            return Optional.of("it is saved, but cannot be told to end: " + refused.getMessage());
        }
    }

    private static String job(String target) {
        return target.substring(0, target.lastIndexOf('/'));
    }

    /// {@return the processes that run on the node, or are about to}
    private List<String> here() {
        var found = new ArrayList<String>();
        for (var process : client.get(ApiPath.of("processes")).path("processes")) {
            var phase = process.path("phase").asText();
            if (process.path("node").asText().equals(node)
                    && (phase.equals("running") || phase.equals("starting"))) {
                found.add(process.path("target").asText());
            }
        }
        return found;
    }

    /// {@return the steps of what is on its way; takes note of what was given up}
    private Map<String, String> moving() {
        arriving.clear();
        var found = new TreeMap<String, String>();
        for (JsonNode operation : client.get(ApiPath.of("operations")).path("operations")) {
            var target = operation.path("target").asText();
            var active = operation.path("active").asBoolean();
            if (active && operation.path("to").asText().equals(node)) {
                arriving.add(target);
            }
            if (!operation.path("from").asText().equals(node)) {
                continue;
            }
            if (active) {
                found.put(target, operation.path("step").asText());
            } else if (begun.remove(target, operation.path("id").asLong())) {
                over(target, operation);
            }
        }
        return found;
    }

    private void over(String target, JsonNode operation) {
        if (operation.path("step").asText().equals("aborted")) {
            cannotMove(target, operation.path("reason").asText());
            return;
        }
        terminal.say(
                "%s runs on %s, it stood still for %d ms"
                        .formatted(
                                target,
                                operation.path("to").asText(),
                                Math.round(1000 * operation.path("downtimeSeconds").asDouble())));
    }
}
