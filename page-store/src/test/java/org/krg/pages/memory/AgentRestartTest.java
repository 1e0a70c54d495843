// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.krg.linux.PageMap.Entry.ABSENT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.linux.PageMap;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Real programs on two nodes of which one gets another agent.
class AgentRestartTest {
    private static final int PAGE = 4_096;
    private static final int COUNTER = 3 * PAGE;
    private static final int ROUNDS = 10;

    @TempDir private Path directory;

    private final Agreement agreement = new Agreement();
    private List<PageNode> nodes = List.of();
    private PageNode one;
    private PageNode two;

    @BeforeEach
    void start() {
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
        nodes = List.of(one, two);
    }

    @AfterEach
    void close() {
        nodes.forEach(PageNode::close);
        agreement.close();
    }

    private void restart() {
        two = two.startAgain();
        nodes = List.of(nodes.get(0), nodes.get(1), two);
    }

    @Test
    void aProgramGoesOnWithWhatOtherNodesHaveAndWhatOnlyItsNodeHadIsSigbus() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(bob.ask("read 0")).isEqualTo("7");
        assertThat(bob.ask("write %d 8".formatted(PAGE))).isEqualTo("ok");

        restart();

        assertThat(bob.ask("read 0")).isEqualTo("7");
        assertThat(bob.ask("read " + PAGE)).isEqualTo("sigbus");
        assertThat(ann.ask("read " + PAGE)).isEqualTo("sigbus");
        assertThat(bob.ask("write 0 9")).isEqualTo("ok");
        assertThat(ann.ask("exchange 0 10")).isEqualTo("9");
        assertThat(bob.ask("read 0")).isEqualTo("10");
    }

    @Test
    void whoStandsStillInAFaultGoesOn() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        two.end();
        var read = bob.begin("read 0");
        assertThat(Toucher.standsStill(read)).isTrue();

        restart();

        assertThat(Toucher.await(read)).isEqualTo("7");
    }

    @Test
    void aProgramThatLocksAllItsMemoryReadsWhatOthersHaveStored() {
        var ann = one.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        var bob = two.started();
        assertThat(bob.ask("lockall")).isEqualTo("ok");

        assertThat(bob.ask("map field")).startsWith("ok");

        assertThat(bob.ask("read 0")).isEqualTo("7");
        assertThat(bob.ask("write %d 8".formatted(PAGE))).isEqualTo("ok");
        assertThat(ann.ask("read " + PAGE)).isEqualTo("8");
        assertThat(ann.ask("write %d 9".formatted(2 * PAGE))).isEqualTo("ok");
        restart();
        assertThat(bob.ask("read 0")).isEqualTo("7");
        assertThat(bob.ask("read " + 2 * PAGE)).isEqualTo("9");
    }

    @Test
    void whatAProgramHasLockedIsOfNoUseToItWithoutItsAgent() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(bob.ask("lock")).isEqualTo("ok");
        assertThat(bob.ask("read 0")).isEqualTo("7");
        var address = addressOf(bob);

        two.end();

        await().until(() -> PageMap.read(bob.pid(), address, 1).equals(List.of(ABSENT)));
        agreement.lose(two);
        assertThat(ann.ask("write 0 8")).isEqualTo("ok");
        var read = bob.begin("read 0");
        assertThat(Toucher.standsStill(read)).isTrue();
        two = two.next();
        nodes = List.of(one, two);
        assertThat(Toucher.await(read)).isEqualTo("8");
    }

    /// {@return where a process has the segment mapped}
    private static long addressOf(Toucher program) throws IOException {
        try (var maps = Files.lines(Path.of("/proc", "" + program.pid(), "maps"))) {
            var line = maps.filter(it -> it.contains("memfd:krg-field")).findFirst();
            return Long.parseUnsignedLong(line.orElseThrow().split("-", 2)[0], 16);
        }
    }

    @Test
    void noAdditionIsLostWhereOnlyConnectionsEnd() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("begin " + COUNTER)).isEqualTo("ok");
        assertThat(bob.ask("begin " + COUNTER)).isEqualTo("ok");
        for (var round = 0; round < ROUNDS; round++) {
            var before = Long.parseLong(ann.ask("read " + COUNTER));
            two.openAgain();
            await().until(() -> two.isDetachable(bob));
            await().until(() -> Long.parseLong(bob.ask("read " + COUNTER)) > before);
        }

        var added = Long.parseLong(ann.ask("end")) + Long.parseLong(bob.ask("end"));

        assertThat(ann.ask("read " + COUNTER)).isEqualTo("" + added);
        assertThat(bob.ask("read " + COUNTER)).isEqualTo("" + added);
    }

    @Test
    void whoseLocksWentToOthersDoesNotGoOnWithWhatTheyProtect() throws Exception {
        var holder = two.synchronising();
        var other = two.synchronising();
        assertThat(holder.ask("lock 5")).isEqualTo("ok");
        assertThat(other.ask("guard 6 0 10 1")).isEqualTo("ok");
        two.openAgain();

        await().until(() -> two.isDetachable(other));
        assertThat(other.ask("guard 6 0 10 1")).isEqualTo("ok");
        // SIGBUS ends it.
        assertThat(holder.ask("guard 7 0 10 1")).isEqualTo("ended");
        assertThat(other.ask("guard 6 0 10 1")).isEqualTo("ok");
    }

    @Test
    void whatWouldBeUndoneAtTheEndOfAProcessEndsItsPartToo() throws Exception {
        var taker = two.synchronising();
        var other = two.synchronising();
        assertThat(taker.ask("semset 9 5")).isEqualTo("ok");
        assertThat(taker.ask("sem 0 9:-1:2")).isEqualTo("ok");
        assertThat(other.ask("sem 0 9:-1:2 9:1:2")).isEqualTo("ok");
        two.openAgain();

        await().until(() -> two.isDetachable(other));
        assertThat(other.ask("guard 6 0 10 1")).isEqualTo("ok");
        assertThat(taker.ask("guard 7 0 10 1")).isEqualTo("ended");
    }

    @Test
    void whatAParentHasTakenIsNotItsChilds() {
        var taker = two.synchronising();
        assertThat(taker.ask("semset 9 5")).isEqualTo("ok");
        assertThat(taker.ask("sem 0 9:-1:2")).isEqualTo("ok");
        var child = Integer.parseInt(taker.ask("branch").substring("ok ".length()));
        two.openAgain();

        await().until(() -> two.isDetachable(child));
        assertThat(taker.ask("guard 6 0 10 1")).isEqualTo("ok");
    }
}
