// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;
import org.krg.state.model.OwnershipMode;

/// Real programs on two nodes, whose agents end as they are told and are started again.
class LeavingTest {
    private static final Duration HELD = Duration.ofSeconds(5);
    private static final int PAGE = 4_096;
    private static final int BLOCK = 2 << 20;
    private static final int COUNTER = 3 * PAGE;
    private static final int ROUNDS = 8;

    @TempDir private Path directory;

    private Agreement agreement;
    private PageNode one;
    private PageNode two;

    @BeforeEach
    void start() {
        agreement = new Agreement();
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
    }

    private void startAnew(OwnershipMode mode) throws IOException {
        close();
        agreement = new Agreement(mode);
        var place = Files.createDirectory(directory.resolve("anew"));
        one = new PageNode("one", agreement, place);
        two = new PageNode("two", agreement, place);
    }

    @AfterEach
    void close() {
        List.of(one, two).forEach(PageNode::close);
        agreement.close();
    }

    private void restartOne() throws InterruptedException {
        assertThat(one.leave(HELD, two).left()).isZero();
        one = one.startAgain();
    }

    private void restartTwo() throws InterruptedException {
        assertThat(two.leave(HELD, one).left()).isZero();
        two = two.startAgain();
    }

    @ParameterizedTest
    @EnumSource
    void everyPageIsThereAfterwardsWhereverItsHomeWas(OwnershipMode mode) throws Exception {
        startAnew(mode);
        var ann = one.toucher();
        var bob = two.toucher();
        write(ann, 0, 70);
        write(bob, PAGE, 71);
        write(bob, BLOCK, 72);
        write(ann, BLOCK + PAGE, 73);
        assertThat(bob.ask("read " + 2 * PAGE)).isEqualTo("0");

        for (var round = 0; round < 2; round++) {
            restartTwo();
            restartOne();
            for (var toucher : List.of(bob, ann)) {
                assertThat(toucher.ask("read 0")).isEqualTo("70");
                assertThat(toucher.ask("read " + PAGE)).isEqualTo("71");
                assertThat(toucher.ask("read " + 2 * PAGE)).isEqualTo("0");
                assertThat(toucher.ask("read " + BLOCK)).isEqualTo("72");
                assertThat(toucher.ask("read " + (BLOCK + PAGE))).isEqualTo("73");
                assertThat(toucher.ask("read " + (BLOCK - PAGE))).isEqualTo("0");
            }
        }
        write(bob, BLOCK, 74);
        assertThat(ann.ask("exchange %d 75".formatted(BLOCK))).isEqualTo("74");
    }

    private static void write(Toucher toucher, int offset, int value) {
        assertThat(toucher.ask("write %d %d".formatted(offset, value))).isEqualTo("ok");
    }

    @Test
    void noAdditionIsLostWhileAgentsEndOneAfterTheOther() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("begin " + COUNTER)).isEqualTo("ok");
        assertThat(bob.ask("begin " + COUNTER)).isEqualTo("ok");
        for (var round = 0; round < ROUNDS; round++) {
            restartTwo();
            await().until(() -> two.isDetachable(bob));
            restartOne();
            await().until(() -> one.isDetachable(ann));
            var before = Long.parseLong(ann.ask("read " + COUNTER));
            await().until(() -> Long.parseLong(bob.ask("read " + COUNTER)) > before);
        }

        var added = Long.parseLong(ann.ask("end")) + Long.parseLong(bob.ask("end"));

        assertThat(ann.ask("read " + COUNTER)).isEqualTo("" + added);
        assertThat(bob.ask("read " + COUNTER)).isEqualTo("" + added);
    }

    @Test
    void whoTakesALockAgainAndAgainNoticesNothing() throws Exception {
        var ann = one.synchronising();
        var bob = two.synchronising();
        var guarded = bob.begin("guard 5 %d 600 2".formatted(COUNTER));
        var others = ann.begin("guard 5 %d 600 2".formatted(COUNTER));

        restartTwo();
        await().until(() -> two.isDetachable(bob));
        restartTwo();

        assertThat(Toucher.await(guarded)).isEqualTo("ok");
        assertThat(Toucher.await(others)).isEqualTo("ok");
        var reader = one.toucher();
        assertThat(reader.ask("read " + COUNTER)).isEqualTo("2400");
    }

    @Test
    void whoHoldsALockTooLongIsLetGoOfAloneAndLosesNoPage() throws Exception {
        var ann = one.toucher();
        var holder = two.synchronising();
        var bob = two.toucher();
        assertThat(holder.ask("lock 5")).isEqualTo("ok");
        write(bob, PAGE, 71);

        assertThat(two.leave(Duration.ofMillis(200), one).left()).isZero();
        two = two.startAgain();

        assertThat(bob.ask("read " + PAGE)).isEqualTo("71");
        assertThat(ann.ask("read " + PAGE)).isEqualTo("71");
        await().until(() -> two.isDetachable(bob));
        assertThat(holder.ask("guard 7 0 10 1")).isEqualTo("ended");
    }

    @Test
    void whereNoOtherNodeStaysItIsSaidHowManyPagesStayBehind() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        write(ann, 0, 70);
        assertThat(bob.ask("read 0")).isEqualTo("70");
        write(bob, PAGE, 71);
        write(bob, 2 * PAGE, 72);

        var outcome = two.leave(HELD);

        assertThat(outcome.given()).isZero();
        assertThat(outcome.left()).isEqualTo(3);
        two = two.startAgain();
        assertThat(bob.ask("read 0")).isEqualTo("70");
        assertThat(bob.ask("read " + PAGE)).isEqualTo("sigbus");
    }
}
