// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.krg.jepsen.check.EqualReplicas;
import org.krg.jepsen.check.Linearizability;
import org.krg.jepsen.check.Replay;
import org.krg.jepsen.check.Sessions;
import org.krg.jepsen.check.WatchPromises;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.workload.KeyClients;
import org.krg.jepsen.workload.KeyLog;
import org.krg.jepsen.workload.LeaseHolders;
import org.krg.jepsen.workload.ManyKeys;

/// Clients of keys and holders of leases while something is done to the agents, and then every
/// promise about them.
public final class KeyCampaign {
    /// Between two faults: long enough for an election, not for a snapshot to be harmless.
    private static final int MOST_PAUSE_MILLIS = 2_500;

    /// Keeps a long campaign's history within what the checkers judge in memory.
    private static final Duration CLIENT_PAUSE = Duration.ofMillis(20);

    private static final Duration TO_SETTLE = Duration.ofSeconds(3);

    /// For so many answered calls one change at least.
    private static final int LEAST_CHANGES = 5;

    private final Cluster cluster;
    private final Consumer<String> talk;

    /// Damages the cluster and puts it right as far as a campaign has to.
    @FunctionalInterface
    public interface Fault {
        /// Strikes, and returns what was done, in words.
        String strike(Random random);
    }

    /// What a campaign did, and what it found wrong.
    ///
    /// @param answered calls with a definite answer
    public record Report(int faults, long calls, long answered, List<String> violations) {}

    /// @param talk is told what happens, in lines
    public KeyCampaign(Cluster cluster, Consumer<String> talk) {
        this.cluster = cluster;
        this.talk = talk;
    }

    /// Runs the campaign; afterwards all agents run.
    ///
    /// @param keys how many are written before it begins
    /// @param faults how many to strike
    /// @param limit no more strike when so much time is over
    public Report run(int keys, int faults, Duration limit, long seed, Fault fault) {
        ManyKeys.write(cluster, keys);
        talk.accept(keys + " keys are written");
        var random = new Random(seed);
        var clients = KeyClients.start(cluster, CLIENT_PAUSE, seed);
        var holders = LeaseHolders.start(cluster, seed);
        var deadline = System.nanoTime() + limit.toNanos();
        var struck = 0;
        try {
            while (struck < faults && System.nanoTime() < deadline) {
                Await.pause(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
                var what = fault.strike(random);
                struck++;
                talk.accept("fault %d of %d: %s".formatted(struck, faults, what));
            }
            cluster.heal();
            Await.pause(TO_SETTLE);
        } catch (RuntimeException | Error broken) {
            abandon(broken, clients, holders);
            throw broken;
        }
        var calls = clients.stop().calls();
        var violations = new ArrayList<>(clients.violations());
        violations.addAll(holders.stop());
        violations.addAll(judge(calls));
        violations.addAll(ManyKeys.violations(cluster, keys));
        violations.addAll(EqualReplicas.violations(cluster));
        return new Report(struck, calls.size(), answered(calls), violations);
    }

    /// Ends the load of a campaign that cannot go on, and tells what can be said of it without the
    /// cluster. Who was interrupted waits for nothing more.
    private void abandon(Throwable broken, KeyClients clients, LeaseHolders holders) {
        clients.tellToEnd();
        holders.tellToEnd();
        if (broken.getCause() instanceof InterruptedException) {
            return;
        }
        var calls = clients.stop().calls();
        var violations = new ArrayList<>(clients.violations());
        violations.addAll(holders.stop());
        violations.addAll(Linearizability.violations(calls));
        violations.addAll(Sessions.violations(calls));
        for (var violation : violations) {
            talk.accept("until then: " + violation);
            broken.addSuppressed(new CampaignFailed(violation));
        }
    }

    private List<String> judge(List<Call> calls) {
        if (answered(calls) == 0) {
            return List.of("no call was answered: the load did not load");
        }
        var last =
                calls.stream()
                        .flatMap(call -> call.done().stream())
                        .mapToLong(done -> done.revision())
                        .max()
                        .orElse(0);
        var watch = KeyLog.read(cluster, cluster.members().getFirst(), KeyClients.PREFIX, last);
        var violations = new ArrayList<>(idle(answered(calls), watch.changes().size()));
        violations.addAll(Replay.violations(calls, watch.changes()));
        violations.addAll(Linearizability.violations(calls));
        violations.addAll(Sessions.violations(calls));
        for (var member : cluster.members()) {
            violations.addAll(
                    WatchPromises.violations(
                            KeyLog.read(cluster, member, KeyClients.PREFIX, last),
                            watch.changes()));
        }
        return violations;
    }

    /// {@return what is wrong where little was written: an empty history breaks no promise} More
    /// than half of the calls of [KeyClients] write.
    static List<String> idle(long answered, long changes) {
        return changes * LEAST_CHANGES >= answered
                ? List.of()
                : List.of(
                        "%d calls were answered and %d changes made: the load did not load"
                                .formatted(answered, changes));
    }

    private static long answered(List<Call> calls) {
        return calls.stream().filter(call -> call.done().isPresent()).count();
    }
}
