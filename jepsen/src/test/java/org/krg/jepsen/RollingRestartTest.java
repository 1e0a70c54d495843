// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.programs.Toucher;

/// All agents of a cluster end as they are told, one after the other, and are started again, while
/// programs use shared memory.
@ExtendWith(SharedCluster.class)
class RollingRestartTest {
    private static final String SEGMENT = "rolling";
    private static final int PAGE = 4_096;
    private static final int BLOCK = 2 << 20;
    private static final int PAGES = 40;

    /// On a block of its own.
    private static final int GUARDED = 2 * BLOCK;

    private static final int AT_ONCE = 10;

    /// Between so many: programs that do nothing but take locks leave no processor to the agents
    /// that begin.
    private static final Duration BREAK = Duration.ofMillis(50);

    private final List<Toucher> programs = new ArrayList<>();
    private final AtomicBoolean goesOn = new AtomicBoolean(true);

    @BeforeEach
    void create(Cluster cluster) {
        cluster.run("segment", "create", SEGMENT, "--size", "16M").require(0);
    }

    @AfterEach
    void destroy(Cluster cluster) {
        goesOn.set(false);
        programs.forEach(Toucher::close);
        cluster.startAll();
        cluster.run("segment", "destroy", SEGMENT).require(0);
    }

    private Toucher opened(Toucher program) {
        programs.add(program);
        return program;
    }

    @Test
    void noPageAndNoLockIsLost(Cluster cluster) {
        var touchers =
                cluster.nodes().stream()
                        .map(node -> opened(Toucher.on(cluster, node, SEGMENT)))
                        .toList();
        var locking =
                cluster.nodes().stream()
                        .map(node -> opened(Toucher.synchronisingOn(cluster, node, SEGMENT)))
                        .toList();
        var first = touchers.getFirst();
        var writer = touchers.get(1);
        write(writer, 0, 1_000);
        write(first, BLOCK, 1_000);
        for (var page = 1; page < PAGES; page++) {
            write(writer, page * PAGE, 1_000 + page);
            write(writer, BLOCK + page * PAGE, 1_000 + page);
        }
        var guarded = locking.stream().map(this::guard).toList();

        for (var node : cluster.nodes()) {
            cluster.endAgent(node);
            cluster.start(node);
            cluster.awaitReady();
        }

        for (var toucher : touchers) {
            for (var page = 0; page < PAGES; page++) {
                assertThat(toucher.ask("read " + page * PAGE)).isEqualTo("" + (1_000 + page));
                assertThat(toucher.ask("read " + (BLOCK + page * PAGE)))
                        .isEqualTo("" + (1_000 + page));
            }
            assertThat(toucher.ask("read " + (BLOCK - PAGE))).isEqualTo("0");
        }
        goesOn.set(false);
        var sum = guarded.stream().mapToLong(RollingRestartTest::await).sum();
        for (var toucher : touchers) {
            assertThat(toucher.ask("read " + GUARDED)).isEqualTo("" + sum);
        }
        cluster.run("segment", "audit", SEGMENT).require(0);
    }

    private static void write(Toucher toucher, int offset, int value) {
        assertThat(toucher.ask("write %d %d".formatted(offset, value))).isEqualTo("ok");
    }

    /// {@return how often it added 1 under the lock, when it has ended}
    private CompletableFuture<Long> guard(Toucher program) {
        return CompletableFuture.supplyAsync(
                () -> {
                    var added = 0L;
                    while (goesOn.get()) {
                        assertThat(program.ask("guard 5 %d %d 1".formatted(GUARDED, AT_ONCE)))
                                .isEqualTo("ok");
                        added += AT_ONCE;
                        Await.pause(BREAK);
                    }
                    return added;
                },
                Thread::startVirtualThread);
    }

    private static long await(CompletableFuture<Long> added) {
        return added.orTimeout(5, TimeUnit.MINUTES).join();
    }
}
