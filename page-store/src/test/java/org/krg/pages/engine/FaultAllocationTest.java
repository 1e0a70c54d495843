// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;

/// What the threads of both agents allocate for each page that a program waits for, once their code
/// is compiled: the garbage of a node that shares memory day and night.
class FaultAllocationTest {
    private static final int PAGES = 4_096;
    private static final int ROUNDS = 3;

    /// About twice what is measured, for code that is not compiled yet when it is counted.
    private static final long MOST_BYTES = 6_000;

    @TempDir private Path directory;

    @Test
    void aPageThatAnotherNodeHasIsReadWithFewBytesOfGarbage() {
        try (var agreement = new Agreement();
                var first = new PageNode("n1", agreement, directory);
                var second = new PageNode("n2", agreement, directory)) {
            var writer = first.toucher();
            var reader = second.toucher();
            var bytes = 0L;
            for (var round = 0; round < ROUNDS; round++) {
                writer.ask("fill 0 " + PAGES);
                var before = allocated();
                reader.ask("shuffled read 0 %d %d".formatted(PAGES, round));
                bytes = (allocated() - before) / PAGES;
            }
            assertThat(bytes).as("bytes for each page").isPositive().isLessThan(MOST_BYTES);
        }
    }

    /// {@return how many bytes those threads have allocated that faults and messages wake}
    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var total = 0L;
        for (var thread : threads.dumpAllThreads(false, false, 0)) {
            var name = thread.getThreadName();
            if (name.equals("page-faults") || name.startsWith("page-reader-")) {
                total += threads.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        return total;
    }
}
