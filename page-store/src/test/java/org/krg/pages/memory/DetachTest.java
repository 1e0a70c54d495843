// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Real programs on two nodes have their shared memory taken away and given back.
class DetachTest {
    private static final int COUNTER = 3 * 4_096;
    private static final int ROUNDS = 20;

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
    void whatIsDetachedTouchesNothingAndThenGoesOnWhereItWas() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("write 0 7")).isEqualTo("ok");
        assertThat(tiesOf(ann)).isNotEmpty();

        one.detach(ann);

        assertThat(tiesOf(ann)).isEmpty();
        assertThat(one.isDetachable(ann)).isFalse();
        assertThat(bob.ask("exchange 0 8")).isEqualTo("7");
        var read = ann.begin("read 0");
        assertThat(Toucher.standsStill(read)).isTrue();
        one.giveBack();
        assertThat(Toucher.await(read)).isEqualTo("8");
        assertThat(one.isDetachable(ann)).isTrue();
        assertThat(tiesOf(ann)).isNotEmpty();
    }

    @Test
    void noAdditionIsLostHoweverOftenAProcessIsDetachedWhileAnotherNodeAdds() throws Exception {
        var ann = one.toucher();
        var bob = two.toucher();
        assertThat(ann.ask("begin " + COUNTER)).isEqualTo("ok");
        assertThat(bob.ask("begin " + COUNTER)).isEqualTo("ok");
        for (var round = 0; round < ROUNDS; round++) {
            one.detach(ann);
            assertThat(tiesOf(ann)).isEmpty();
            one.giveBack();
            await().until(() -> one.isDetachable(ann));
            // Whoever stood still in a fault goes on, too.
            var now = Long.parseLong(bob.ask("read " + COUNTER));
            await().until(() -> Long.parseLong(bob.ask("read " + COUNTER)) > now);
        }

        var added = Long.parseLong(ann.ask("end")) + Long.parseLong(bob.ask("end"));

        assertThat(bob.ask("read " + COUNTER)).isEqualTo("" + added);
        assertThat(ann.ask("read " + COUNTER)).isEqualTo("" + added);
    }

    @Test
    void whoHoldsALockIsRefusedAndGoesOn() throws Exception {
        var ann = one.synchronising();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");

        var refused = refusal(one, ann);

        assertThat(refused).hasMessageContaining("holds object 5 of segment 1");
        assertThat(refused.pid()).isEqualTo(ann.pid());
        assertThat(ann.ask("unlock 5")).isEqualTo("ok");
        one.detach(ann);
        one.giveBack();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");
    }

    @Test
    void whoIsKilledMeanwhileKeepsNobodyElseFromGoingOn() {
        var ann = one.toucher();
        var bob = one.synchronising();
        assertThat(bob.ask("lock 5")).isEqualTo("ok");
        var pids = Set.of(ann.pid(), bob.pid());
        var asked = new AtomicInteger();

        // They are asked for again once all of them stand still.
        var refused =
                catchThrowableOfType(
                        DetachRefused.class,
                        () ->
                                one.detach(() -> {
                                    if (asked.incrementAndGet() == 2) {
                                        ann.kill();
                                        await().until(() -> !one.isKnown(ann));
                                    }
                                    return pids;
                                }));

        assertThat(refused).hasMessageContaining("holds object 5 of segment 1");
        assertThat(bob.ask("unlock 5")).isEqualTo("ok");
    }

    @Test
    void whoWaitsForALockOrAtABarrierAsksAgainAfterwards() throws Exception {
        var ann = one.synchronising();
        var bob = two.synchronising();
        assertThat(ann.ask("lock 5")).isEqualTo("ok");
        var waiting = bob.begin("lock 5");
        assertThat(Toucher.standsStill(waiting)).isTrue();

        two.detach(bob);

        assertThat(ann.ask("unlock 5")).isEqualTo("ok");
        assertThat(ann.ask("lock 5")).isEqualTo("ok");
        two.giveBack();
        assertThat(Toucher.standsStill(waiting)).isTrue();
        assertThat(ann.ask("unlock 5")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");
        assertThat(bob.ask("unlock 5")).isEqualTo("ok");

        var taking = bob.begin("sem 0 8:-1:0");
        assertThat(Toucher.standsStill(taking)).isTrue();
        two.detach(bob);
        two.giveBack();
        assertThat(Toucher.standsStill(taking)).isTrue();
        assertThat(ann.ask("sem 0 8:1:0")).isEqualTo("ok");
        assertThat(Toucher.await(taking)).isEqualTo("ok");

        var met = bob.begin("arrive 6 2");
        assertThat(Toucher.standsStill(met)).isTrue();
        two.detach(bob);
        two.giveBack();
        assertThat(Toucher.standsStill(met)).isTrue();
        assertThat(ann.ask("arrive 6 2")).isEqualTo("ok last");
        assertThat(Toucher.await(met)).isEqualTo("ok");
    }

    @Test
    void whoWaitsForAConditionIsRefusedAndGoesOn() throws Exception {
        var ann = one.synchronising();
        var bob = two.synchronising();
        assertThat(bob.ask("lock 5")).isEqualTo("ok");
        var waiting = bob.begin("wait 7 5");
        assertThat(Toucher.standsStill(waiting)).isTrue();

        assertThat(refusal(two, bob)).hasMessageContaining("waits in a call");

        assertThat(ann.ask("signal 7")).isEqualTo("ok");
        assertThat(Toucher.await(waiting)).isEqualTo("ok");
    }

    @Test
    void whatTheEndOfAProcessWouldChangeTiesItToItsNode() throws Exception {
        var ann = one.synchronising();
        assertThat(ann.ask("sem 0 9:3:2")).isEqualTo("ok");

        assertThat(refusal(one, ann)).hasMessageContaining("holds object 9 of segment 1");

        assertThat(ann.ask("semset 9 0")).isEqualTo("ok");
        one.detach(ann);
        one.giveBack();
        assertThat(ann.ask("semget 9")).isEqualTo("ok 0 0 0");
    }

    @Test
    void aThreadThatDoesNotTakeTheSignalKeepsItsProcessHere() {
        var ann = one.toucher();
        assertThat(ann.ask("block")).isEqualTo("ok");

        assertThat(refusal(one, ann)).hasMessageContaining("SIGRTMAX-2");

        assertThat(ann.ask("write 0 1")).isEqualTo("ok");
    }

    @Test
    void aSegmentThatIsGoneMeanwhileIsSigbus() throws Exception {
        var ann = one.toucher();
        assertThat(ann.ask("write 0 1")).isEqualTo("ok");
        one.detach(ann);
        one.destroy();

        one.giveBack();

        assertThat(ann.ask("read 0")).isEqualTo("sigbus");
        assertThat(ann.ask("write 8192 1")).isEqualTo("sigbus");
    }

    @Test
    void aChildOfForkHasNothingOfTheAgents() {
        var ann = one.toucher();

        var child = Integer.parseInt(ann.ask("forked"));

        await().untilAsserted(() -> assertThat(ties(child)).isEmpty());
    }

    @Test
    void aChildOfForkThatSynchronisesIsDetachedWithItsParent() throws Exception {
        var ann = one.synchronising();
        var child = Integer.parseInt(ann.ask("fork 9").substring("ok ".length()));

        one.detach(Set.of(ann.pid(), child));

        assertThat(tiesOf(ann)).isEmpty();
        assertThat(ties(child)).isEmpty();
        one.giveBack();
        assertThat(ann.ask("semget 9")).isEqualTo("ok 1 0 0");
    }

    private static DetachRefused refusal(PageNode node, Toucher process) {
        return catchThrowableOfType(DetachRefused.class, () -> node.detach(process));
    }

    private static List<String> tiesOf(Toucher process) {
        return ties(process.pid());
    }

    /// What CRIU refuses, and what is the agent's.
    private static List<String> ties(int pid) {
        var process = Path.of("/proc", Integer.toString(pid));
        try (var links = Files.list(process.resolve("fd"));
                var maps = Files.lines(process.resolve("maps"))) {
            var files = links.map(DetachTest::target).toList();
            return Stream.concat(files.stream(), maps)
                    .filter(it ->
                            it.contains("userfaultfd")
                                    || it.contains("memfd:krg")
                                    || it.contains("socket:"))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
