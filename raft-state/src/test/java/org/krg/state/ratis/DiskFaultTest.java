// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.testkit.StateCluster.get;
import static org.krg.testkit.StateCluster.node;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.DiskFailed;
import org.krg.state.engine.HaltCode;
import org.krg.testkit.MemberProcess;
import org.krg.testkit.SmallDisk;
import org.krg.testkit.StateCluster;

/// A member whose disk is full, read-only, or fails: it ends, says why, and keeps what it
/// acknowledged.
@Tag("root")
final class DiskFaultTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void afterAFailedFsyncNothingIsAcknowledgedAndTheMemberEnds(@TempDir Path directory) {
        try (var cluster = StateCluster.startWithout(directory, 1, node(1))) {
            var acknowledged = 0;
            // The thread that writes the log forces it once an entry, one operation at a time;
            // the one that opens RocksDB does so for each column family.
            try (var member =
                    start(
                            cluster,
                            "strace",
                            "-f",
                            "-qq",
                            "-o",
                            "/dev/null",
                            "-e",
                            "trace=fdatasync",
                            "-e",
                            "inject=fdatasync:error=EIO:when=100+")) {
                acknowledged = acknowledgements(member);
                assertThat(member.awaitExit(SOON)).isEqualTo(HaltCode.DISK);
            }
            assertThat(acknowledged).isGreaterThan(3);
            assertHolds(cluster, acknowledged);
        }
    }

    @Test
    void aFullDiskEndsTheMemberAndRoomOnItBringsItBack(@TempDir Path directory) throws IOException {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), 120);
                var cluster = StateCluster.startWithout(disk.path(), 1, node(1))) {
            var acknowledged = 0;
            try (var member = start(cluster)) {
                while (acknowledged < 10) {
                    acknowledged += member.readLine().startsWith("ack ") ? 1 : 0;
                }
                disk.fill();
                acknowledged += acknowledgements(member);
                assertThat(member.awaitExit(SOON)).isEqualTo(HaltCode.DISK);
            }
            assertThatThrownBy(() -> cluster.open(node(1)))
                    .isInstanceOfSatisfying(
                            DiskFailed.class,
                            failed -> assertThat(failed.fault()).isEqualTo(DiskFailed.Fault.FULL));
            disk.empty();
            assertHolds(cluster, acknowledged);
        }
    }

    @Test
    void aReadOnlyDiskIsNamed(@TempDir Path directory) throws IOException {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), 120);
                var cluster = StateCluster.startWithout(disk.path(), 1, node(1))) {
            assertHolds(cluster, 0);
            disk.allowWriting(false);
            assertThatThrownBy(() -> cluster.open(node(1)))
                    .isInstanceOfSatisfying(
                            DiskFailed.class,
                            failed ->
                                    assertThat(failed.fault())
                                            .isEqualTo(DiskFailed.Fault.READ_ONLY));
            disk.allowWriting(true);
            assertHolds(cluster, 0);
        }
    }

    private static MemberProcess start(StateCluster cluster, String... under) {
        return MemberProcess.start(
                List.of(under),
                cluster.id(),
                cluster.directory(node(1)),
                node(1),
                cluster.members());
    }

    /// {@return how many operations were acknowledged until the end}
    private static int acknowledgements(MemberProcess member) {
        var count = 0;
        for (var line = member.readLine(); !line.isEmpty(); line = member.readLine()) {
            count += line.startsWith("ack ") ? 1 : 0;
        }
        return count;
    }

    private static void assertHolds(StateCluster cluster, int acknowledged) {
        var store = cluster.open(node(1));
        cluster.awaitLeader();
        assertThat(get(store.read()).leases().size()).isGreaterThanOrEqualTo(acknowledged);
        cluster.stop(node(1));
    }
}
