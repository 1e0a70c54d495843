// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.StateCluster.get;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.krg.jepsen.disk.ForgetfulDisk;
import org.krg.state.ClusterStore;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.command.Reply.Accepted;
import org.krg.state.model.SessionId;
import org.krg.state.rocksdb.RocksStorage;
import org.krg.testkit.StateCluster;

/// Three members on disks whose fsync can be held up: what a majority has not forced is neither
/// answered nor shown. That of directories is not: where a file system does not keep when a file
/// was made, as here, the log forces its names with every entry, and would wait for that.
@TestInstance(Lifecycle.PER_CLASS)
class DurabilityTest {
    /// Long beside an fsync, short beside an election.
    private static final Duration HELD_UP = Duration.ofSeconds(1);

    private Path directory;
    private ForgetfulDisk disk;
    private StateCluster cluster;
    private long sequence;

    @BeforeAll
    void start() throws IOException {
        directory = Files.createTempDirectory("krg-durability-");
        loadLibraryFromElsewhere();
        disk = ForgetfulDisk.mount(ForgetfulDisk.compile(directory), directory.resolve("disk"));
        cluster = StateCluster.start(disk.path(), 3);
        cluster.awaitLeader();
    }

    /// The C++ library of the rows is loaded once, and this JVM outlives the disk.
    private void loadLibraryFromElsewhere() {
        new RocksStorage(directory.resolve("library")).open().close();
    }

    @AfterAll
    void stop() throws IOException {
        disk.go();
        cluster.close();
        disk.close();
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// A process with a sync that waits cannot even be killed.
    @AfterEach
    void letSyncsGoOn() {
        disk.go();
    }

    @Test
    void nothingIsAnsweredThatAMajorityHasNotForced() throws Exception {
        var leader = cluster.store(cluster.awaitLeader());
        get(grant(leader));

        disk.stallFiles();
        var reply = grant(leader);
        assertThat(isAnswered(reply)).isFalse();
        disk.go();

        assertThat(get(reply)).isInstanceOf(Accepted.class);
    }

    @Test
    void nothingIsReadThatAMajorityHasNotForced() throws Exception {
        var leader = cluster.store(cluster.awaitLeader());
        var before = ((Accepted) get(grant(leader))).revision();

        disk.stallFiles();
        var reply = grant(leader);
        var read = leader.read();
        var _ = isAnswered(reply);
        for (var store : cluster.stores()) {
            assertThat(store.image().revision()).isLessThanOrEqualTo(before);
        }
        assertThat(read.thenApply(image -> image.revision()).getNow(before)).isEqualTo(before);
        disk.go();

        var written = ((Accepted) get(reply)).revision();
        assertThat(get(leader.read()).revision()).isGreaterThanOrEqualTo(written);
    }

    private static boolean isAnswered(CompletableFuture<Reply> reply) throws Exception {
        try {
            var _ = reply.get(HELD_UP.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    private CompletableFuture<Reply> grant(ClusterStore store) {
        var lease = new GrantLease("holder", Duration.ofSeconds(5));
        return store.submit(new Operation(new SessionId(9), ++sequence, 0, lease));
    }
}
