// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.testkit.MemberProcess;
import org.krg.testkit.StateCluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who finds out that the leader's process was killed, and how long nobody can write then.
/// `-Dkrg.rounds=N` repeats it; the times are in the log.
final class FailoverTest {
    private static final Logger log = LoggerFactory.getLogger(FailoverTest.class);

    /// @param found how many voters found the leader gone while its term still ran
    private record Round(Duration withoutWrites, long found) {}

    @Test
    void theDeathOfTheLeadersProcessIsNoticedBeforeAnElectionTimeout(@TempDir Path directory) {
        var rounds = Integer.getInteger("krg.rounds", 1);
        var seen = new ArrayList<Round>();
        var client = new ClusterOperations();
        try (var cluster = StateCluster.startWithout(directory, 3, node(3))) {
            for (var round = 0; round < rounds; round++) {
                seen.add(round(cluster, client));
            }
        }
        log.warn("leader killed -> next acknowledged write {}", seen);
        // An election timeout that came first would have begun another term.
        assertThat(seen).filteredOn(round -> round.found() > 0).hasSizeGreaterThan(rounds / 2);
    }

    private static Round round(StateCluster cluster, ClusterOperations client) {
        try (var third =
                MemberProcess.start(
                        List.of(),
                        cluster.id(),
                        cluster.directory(node(3)),
                        node(3),
                        cluster.members())) {
            assertThat(third.readLine()).isEqualTo("open");
            var survivor = cluster.store(node(1));
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> {
                        if (survivor.leadership().leader().filter(node(3)::equals).isPresent()) {
                            return true;
                        }
                        get(
                                cluster.store(cluster.awaitLeader())
                                        .transferLeadership(Optional.of(node(3))));
                        return false;
                    });
            while (!third.readLine().startsWith("ack ")) {
                // It leads once it acknowledges.
            }
            var before = foundGone(cluster);
            third.kill();
            var begin = System.nanoTime();
            get(survivor.submit(client.grant()));
            var time = Duration.ofNanos(System.nanoTime() - begin);
            return new Round(time, foundGone(cluster) - before);
        }
    }

    private static long foundGone(StateCluster cluster) {
        return IntStream.of(1, 2)
                .mapToObj(number -> cluster.metrics(node(number)))
                .mapToLong(metrics -> metrics.meter("krg.state.leaders_found_gone").getCount())
                .sum();
    }
}
