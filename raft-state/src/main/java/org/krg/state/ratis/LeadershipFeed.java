// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.Meter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.Leadership;
import org.krg.state.engine.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Observes who leads and tells listeners of changes, all on one thread. Ratis tells of a new
/// leader but not of the loss of one, so the agent's timer calls [#look] as well.
final class LeadershipFeed {
    private static final Logger log = LoggerFactory.getLogger(LeadershipFeed.class);

    private final RaftServer.Division division;
    private final ExecutorService thread;
    private final Duration electionTime;
    private final Meter changes;
    private final List<Consumer<Leadership>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable Leadership last;
    private volatile Instant since = Instant.now();
    private volatile long leaderlessSince = System.nanoTime();

    /// `electionTime`: an election that takes longer has no majority.
    LeadershipFeed(
            RaftServer.Division division,
            ExecutorService thread,
            Duration electionTime,
            Meter changes) {
        this.division = division;
        this.thread = thread;
        this.electionTime = electionTime;
        this.changes = changes;
    }

    /// {@return who leads at this moment, as this node sees it}
    Leadership present() {
        while (true) {
            var info = division.getInfo();
            var term = info.getCurrentTerm();
            var leader = info.getLeaderId();
            var mine = info.isLeader() && info.isLeaderReady();
            if (term == info.getCurrentTerm()) {
                return new Leadership(
                        Optional.ofNullable(leader).map(RatisMember::nodeOf), term, mine);
            }
        }
    }

    /// {@return where requests go now}
    Route route() {
        var info = division.getInfo();
        if (info.isLeader() && info.isLeaderReady()) {
            return new Route.Here();
        }
        var self = RatisMember.nodeOf(division.getId());
        return present()
                .leader()
                .filter(leader -> !leader.equals(self))
                .<Route>map(Route.There::new)
                .orElseGet(this::nowhere);
    }

    private Route nowhere() {
        var nanos = System.nanoTime() - leaderlessSince;
        return new Route.Nowhere(nanos > electionTime.toNanos());
    }

    void listen(Consumer<Leadership> listener) {
        onThread(() -> {
            listeners.add(listener);
            tell(listener, last == null ? present() : last);
        });
    }

    /// {@return since when the leadership is what it is, by this node's clock}
    Instant since() {
        return since;
    }

    /// Observes, and tells the listeners when something changed.
    void look() {
        onThread(this::observe);
    }

    private void observe() {
        var now = present();
        if (now.leader().isPresent()) {
            leaderlessSince = System.nanoTime();
        }
        if (now.equals(last)) {
            return;
        }
        last = now;
        since = Instant.now();
        changes.mark();
        log.info(
                "leadership changed node={} leader={} term={} mine={}",
                division.getId(),
                now.leader().map(Object::toString).orElse("none"),
                now.term(),
                now.mine());
        listeners.forEach(listener -> tell(listener, now));
    }

    private static void tell(Consumer<Leadership> listener, Leadership leadership) {
        try {
            listener.accept(leadership);
        } catch (RuntimeException failed) {
            log.error("a listener of the leadership failed leadership={}", leadership, failed);
        }
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            log.debug("the store is closed", closed);
        }
    }
}
