// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.jepsen.disk.ForgetfulDisk;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.engine.HaltCode;
import org.krg.state.model.SessionId;
import org.krg.testkit.MemberProcess;
import org.krg.testkit.StateCluster;

/// A leader whose disk neither forces the log nor fails: others lead, and it ends.
@Tag("root")
class StalledDiskTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(4);

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aLeaderWhoseSyncsStandStillHandsOnItsLeadershipAndEnds(@TempDir Path directory)
            throws Exception {
        var program = ForgetfulDisk.compile(directory);
        try (var cluster = StateCluster.startWithout(directory, 3, node(3));
                var disk = ForgetfulDisk.mount(program, cluster.directory(node(3)));
                var third = member(cluster)) {
            lead(cluster, third);
            var others = cluster.store(node(1));

            disk.stall();
            try {
                await("another leader")
                        .atMost(SOON)
                        .until(() ->
                                others.leadership()
                                        .leader()
                                        .filter(leader -> !leader.equals(node(3)))
                                        .isPresent());
                var lease = new GrantLease("holder", Duration.ofSeconds(5));
                assertThat(get(others.submit(new Operation(new SessionId(9), 1, 0, lease))))
                        .isInstanceOf(Accepted.class);

                await("its end").atMost(SOON).until(third::isEnding);
            } finally {
                disk.go();
            }
            assertThat(third.awaitExit(SOON)).isEqualTo(HaltCode.DISK);
        }
    }

    private static MemberProcess member(StateCluster cluster) {
        return MemberProcess.start(
                List.of(),
                cluster.id(),
                cluster.directory(node(3)),
                node(3),
                cluster.members(),
                LIMIT);
    }

    private static void lead(StateCluster cluster, MemberProcess third) {
        assertThat(third.readLine()).isEqualTo("open");
        var survivor = cluster.store(node(1));
        await().atMost(SOON)
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
        // It leads once it acknowledges.
        var line = "";
        do {
            line = third.readLine();
            assertThat(line).as("what the third member says").isNotEmpty();
        } while (!line.startsWith("ack "));
    }
}
