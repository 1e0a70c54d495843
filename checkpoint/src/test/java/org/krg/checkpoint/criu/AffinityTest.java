// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.engine.CellFiles.Unpinned;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.model.CpuSet;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.linux.CpuAffinity;

/// Threads that are pinned to some processors, in real cells.
final class AffinityTest {
    /// Says again and again where the main thread, a thread pinned to the first processor, a thread
    /// pinned to the last one, and a child pinned to the last one may run.
    private static final String PINNED =
            """
            import os, threading, time
            every = sorted(os.sched_getaffinity(0))
            ids = [os.getpid()]
            def pinned(cpu):
                os.sched_setaffinity(0, {cpu}); ids.append(threading.get_native_id())
                time.sleep(86400)
            for cpu in (every[0], every[-1]):
                count = len(ids)
                threading.Thread(target=pinned, args=(cpu,), daemon=True).start()
                while len(ids) == count: time.sleep(0.001)
            child = os.fork()
            if child == 0: time.sleep(86400)
            os.sched_setaffinity(child, {every[-1]})
            ids.append(child)
            while True:
                print([sorted(os.sched_getaffinity(it)) for it in ids]); time.sleep(0.02)
            """;

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void threadsThatWerePinnedAreAndTheOthersAreNot() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", PINNED);
        var cell = pair.start(spec);
        cell.awaitLines(2);
        var before = cell.lines().getFirst();

        var taken = pair.take(cell);
        var tasks = pair.home().checkpoints().inspect(taken.generation()).manifest().tasks();
        if (usable(cell).cardinality() > 1) {
            assertThat(tasks).extracting(it -> it.pinned().size()).containsExactly(2, 1);
        }

        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 3);
        assertThat(restored.lines()).startsWith(before);
        assertThat(restored.lines().subList(0, restored.lines().size() - 1)).containsOnly(before);
    }

    @Test
    void oneThatMayRunOnNoneOfItsProcessorsRunsOnAllThatItsCellMayUse() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", PINNED).withInput("ended");
        var cell = pair.start(spec);
        cell.awaitLines(2);
        var usable = usable(cell);
        assumeThat(usable.cardinality()).isGreaterThan(1);
        var taken = pair.take(cell).generation();
        cell.kill();
        var first = new BitSet();
        first.set(usable.nextSetBit(0));
        var elsewhere = new CpuSet(List.of(usable.length() - 1));

        var target = TestCell.prepare(pair.machine(), 7, 2, spec);
        pair.away().checkpoints().prepare(taken, target.stdout(), target.stderr());
        target.launchForRestore(pair.machine());
        CpuAffinity.set(target.initPid(), first);
        pair.away().checkpoints().restore(taken, target, true);

        var threads = new ProcCellFiles().scan(target).processes().getFirst().pinned();
        // The main thread has what CRIU gave it: no cell gives its init less than the others.
        assertThat(threads).extracting(PinnedThread::thread).containsExactly(target.rootPid());
        var child = target.processes().getLast();
        assertThat(CpuAffinity.of(child)).contains(first);
        assertThat(
                        new ProcCellFiles()
                                .pin(
                                        target,
                                        List.of(new PinnedThread(target.rootPid(), elsewhere))))
                .containsExactly(
                        new Unpinned(
                                new PinnedThread(target.rootPid(), elsewhere),
                                "here it may run on " + CpuSet.of(first)));
        target.thaw();
        target.confirmRestored();
    }

    private static BitSet usable(TestCell cell) {
        return CpuAffinity.of(cell.initPid()).orElseThrow();
    }
}
