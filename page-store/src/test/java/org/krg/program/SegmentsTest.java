// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// JVMs on two nodes share a segment, with each other and with a program in C.
class SegmentsTest {
    /// Where nothing is in a JVM.
    private static final long ADDRESS = 0x2000_0000_0000L;

    @TempDir private Path directory;

    private final Agreement agreement = new Agreement();
    private PageNode one;
    private PageNode two;

    @BeforeEach
    void start() {
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        agreement.close();
    }

    @Test
    void whatAJvmStoresTheOthersLoad() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        var eve = two.toucher();
        assertThat(ann.ask("size")).isEqualTo("67108864 67108864");

        for (var round = 1; round < 20; round++) {
            assertThat(ann.ask("write 8192 " + round)).isEqualTo("ok");
            assertThat(bob.ask("read 8192")).isEqualTo("" + round);
            assertThat(eve.ask("exchange 8192 " + -round)).isEqualTo("" + round);
            assertThat(ann.ask("read 8192")).isEqualTo("" + -round);
        }
        assertThat(bob.ask("prefetch 8192 65536")).isEqualTo("ok");
        assertThat(bob.ask("prefetch 100 4096")).isEqualTo("krg_segment_advise: errno 22");
        var behindAll = 4_096L << 32;
        assertThat(bob.ask("prefetch %d 4096".formatted(behindAll)))
                .isEqualTo("krg_segment_advise: errno 22");
        assertThat(bob.ask("sync %d 4096".formatted(behindAll)))
                .isEqualTo("krg_segment_sync: errno 22");
    }

    @Test
    void aLostPageIsAnErrorAndTheOthersAreWhole() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(ann.ask("write 4096 8")).isEqualTo("ok");
        assertThat(bob.ask("read 4096")).isEqualTo("8");

        agreement.crash(one);

        assertThat(bob.ask("read 0")).isEqualTo("lost");
        assertThat(bob.ask("read 4096")).isEqualTo("8");
    }

    @Test
    void threadsOfJvmsExcludeEachOtherAndMeet() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");
        assertThat(bob.ask("trylock 5")).isEqualTo("busy");
        var waiting = bob.begin("lock 5");
        assertThat(Toucher.standsStill(waiting)).isTrue();
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");

        bob.kill();

        assertThat(ann.ask("lock 5")).isEqualTo("abandoned");
        assertThat(ann.ask("consistent")).isEqualTo("ok");
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        var eve = two.sharingInJava();
        assertThat(eve.ask("rdlock 6")).isEqualTo("ok");
        assertThat(ann.ask("rdlock 6")).isEqualTo("ok");
        assertThat(eve.ask("unlock")).isEqualTo("ok");
        var writing = eve.begin("wrlock 6");
        assertThat(Toucher.standsStill(writing)).isTrue();
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(writing)).isEqualTo("ok");
        var met = ann.begin("arrive 7 2");
        assertThat(Toucher.standsStill(met)).isTrue();
        assertThat(LongStream.of(eve.ask("arrive 7 2").length(), Toucher.await(met).length()).sum())
                .as("one of the two is chosen")
                .isEqualTo("ok".length() + "last".length());
    }

    @Test
    void wordsChangeAtomically() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("add 3 5")).isEqualTo("0");
        assertThat(bob.ask("add 3 -1")).isEqualTo("5");
        assertThat(ann.ask("cas 3 5 9")).isEqualTo("false");
        assertThat(ann.ask("cas 3 4 9")).isEqualTo("true");
        assertThat(bob.ask("set 3 11")).isEqualTo("9");
        assertThat(ann.ask("get 3")).isEqualTo("11");
    }

    @Test
    void whoTriesOrWaitsForATimeGoesOnWithoutTheLock() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");
        assertThat(bob.ask("timedlock 5 50")).isEqualTo("busy");
        var waiting = bob.begin("timedlock 5 60000");
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");
        var longest = ann.begin("longlock 5");
        assertThat(Toucher.standsStill(longest)).isTrue();
        assertThat(bob.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(longest)).isEqualTo("ok");
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        var taking = ann.begin("longacquire 8");
        assertThat(Toucher.standsStill(taking)).isTrue();
        assertThat(bob.ask("release 8 1")).isEqualTo("ok");
        assertThat(Toucher.await(taking)).isEqualTo("true");

        assertThat(ann.ask("tryrdlock 6")).isEqualTo("ok");
        assertThat(bob.ask("timedrdlock 6 60000")).isEqualTo("ok");
        assertThat(bob.ask("unlock")).isEqualTo("ok");
        assertThat(bob.ask("trywrlock 6")).isEqualTo("busy");
        assertThat(bob.ask("timedwrlock 6 50")).isEqualTo("busy");
        assertThat(ann.ask("unlock")).isEqualTo("ok");
        assertThat(bob.ask("trywrlock 6")).isEqualTo("ok");
        assertThat(ann.ask("tryrdlock 6")).isEqualTo("busy");
        assertThat(ann.ask("timedrdlock 6 50")).isEqualTo("busy");
        var writing = ann.begin("timedwrlock 6 60000");
        assertThat(bob.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(writing)).isEqualTo("ok");
    }

    @Test
    void aConditionHandsTheMutexOver() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("lock 1")).isEqualTo("ok");
        var waiting = ann.begin("wait 4");
        assertThat(bob.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("signal 4")).isEqualTo("ok");
        assertThat(Toucher.standsStill(waiting)).isTrue();
        assertThat(bob.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");

        assertThat(ann.ask("timedwait 4 50")).isEqualTo("late");
        var again = ann.begin("timedwait 4 60000");
        assertThat(bob.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("broadcast 4")).isEqualTo("ok");
        assertThat(bob.ask("unlock")).isEqualTo("ok");
        assertThat(Toucher.await(again)).isEqualTo("ok");

        var last = ann.begin("wait 4");
        assertThat(bob.ask("lock 1")).isEqualTo("ok");
        assertThat(bob.ask("signal 4")).isEqualTo("ok");
        bob.kill();
        assertThat(Toucher.await(last)).isEqualTo("abandoned");
        assertThat(ann.ask("consistent")).isEqualTo("ok");
        assertThat(ann.ask("unlock")).isEqualTo("ok");
    }

    @Test
    void semaphoresAreTakenTogetherAndGivenBackByADeath() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("semset 5 1")).isEqualTo("ok");
        assertThat(bob.ask("hold 5 1")).isEqualTo("ok");
        assertThat(ann.ask("tryacquire 5 1")).isEqualTo("false");
        assertThat(ann.ask("timedacquire 5 50")).isEqualTo("false");
        assertThat(ann.ask("move 5 6")).isEqualTo("false");
        assertThat(ann.ask("timedmove 5 6 50")).isEqualTo("false");
        assertThat(bob.ask("unhold")).isEqualTo("ok");
        assertThat(ann.ask("semget 5"))
                .isEqualTo("State[value=1, waitingForMore=0, waitingForZero=0]");
        assertThat(ann.ask("move 5 6")).isEqualTo("true");
        assertThat(ann.ask("timedmove 6 5 60000")).isEqualTo("true");
        assertThat(bob.ask("hold 5 1")).isEqualTo("ok");
        var moving = ann.begin("awaitmove 5 6");
        assertThat(Toucher.standsStill(moving)).isTrue();

        bob.kill();

        assertThat(Toucher.await(moving)).isEqualTo("ok");
        var eve = two.sharingInJava();
        var zero = eve.begin("awaitzero 6");
        await().untilAsserted(() ->
                assertThat(ann.ask("semget 6"))
                        .isEqualTo("State[value=1, waitingForMore=0, waitingForZero=1]"));
        assertThat(ann.ask("acquire 6 1")).isEqualTo("ok");
        assertThat(Toucher.await(zero)).isEqualTo("ok");
        assertThat(ann.ask("release 6 3")).isEqualTo("ok");
        assertThat(eve.ask("tryacquire 6 2")).isEqualTo("true");
        assertThat(ann.ask("release 6 32767")).isEqualTo("krg_sem_op: errno 34");
        for (var wrong : List.of("acquire 6 0", "acquire 6 -5", "release 6 -5", "hold 6 0")) {
            assertThat(ann.ask(wrong)).contains("1 or more");
        }
    }

    @Test
    void whatIsRunOnceIsRunByOneAndAgainIfThatFails() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("failonce 9 8192")).isEqualTo("failed");
        assertThat(bob.ask("once 9 8192")).isEqualTo("true");
        assertThat(ann.ask("once 9 8192")).isEqualTo("false");
        assertThat(ann.ask("read 8192")).isEqualTo("2");

        var holding = ann.begin("holdonce 10 11");
        await().untilAsserted(() ->
                assertThat(bob.ask("semget 11"))
                        .isEqualTo("State[value=0, waitingForMore=1, waitingForZero=0]"));
        assertThat(bob.ask("reset 10")).isEqualTo("krg_reset: errno 16");
        var next = bob.begin("once 10 8192");
        assertThat(Toucher.standsStill(next)).isTrue();
        ann.kill();
        assertThat(Toucher.await(holding)).isEqualTo("ended");
        assertThat(Toucher.await(next)).isEqualTo("true");
        assertThat(bob.ask("read 8192")).isEqualTo("3");

        assertThat(bob.ask("reset 9")).isEqualTo("ok");
        assertThat(bob.ask("sneakonce 9")).isEqualTo("undeclared");
        assertThat(bob.ask("once 9 8192")).isEqualTo("true");
    }

    @Test
    void partsAreMappedAndTheWholeAtAnAddress() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("write 12288 7")).isEqualTo("ok");
        assertThat(bob.ask("unmap")).isEqualTo("ok");
        assertThat(bob.ask("mappart 8192 8192")).isEqualTo("8192");
        assertThat(bob.ask("read 4096")).isEqualTo("7");
        assertThat(bob.ask("write 4096 8")).isEqualTo("ok");
        assertThat(ann.ask("read 12288")).isEqualTo("8");
        assertThat(bob.ask("unmap")).isEqualTo("ok");
        assertThat(bob.ask("mapreadonly 12288 4096")).isEqualTo("4096");
        assertThat(bob.ask("read 0")).isEqualTo("8");
        assertThat(bob.ask("write 0 9")).contains("read");
        assertThat(bob.ask("mappart 0 4096")).isEqualTo("krg_segment_map_part: errno 16");
        assertThat(bob.ask("unmap")).isEqualTo("ok");
        assertThat(bob.ask("mappart 100 4096")).isEqualTo("krg_segment_map_part: errno 22");
        assertThat(bob.ask("mapat " + ADDRESS)).isEqualTo("" + ADDRESS);
        assertThat(bob.ask("read 12288")).isEqualTo("8");
    }

    @Test
    void segmentsAreMadeFoundGrownAndRemoved() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("find grid")).isEqualTo("none");
        var created = ann.ask("create grid 5000");
        assertThat(created)
                .isEqualTo(
                        "KnownSegment[id=2, sizeBytes=8192, uid=0, gid=0, mode=416, held=0, "
                                + "isRemoved=false, created=1970-01-01T00:00:00Z]");
        assertThat(bob.ask("create grid 5000")).isEqualTo("krg_segment_create: errno 17");
        assertThat(bob.ask("create huge -1")).isEqualTo("krg_segment_create: errno 22");
        assertThat(bob.ask("find huge")).isEqualTo("none");
        assertThat(bob.ask("find grid")).isEqualTo(created);
        assertThat(bob.ask("resize 2 16384")).isEqualTo("ok");
        assertThat(bob.ask("resize 2 4096")).isEqualTo("krg_segment_resize: errno 22");
        assertThat(ann.ask("findid 2")).isEqualTo(created.replace("8192", "16384"));
        assertThat(ann.ask("remove 2")).isEqualTo("ok");
        assertThat(bob.ask("find grid")).isEqualTo("none");
        assertThat(bob.ask("destroy 2")).isEqualTo("krg_segment_destroy: errno 2");
        assertThat(bob.ask("openid 1")).isEqualTo("1");
    }

    @Test
    void whatIsUnmappedOrClosedIsOfNoUse() {
        var ann = one.sharingInJava();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(ann.ask("unmap")).isEqualTo("ok");
        assertThat(ann.ask("read 0")).isEqualTo("Already closed");
        assertThat(ann.ask("map")).isEqualTo("ok");
        assertThat(ann.ask("read 0")).isEqualTo("7");
        assertThat(ann.ask("close")).isEqualTo("ok");
        assertThat(ann.ask("read 0")).isEqualTo("Already closed");
        assertThat(ann.ask("lock 5")).isEqualTo("the segment is closed");
        assertThat(ann.ask("close")).isEqualTo("ok");
    }

    @Test
    void aSegmentIsClosedWhileThreadsEndThatLockedByIt() {
        var ann = one.sharingInJava();
        assertThat(Toucher.awaitLong(ann.begin("lockerends 500"))).isEqualTo("ok");
    }

    @Test
    void aSegmentStaysOpenWhileAnotherThreadIsInACall() {
        var ann = one.sharingInJava();
        var bob = two.sharingInJava();
        assertThat(ann.ask("acquireaside 5")).isEqualTo("ok");
        await().untilAsserted(() ->
                assertThat(bob.ask("semget 5"))
                        .isEqualTo("State[value=0, waitingForMore=1, waitingForZero=0]"));

        assertThat(ann.ask("close")).contains("acquired by 1 clients");
        assertThat(ann.ask("read 0")).isEqualTo("0");
    }
}
