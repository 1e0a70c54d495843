// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.tools.http.Json;

/// What follows from what the demo saw: whether each claim held.
///
/// @param withCheckpoints whether the cluster could take generations; if not the program started
///   again from the beginning, and nothing is claimed about generations
/// @param leftovers what was left on the machine
record DemoReport(
        HeatProgram program,
        boolean withCheckpoints,
        Measurements seen,
        List<String> leftovers,
        Duration duration) {
    static final long MIN_GENERATIONS = 2;

    DemoReport {
        leftovers = List.copyOf(leftovers);
    }

    /// Something that krg promises, and whether it held.
    ///
    /// @param found what was seen
    record Claim(String claim, boolean held, String found) {
        String line() {
            return (held ? "held    " : "BROKEN  ") + claim + ": " + found;
        }
    }

    /// {@return the claims, in the order of the play}
    List<Claim> claims() {
        var claims = new ArrayList<Claim>();
        if (withCheckpoints) {
            claims.add(generations());
        }
        claims.addAll(List.of(recovery(), comebacks(), leaders(), undisturbedByLeader()));
        claims.addAll(List.of(exit(), checksum(), output(), clean()));
        return claims;
    }

    /// {@return whether every claim held}
    boolean held() {
        return claims().stream().allMatch(Claim::held);
    }

    private Claim generations() {
        return new Claim(
                "generations were taken while the program ran",
                seen.generations() >= MIN_GENERATIONS,
                seen.generations() + " generations");
    }

    private Claim recovery() {
        var origin = seen.recovery().origin();
        return new Claim(
                withCheckpoints
                        ? "it came back from a checkpoint when its node died"
                        : "it came back, from the beginning, when its node died",
                origin.startsWith(withCheckpoints ? "checkpoint" : "start"),
                "from " + origin + ", after %.1f s".formatted(seconds(seen.recovery().after())));
    }

    private Claim comebacks() {
        var comebacks = seen.end().comebacks();
        var expected = seen.succession().program().isMovedRightly() ? 2 : 1;
        return new Claim(
                "it was brought back no more often than it had to be",
                comebacks == expected,
                comebacks + " time(s)");
    }

    private Claim leaders() {
        return new Claim(
                "another leader took over",
                seen.succession().leaderChanges() >= 1,
                "after %.1f s, %d change(s) in all"
                        .formatted(
                                seconds(seen.succession().after()),
                                seen.succession().leaderChanges()));
    }

    private Claim undisturbedByLeader() {
        var program = seen.succession().program();
        if (program.isMovedRightly()) {
            return new Claim(
                    "it left the leader's node, whose agent was away for longer than its lease",
                    true,
                    "away %.1f s".formatted(seconds(program.away())));
        }
        return new Claim(
                "the loss of the leader's agent did not restart it",
                program.incarnationKept(),
                program.incarnationKept() ? "the same incarnation" : "another incarnation");
    }

    private Claim exit() {
        var code = seen.end().exitCode();
        return new Claim(
                "it ended by itself with exit code 0",
                code.isPresent() && code.getAsInt() == 0,
                code.isPresent() ? "exit code " + code.getAsInt() : "no exit code");
    }

    private Claim checksum() {
        var checksum = seen.end().checksum();
        var expected = seen.end().checksumUndisturbed();
        var held = checksum.isPresent() && checksum.equals(expected);
        var found = checksum.orElse("none");
        return new Claim(
                "its checksum is that of the undisturbed run",
                held,
                held ? found : found + " instead of " + expected.orElse("none"));
    }

    private Claim output() {
        var output = seen.end().output();
        return new Claim(
                "its whole output is that of the undisturbed run, every line once",
                output.equals(seen.end().undisturbed()),
                output.lines().count() + " lines");
    }

    private Claim clean() {
        return new Claim(
                "nothing is left behind",
                leftovers.isEmpty(),
                leftovers.isEmpty() ? "nothing" : String.join("; ", leftovers));
    }

    /// {@return the report as data}
    JsonNode tree() {
        var tree = Json.object().put("apiVersion", "krg/v1").put("held", held());
        tree.putObject("program")
                .put("name", HostedProgram.NAME)
                .put("size", program.size())
                .put("steps", program.steps())
                .put("seed", program.seed());
        tree.put("nodes", DemoSettings.NODES)
                .put("engine", withCheckpoints ? "criu" : "restart")
                .put("generations", seen.generations())
                .put("recovered_after_seconds", seconds(seen.recovery().after()))
                .put("recovered_from", seen.recovery().origin())
                .put("rolled_back_iterations", seen.recovery().rolledBack())
                .put("caught_up_after_seconds", seconds(seen.catchUp()))
                .put("leader_changes", seen.succession().leaderChanges())
                .put("new_leader_after_seconds", seconds(seen.succession().after()))
                .put("checksum", seen.end().checksum().orElse(""))
                .put("checksum_undisturbed", seen.end().checksumUndisturbed().orElse(""))
                .put("seconds", seconds(duration));
        var claims = tree.putArray("claims");
        for (var claim : claims()) {
            claims.addObject()
                    .put("claim", claim.claim())
                    .put("held", claim.held())
                    .put("found", claim.found());
        }
        var left = tree.putArray("leftovers");
        leftovers.forEach(left::add);
        return tree;
    }

    private static double seconds(Duration duration) {
        return Narration.seconds(duration);
    }
}
