// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestNode;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Engine;

/// What a move needs of a take and of a restore: nothing runs between the two, nor before somebody
/// says so.
final class MoveTest {
    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aProgramThatIsAboutToGoOnElsewhereStandsStillFromItsDumpOn() {
        var cell = pair.start(pair.spec("sh", "-c", Pair.COUNT));
        cell.awaitLines(5);

        var taken = leave(cell, 1);

        assertThat(cell.isFrozen()).isTrue();
        var written = cell.output();
        assertThat(taken.sentBytes()).isPositive();
        var again = leave(cell, 2);
        assertThat(cell.isFrozen()).isTrue();
        assertThat(cell.output()).isEqualTo(written);
        assertThat(again.stopped()).isAfter(taken.stopped());

        cell.thaw();
        cell.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(cell.lines());
    }

    @Test
    void aProgramWithThreadsAndChildrenDoesNotRunBeforeItIsThawed() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import os, threading, time
                        def work():
                            while True: sum(range(1000))
                        for _ in range(20): threading.Thread(target=work, daemon=True).start()
                        for _ in range(3):
                            if os.fork() == 0: work()
                        n = 1
                        while True:
                            print(n, flush=True); n += 1; time.sleep(0.01)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(5);
        var taken = leave(cell, 1);
        var written = cell.output();
        cell.kill();

        var arrived = pair.away().restore(pair.machine(), taken.generation(), 2, spec, true);

        assertThat(arrived.isFrozen()).isTrue();
        assertThat(arrived.processes()).hasSize(4);
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> arrived.isFrozen() && arrived.output().equals(written));
        arrived.thaw();
        arrived.awaitLines(arrived.lines().size() + 10);
        Pair.assertCounts(arrived.lines());
    }

    @Test
    void whatWasSentAheadIsNotSentAgain() {
        var cell =
                pair.start(
                        pair.spec(
                                "python3",
                                "-u",
                                "-c",
                                """
                                import os, time
                                block = os.urandom(32 << 20)
                                n = 1
                                while True:
                                    print(n, flush=True); n += 1; time.sleep(0.01)
                                """));
        cell.awaitLines(5);

        var ahead = pair.take(cell);
        var last = leave(cell, 2);

        assertThat(ahead.sentBytes()).isGreaterThan(32 << 20);
        assertThat(last.sentBytes()).isLessThan(ahead.sentBytes() / 10);
        cell.thaw();
    }

    // As after a warm move of a rank that was given up: what was sent ahead for it goes with it.
    @Test
    void aMoveThatIsTriedAgainRestsOnNothingThatIsGone() {
        var cell = pair.start(pair.spec("sh", "-c", Pair.COUNT));
        cell.awaitLines(5);
        var checkpoints = pair.home().checkpoints();
        var ahead = checkpoints.take(cell, TestNode.options(1, pair.away()).ofMove());
        checkpoints.discard(StoredManifest.of(ahead.generation()));
        assertThat(checkpoints.sweep()).isPositive();

        var last = leave(cell, 2);

        assertThat(cell.isFrozen()).isTrue();
        assertThat(checkpoints.verify(last.generation()).repaired()).isZero();
        cell.thaw();
    }

    @Test
    void whoeverIsToldOfAFailureLearnsWhetherTheProgramStandsStill() {
        var cell = pair.start(pair.spec("sh", "-c", Pair.COUNT));
        cell.awaitLines(5);
        var move = TestNode.options(1, pair.away()).leavingFrozen().ofMove();

        var restart =
                new TakeOptions(
                        1, Engine.RESTART, 2, move.candidates(), 1 << 20, false, true, true, false);
        assertThat(failure(cell, restart).next()).startsWith("The program goes on;");
        assertThat(cell.isFrozen()).isFalse();

        pair.cluster().lose(pair.away());
        assertThat(failure(cell, move).next())
                .startsWith("The program stands still until the move is given up");
        assertThat(cell.isFrozen()).isTrue();

        cell.thaw();
        cell.hold();
        assertThat(failure(cell, TestNode.options(2, pair.away())).next())
                .startsWith("The program stands still as before;");
        assertThat(cell.isFrozen()).isTrue();
    }

    private Failure failure(TestCell cell, TakeOptions options) {
        var thrown = catchThrowable(() -> pair.home().checkpoints().take(cell, options));
        assertThat(thrown).isInstanceOf(CheckpointFailed.class);
        return ((CheckpointFailed) thrown).failure();
    }

    private Taken leave(TestCell cell, long number) {
        var options = TestNode.options(number, pair.away()).leavingFrozen().ofMove();
        return pair.home().checkpoints().take(cell, options);
    }
}
