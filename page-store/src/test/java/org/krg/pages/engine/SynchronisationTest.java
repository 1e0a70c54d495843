// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Real programs on two nodes synchronise by `libkrg`; the rules are the cluster's, without its
/// log.
class SynchronisationTest {
    private static final int COUNTER = 4_096;

    @TempDir private Path directory;

    private final Agreement agreement = new Agreement();
    private PageNode one;
    private PageNode two;
    private Toucher ann;
    private Toucher bob;

    @BeforeEach
    void start() {
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
        ann = one.synchronising();
        bob = two.synchronising();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        agreement.close();
    }

    @Test
    void aMutexGuardsPlainMemoryForThreadsOfSeveralNodes() {
        var first = ann.begin("guard 1 " + COUNTER + " 100 4");
        var second = bob.begin("guard 1 " + COUNTER + " 100 4");

        assertThat(Toucher.await(first)).isEqualTo("ok");
        assertThat(Toucher.await(second)).isEqualTo("ok");

        assertThat(one.toucher().ask("read " + COUNTER)).isEqualTo("800");
        await().untilAsserted(() -> assertThat(agreement.sync().callers()).isZero());
    }

    @Test
    void aLimitThatIsTooFarOffToBeCountedIsAwaited() {
        var never = Long.toUnsignedString(-1);
        assertThat(ann.ask("lock 1")).isEqualTo("ok");
        var locking = bob.begin("timedlock 1 " + never);
        assertThat(Toucher.standsStill(locking)).isTrue();
        assertThat(ann.ask("unlock 1")).isEqualTo("ok");
        assertThat(Toucher.await(locking)).isEqualTo("ok");

        var taking = bob.begin("sem %s 8:-1:0".formatted(never));
        assertThat(Toucher.standsStill(taking)).isTrue();
        assertThat(ann.ask("sem 0 8:1:0")).isEqualTo("ok");
        assertThat(Toucher.await(taking)).isEqualTo("ok");
    }

    @Test
    void whoDiesWithALockIsReportedToTheNext() {
        assertThat(ann.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("trylock 1")).isEqualTo("error EBUSY");
        var waiting = bob.begin("lock 1");
        assertThat(Toucher.standsStill(waiting)).isTrue();

        ann.kill();

        assertThat(Toucher.await(waiting)).isEqualTo("error EOWNERDEAD");
        assertThat(bob.ask("consistent 1")).isEqualTo("ok");
        assertThat(bob.ask("unlock 1")).isEqualTo("ok");
        assertThat(bob.ask("unlock 1")).isEqualTo("error EPERM");
        assertThat(bob.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("lock 1")).isEqualTo("error EDEADLK");
    }

    @Test
    void aTimeLimitEndsAWaitAndNothingElse() {
        assertThat(ann.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("timedlock 1 50")).isEqualTo("error ETIMEDOUT");
        var waiting = bob.begin("timedlock 1 60000");
        assertThat(ann.ask("unlock 1")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");
        assertThat(ann.ask("trylock 1")).isEqualTo("error EBUSY");
    }

    @Test
    void readersShareALock() {
        assertThat(ann.ask("rdlock 2")).isEqualTo("ok");
        assertThat(bob.ask("tryrdlock 2")).isEqualTo("ok");
        assertThat(bob.ask("rwunlock 2")).isEqualTo("ok");
        assertThat(bob.ask("trywrlock 2")).isEqualTo("error EBUSY");
        var writing = bob.begin("wrlock 2");
        assertThat(ann.ask("rwunlock 2")).isEqualTo("ok");
        assertThat(Toucher.await(writing)).isEqualTo("ok");
    }

    @Test
    void aTimeLimitEndsAWaitForAReadWriteLock() {
        assertThat(ann.ask("rdlock 2")).isEqualTo("ok");
        assertThat(bob.ask("timedrdlock 2 60000")).isEqualTo("ok");
        assertThat(bob.ask("rwunlock 2")).isEqualTo("ok");
        assertThat(bob.ask("timedwrlock 2 50")).isEqualTo("error ETIMEDOUT");
        var writing = bob.begin("timedwrlock 2 60000");
        assertThat(ann.ask("rwunlock 2")).isEqualTo("ok");
        assertThat(Toucher.await(writing)).isEqualTo("ok");
        assertThat(ann.ask("timedrdlock 2 50")).isEqualTo("error ETIMEDOUT");
    }

    @Test
    void aBarrierOpensWhenAllAreThere() {
        var arrived = ann.begin("arrive 3 2");
        assertThat(Toucher.standsStill(arrived)).isTrue();
        assertThat(bob.ask("arrive 3 2")).isEqualTo("ok last");
        assertThat(Toucher.await(arrived)).isEqualTo("ok");
    }

    @Test
    void aConditionHandsTheMutexOver() {
        assertThat(ann.ask("lock 1")).isEqualTo("ok");
        var waiting = ann.begin("wait 4 1");
        assertThat(bob.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("signal 4")).isEqualTo("ok");
        assertThat(Toucher.standsStill(waiting)).isTrue();
        assertThat(bob.ask("unlock 1")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");

        assertThat(ann.ask("timedwait 4 1 50")).isEqualTo("error ETIMEDOUT");
        assertThat(ann.ask("unlock 1")).isEqualTo("ok");
        assertThat(ann.ask("wait 4 1")).isEqualTo("error EPERM");
    }

    @Test
    void semaphoresAreTakenTogetherAndGivenBackByADeath() {
        assertThat(ann.ask("semset 5 1")).isEqualTo("ok");
        assertThat(ann.ask("sem 0 5:-1:2")).isEqualTo("ok");
        assertThat(bob.ask("sem 0 5:-1:1")).isEqualTo("error EAGAIN");
        assertThat(bob.ask("sem 50 6:1:0 5:-1:0")).isEqualTo("error EAGAIN");
        var waiting = bob.begin("sem 0 6:1:0 5:-1:0");
        await().untilAsserted(() -> assertThat(ann.ask("semget 5")).isEqualTo("ok 0 1 0"));
        assertThat(ann.ask("semget 6")).isEqualTo("ok 0 0 0");

        ann.kill();

        assertThat(Toucher.await(waiting)).isEqualTo("ok");
        assertThat(bob.ask("semget 6")).isEqualTo("ok 1 0 0");
        assertThat(bob.ask("semset 6 32768")).isEqualTo("error ERANGE");
    }

    @Test
    void whatIsRunOnceIsSeenByAll() {
        var run = ann.begin("once 9 " + COUNTER + " 10");
        await().untilAsserted(() -> assertThat(bob.ask("semget 10")).isEqualTo("ok 0 1 0"));
        var waiting = bob.begin("once 9 " + COUNTER + " 10");
        assertThat(Toucher.standsStill(waiting)).isTrue();

        assertThat(one.synchronising().ask("semset 10 1")).isEqualTo("ok");

        assertThat(Toucher.await(waiting)).isEqualTo("ok 1 1");
        assertThat(Toucher.await(run)).isEqualTo("ok 1 1");
        assertThat(two.synchronising().ask("once 9 " + COUNTER + " 10")).isEqualTo("ok 1 1");
        assertThat(ann.ask("reset 9")).isEqualTo("ok");
        assertThat(ann.ask("semset 10 1")).isEqualTo("ok");
        assertThat(bob.ask("once 9 " + COUNTER + " 10")).isEqualTo("ok 2 2");
    }

    @Test
    void whoDiesInWhatIsRunOnceIsFollowedByTheNext() {
        var run = ann.begin("once 9 " + COUNTER + " 10");
        await().untilAsserted(() -> assertThat(bob.ask("semget 10")).isEqualTo("ok 0 1 0"));
        assertThat(bob.ask("semset 11 1")).isEqualTo("ok");
        var next = bob.begin("once 9 " + COUNTER + " 11");
        assertThat(Toucher.standsStill(next)).isTrue();

        ann.kill();

        assertThat(Toucher.await(run)).isEqualTo("ended");
        assertThat(Toucher.await(next)).isEqualTo("ok 2 1");
        assertThat(one.synchronising().ask("once 9 " + COUNTER + " 10")).isEqualTo("ok 2 1");
    }

    @Test
    void whoIsCancelledInWhatIsRunOnceIsFollowedByTheNext() {
        assertThat(ann.ask("oncecancel 9 " + COUNTER)).isEqualTo("ok");
        assertThat(ann.ask("semset 10 1")).isEqualTo("ok");
        assertThat(bob.ask("once 9 " + COUNTER + " 10")).isEqualTo("ok 2 1");
        assertThat(ann.ask("onceself 11")).isEqualTo("error EDEADLK");
        assertThat(bob.ask("onceself 11")).isEqualTo("ok");
        assertThat(bob.ask("lock 11")).isEqualTo("error EINVAL");
    }

    @Test
    void aWordIsChangedAtOnce() {
        assertThat(ann.ask("add 7 5")).isEqualTo("ok 0");
        assertThat(bob.ask("exchange 7 9")).isEqualTo("ok 5");
        assertThat(bob.ask("cas 7 8 1")).isEqualTo("ok 9");
        assertThat(bob.ask("cas 7 9 1")).isEqualTo("ok 9");
        assertThat(ann.ask("load 7")).isEqualTo("ok 1");
        assertThat(ann.ask("lock 7")).isEqualTo("error EINVAL");
        assertThat(ann.ask("reset 7")).isEqualTo("ok");
        assertThat(ann.ask("lock 7")).isEqualTo("ok");
    }

    @Test
    void additionsOfSeveralNodesFindEachValueOnce() {
        var first = ann.begin("count 8 300");
        var second = bob.begin("count 8 300");
        CompletableFuture.allOf(first, second).join();

        var found = (Toucher.await(first) + " " + Toucher.await(second)).split(" ");

        assertThat(found).hasSize(600).doesNotHaveDuplicates();
        assertThat(ann.ask("load 8")).isEqualTo("ok 600");
    }
}
