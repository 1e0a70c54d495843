// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.krg.host.AuditTrail;
import org.krg.host.engine.LeaseHolder;
import org.krg.host.engine.ReplicaComparison;
import org.krg.linux.Boottime;

/// What a node looks after from time to time, and what is wrong with it.
///
/// @param holder keeps the node's lease
/// @param renewal keeps its certificate
/// @param audit where requests are written down
/// @param replicas compares the members' states, on the leader
/// @param removal knows whether this node is a member still
record Upkeep(
        LeaseHolder holder,
        Renewal renewal,
        AuditTrail audit,
        ReplicaComparison replicas,
        RemovalWatch removal) {
    /// How often it is looked whether the certificate ends soon, for the first time after minutes.
    private static final Duration RENEWAL_CHECK = Duration.ofHours(6);

    /// How often the leader compares the replicas, for the first time after a sixth of it.
    private static final Duration COMPARISON = Duration.ofHours(1);

    /// Revisions that a healthy node may be behind the leader as it was seconds ago.
    private static final long MOST_BEHIND = 1_000;

    /// Begins. Other nodes are asked, which the thread of the timer must not wait for.
    void start(ScheduledExecutorService timer, Executor executor) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> executor.execute(renewal::renewWhenDue),
                        RENEWAL_CHECK.toMinutes() / 60,
                        RENEWAL_CHECK.toMinutes(),
                        TimeUnit.MINUTES);
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> executor.execute(replicas::watch),
                        COMPARISON.toMinutes() / 6,
                        COMPARISON.toMinutes(),
                        TimeUnit.MINUTES);
    }

    /// {@return why this node is not healthy, nothing if it is}
    List<String> problems() {
        var problems = new ArrayList<String>();
        removal.left().ifPresent(why -> problems.add(why.getMessage() + "; " + why.remedy()));
        notReady().ifPresent(problems::add);
        renewal.problem().ifPresent(problems::add);
        audit.problem().ifPresent(problems::add);
        replicas.problem().ifPresent(problems::add);
        return problems;
    }

    /// {@return why this node can take no requests, beside what its own log tells}
    Optional<String> notReady() {
        return notReady(holder);
    }

    static Optional<String> notReady(LeaseHolder holder) {
        return cutOff(holder).or(() -> behind(holder));
    }

    /// The own log tells only of what has arrived: of a node that was away for a day nothing has.
    private static Optional<String> behind(LeaseHolder holder) {
        var behind = holder.behind();
        return behind <= MOST_BEHIND
                ? Optional.empty()
                : Optional.of(
                        "this node is %d revisions behind the leader and catches up"
                                .formatted(behind));
    }

    /// {@return that nobody has renewed this node's lease for too long, if so} A node without a
    /// vote goes on believing in the last leader that it heard of.
    private static Optional<String> cutOff(LeaseHolder holder) {
        return Boottime.now().compareTo(holder.lease().deadline()) < 0
                ? Optional.empty()
                : Optional.of(
                        "the node's lease is over: it is out of touch with the quorum, and its"
                                + " exclusive processes stand still");
    }
}
