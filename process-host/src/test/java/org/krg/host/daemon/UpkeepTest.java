// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.engine.FakeStore;
import org.krg.host.engine.LeaseHolder;
import org.krg.host.engine.Proposals;
import org.krg.host.engine.Renewals;
import org.krg.linux.Boottime;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.model.Node;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;

class UpkeepTest {
    private static final LeaseSettings SETTINGS =
            new LeaseSettings(
                    Duration.ofMinutes(10),
                    Duration.ofMillis(50),
                    Duration.ofMinutes(7),
                    Duration.ofMillis(500));

    private final FakeStore store = new FakeStore(HERE);
    private final AtomicLong sessions = new AtomicLong();
    private volatile long leaders = 1;

    /// Its own log has all that was ever sent to it.
    @Test
    void aNodeThatTheLeaderIsFarAheadOfIsNotReady() {
        try (var timer = Executors.newSingleThreadScheduledExecutor();
                var proposals =
                        new Proposals(
                                store, () -> new SessionId(sessions.incrementAndGet()), timer);
                var holder = holder(proposals)) {
            holder.start();
            await().atMost(20, TimeUnit.SECONDS).until(() -> Upkeep.notReady(holder).isEmpty());

            leaders = 1_000_000;

            await().atMost(20, TimeUnit.SECONDS)
                    .until(() ->
                            Upkeep.notReady(holder)
                                    .filter(why -> why.contains("999999 revisions behind"))
                                    .isPresent());
        }
    }

    private LeaseHolder holder(Proposals proposals) {
        return new LeaseHolder(
                new RegisterNode(node(HERE, 0, Node.State.READY), NOW),
                store,
                proposals,
                (_, _) ->
                        CompletableFuture.completedFuture(
                                new Renewals.Answer.Granted(new Revision(leaders))),
                SETTINGS,
                Boottime::now,
                () -> NOW,
                _ -> {});
    }
}
