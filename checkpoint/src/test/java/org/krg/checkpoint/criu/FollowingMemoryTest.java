// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestNode;
import org.krg.checkpoint.fixture.TestNode.Followed;
import org.krg.checkpoint.model.Taken;

/// A program that goes on while its memory is still where it was.
final class FollowingMemoryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /// Knows what every byte of its memory is, in threads and children of before and after.
    private static final String PROGRAM =
            """
            import hashlib, mmap, os, sys, threading, time
            MIB = 1 << 20
            block = os.urandom(48 * MIB)
            known = [hashlib.blake2b(block[i * MIB:(i + 1) * MIB]).digest() for i in range(48)]
            dropped = mmap.mmap(-1, 4 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            dropped.write(b'x' * 4 * MIB)
            grown = mmap.mmap(-1, 2 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            grown.write(b'y' * 2 * MIB)
            shared = mmap.mmap(-1, MIB)
            shared.write(b'z' * MIB)
            def good(i):
                i %= 48
                return hashlib.blake2b(block[i * MIB:(i + 1) * MIB]).digest() == known[i]
            def fail(what):
                os.write(1, ('BAD ' + what + '\\n').encode()); os._exit(3)
            def work():
                i = 7
                while True:
                    if not good(i): fail('thread')
                    i += 5; time.sleep(0.005)
            threading.Thread(target=work, daemon=True).start()
            if os.fork() == 0:
                i = 11
                while True:
                    if not good(i): fail('child')
                    i += 7; time.sleep(0.01)
            n = 0
            while True:
                n += 1
                if os.path.exists('GO'):
                    if dropped is not None:
                        dropped.madvise(mmap.MADV_DONTNEED, 0, 2 * MIB)
                        if dropped[:2 * MIB] != bytes(2 * MIB): fail('dropped')
                        if dropped[2 * MIB:] != b'x' * 2 * MIB: fail('kept')
                        dropped = None
                        grown.resize(40 * MIB)
                        if grown[:2 * MIB] != b'y' * 2 * MIB: fail('grown')
                        if grown[2 * MIB:] != bytes(38 * MIB): fail('new')
                    pid = os.fork()
                    if pid == 0:
                        os._exit(0 if good(n) and good(n * 3) and shared[:] == b'z' * MIB else 4)
                    if os.waitpid(pid, 0)[1] != 0: fail('new child')
                if not good(n * 13): fail('main')
                print(n, flush=True)
                time.sleep(0.01)
            """;

    private final Pair pair = new Pair();
    private final TestCell.Spec spec = pair.spec("python3", "-u", "-c", PROGRAM);

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aProgramGoesOnBeforeItsMemoryIsThere() throws Exception {
        var held = new CountDownLatch(1);
        var source = pair.start(spec);
        source.awaitLines(3);
        var taken = leave(source);
        assertThat(taken.generation().imageBytes()).isLessThan(24 << 20);
        serve(source, 40, held);

        var arrived = arrive(taken);

        assertThat(arrived.cell().isFrozen()).isTrue();
        assertThat(arrived.memory().wholeBytes()).isGreaterThan(100 << 20);
        var lines = arrived.cell().lines().size();
        Files.createFile(pair.work().resolve("GO"));
        arrived.cell().thaw();
        await().atMost(LIMIT).until(() -> arrived.memory().sentBytes() > 0);
        assertThat(arrived.memory().done()).isNotDone();
        held.countDown();
        assertThat(arrived.memory().done().get(60, TimeUnit.SECONDS))
                .isEqualTo(arrived.memory().wholeBytes());
        source.kill();
        await().atMost(LIMIT).until(() -> arrived.cell().pageServers().isEmpty());
        arrived.cell().awaitLines(lines + 60);
        Pair.assertCounts(arrived.cell().lines());
        // And it can be saved like any other.
        var whole = pair.away().take(arrived.cell(), 3, pair.home());
        assertThat(whole.generation().imageBytes()).isGreaterThan(96 << 20);
    }

    @Test
    void aProgramWhoseMemoryCannotComeIsKilledBeforeItSeesAnythingElse() throws Exception {
        var source = pair.start(spec);
        source.awaitLines(3);
        var taken = leave(source);
        var reads = new AtomicInteger();
        var held = new CountDownLatch(1);
        pair.home()
                .serve(
                        source,
                        () -> {
                            if (reads.incrementAndGet() > 40) {
                                stand(held);
                                throw new IOException("lost");
                            }
                        });

        var arrived = arrive(taken);
        arrived.cell().thaw();
        held.countDown();

        assertThatItIsKilled(arrived);
        assertThat(source.isFrozen()).isTrue();
        source.thaw();
        source.awaitLines(source.lines().size() + 20);
        Pair.assertCounts(source.lines());
    }

    @Test
    void whicheverHalfOfWhatBringsItIsKilledTheProgramIsKilledToo() throws Exception {
        for (var half = 0; half < 2; half++) {
            try (var nodes = new Pair()) {
                var held = new CountDownLatch(1);
                var source = nodes.start(spec);
                source.awaitLines(3);
                var taken = leave(nodes, source);
                serve(nodes, source, 20, held);
                var arrived =
                        nodes.away()
                                .follow(nodes.machine(), taken.generation(), 2, spec, nodes.home());
                arrived.cell().thaw();
                var halves = arrived.cell().pageServers();
                assertThat(halves).hasSize(2);

                ProcessHandle.of(halves.get(half)).orElseThrow().destroyForcibly();

                await().atMost(LIMIT).until(() -> arrived.cell().processes().isEmpty());
                held.countDown();
                assertThatItIsKilled(arrived);
            }
        }
    }

    private static void assertThatItIsKilled(Followed arrived) {
        await().atMost(LIMIT).until(arrived.memory().done()::isCompletedExceptionally);
        await().atMost(LIMIT).until(() -> arrived.cell().processes().isEmpty());
        assertThat(arrived.cell().output()).doesNotContain("BAD");
    }

    private Taken leave(TestCell cell) {
        return leave(pair, cell);
    }

    private static Taken leave(Pair nodes, TestCell cell) {
        var options = TestNode.options(2, nodes.away()).ofMove().leavingFrozen().withoutMemory();
        return nodes.home().checkpoints().take(cell, options);
    }

    private void serve(TestCell cell, int reads, CountDownLatch held) {
        serve(pair, cell, reads, held);
    }

    private static void serve(Pair nodes, TestCell cell, int reads, CountDownLatch held) {
        var count = new AtomicInteger();
        nodes.home()
                .serve(
                        cell,
                        () -> {
                            if (count.incrementAndGet() > reads) {
                                stand(held);
                            }
                        });
    }

    private static void stand(CountDownLatch held) {
        try {
            held.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private Followed arrive(Taken taken) throws IOException {
        return pair.away().follow(pair.machine(), taken.generation(), 2, spec, pair.home());
    }
}
