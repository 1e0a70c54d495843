// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.coherence.Access;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Real programs, none of them in a cell, on two nodes of which one loses its lease.
class FenceTest {
    private static final int PAGE = 4_096;

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

    private void awaitEmpty(int page) {
        await().until(() -> two.mapped(page) == Access.NONE);
    }

    @Test
    void whoHasAnOldPageDoesNotReadItWhenOthersHaveANewOne() {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(bob.ask("read 0")).isEqualTo("7");

        two.endLease();
        awaitEmpty(0);
        // Nobody on the node hears of it, and its engine has the page.
        agreement.lose(two);
        await().until(() -> ann.ask("write 0 8").equals("ok"));

        assertThat(Toucher.standsStill(bob.begin("read 0"))).isTrue();
        assertThat(Toucher.standsStill(two.toucher().begin("read 0"))).isTrue();
    }

    @Test
    void whoStandsStillGoesOnWhenTheNodeHasItsLeaseAgain() {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(bob.ask("read 0")).isEqualTo("7");
        assertThat(bob.ask("write %d 8".formatted(PAGE))).isEqualTo("ok");
        two.endLease();
        awaitEmpty(0);
        awaitEmpty(1);
        var read = bob.begin("read 0");
        assertThat(Toucher.standsStill(read)).isTrue();

        two.renewLease();

        assertThat(Toucher.await(read)).isEqualTo("7");
        assertThat(bob.ask("exchange %d 9".formatted(PAGE))).isEqualTo("8");
        assertThat(bob.ask("exchange 0 10")).isEqualTo("7");
        assertThat(ann.ask("read 0")).isEqualTo("10");
        assertThat(ann.ask("read " + PAGE)).isEqualTo("9");
    }

    @Test
    void noAdditionIsLostWhereTheLeaseEndsAgainAndAgain() {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("begin 0")).isEqualTo("ok");
        assertThat(bob.ask("begin 0")).isEqualTo("ok");
        for (var round = 0; round < 10; round++) {
            var before = Long.parseLong(ann.ask("read 0"));
            two.endLease();
            awaitEmpty(0);
            two.renewLease();
            await().until(() -> Long.parseLong(bob.ask("read 0")) > before);
        }

        var added = Long.parseLong(ann.ask("end")) + Long.parseLong(bob.ask("end"));

        assertThat(ann.ask("read 0")).isEqualTo("" + added);
        assertThat(bob.ask("read 0")).isEqualTo("" + added);
    }

    @Test
    void aSystemCallThatWaitsForAPageWaitsForTheLease() {
        var bob = two.toucher();
        two.endLease();
        var received = bob.begin("receive 0 text");
        assertThat(Toucher.standsStill(received)).isTrue();

        two.renewLease();

        assertThat(Toucher.await(received)).isEqualTo("ok");
    }
}
