// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
}
