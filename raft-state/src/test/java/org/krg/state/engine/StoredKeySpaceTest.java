// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// Reads that wait until this replica is current.
final class StoredKeySpaceTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final LeaseId LEASE = new LeaseId(9);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<CompletableFuture<Void>> waiting = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private KeyBench bench;
    private StoredKeySpace keys;

    @BeforeEach
    void open(@TempDir Path directory) {
        bench = new KeyBench(directory);
        keys = new StoredKeySpace(bench.engine, bench.watches, this::current, executor);
    }

    private CompletableFuture<Void> current() {
        waiting.add(new CompletableFuture<>());
        return waiting.getLast();
    }

    @AfterEach
    void close() {
        end.countDown();
        executor.close();
        bench.close();
    }

    @Test
    void aLongReadHoldsUpNobodyWhoBecameCurrentWithIt() {
        bench.put("a", "x".repeat(1 << 20));
        var slow = keys.range("alice", RangeRead.of(KeyRange.ALL), true, _ -> awaitEnd());
        var quick = keys.range("alice", RangeRead.of(KeyRange.one(Bytes.of("a"))), true);

        var round =
                CompletableFuture.runAsync(
                        () -> waiting.forEach(each -> each.complete(null)), executor);

        assertThat(quick).succeedsWithin(SOON);
        assertThat(slow).isNotDone();
        end.countDown();
        assertThat(slow).succeedsWithin(SOON);
        assertThat(round).succeedsWithin(SOON);
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theKeysOfALeaseAreThoseThatWereAnsweredBefore() {
        bench.apply(new GrantLease(LEASE, "alice", Duration.ofMinutes(1)));
        var asked = keys.keysOf(LEASE);

        // Put elsewhere, and answered; this replica hears of it later.
        bench.apply(KeyBench.put("a", "1", LEASE.value()));
        waiting.getFirst().complete(null);

        assertThat(asked).succeedsWithin(SOON).isEqualTo(List.of(Bytes.of("a")));
    }
}
