// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.HostFailure;
import org.krg.host.daemon.RemovalWatch.Others;
import org.krg.host.engine.FakeStore;
import org.krg.host.model.Standing;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Operation;
import org.krg.state.core.Authority;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.SessionId;
import org.krg.testkit.Samples;

@Timeout(60)
final class RemovalWatchTest {
    private static final NodeId SELF = new NodeId("n3");
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final HostPort KNOWN = new HostPort("127.0.0.1", 7440);

    @TempDir private Path directory;
    private final FakeStore store = new FakeStore(SELF);
    private final AtomicInteger asked = new AtomicInteger();
    private DataDirectory data;

    @BeforeEach
    void take() {
        data = DataDirectory.take(directory);
    }

    @AfterEach
    void release() {
        data.close();
    }

    @Test
    void whoReachesNobodyConcludesNothing() {
        try (var watch = watch(_ -> silence())) {
            watch.start();
            await().until(() -> asked.get() > 20);

            assertThat(watch.left()).isEmpty();
            assertThat(watch.ended()).isNotDone();
            assertThat(data.findLeft()).isEmpty();
        }
    }

    @Test
    void aMemberWithoutALeaderGoesOn() {
        try (var watch = watch(_ -> says(Standing.MEMBER))) {
            watch.start();
            await().until(() -> asked.get() > 20);

            assertThat(watch.left()).isEmpty();
        }
    }

    @Test
    void whoHasALeaderAsksNobody() throws InterruptedException {
        store.lead(true);
        try (var watch = watch(_ -> says(Standing.REMOVED))) {
            watch.start();
            TimeUnit.MILLISECONDS.sleep(SHORT.toMillis() * 20);

            assertThat(asked.get()).isZero();
            assertThat(watch.left()).isEmpty();
        }
    }

    @Test
    void whoIsToldThatItWasRemovedSaysHowToComeBackAndEnds() {
        try (var watch =
                watch(apis -> {
                    assertThat(apis).containsExactly(KNOWN);
                    return asked.get() < 3 ? silence() : says(Standing.REMOVED);
                })) {
            watch.start();

            var why = watch.ended().join();
            assertThat(asked.get()).isEqualTo(3);
            assertThat(why.code()).isEqualTo(HostFailure.Code.REMOVED);
            assertThat(why.code().exit()).isEqualTo(13);
            assertThat(why.remedy()).contains("cluster join HOST:PORT --node n3");
            assertThat(watch.left()).contains(why);
            assertThat(data.findLeft()).contains(Standing.REMOVED);
        }
    }

    @Test
    void whoWasReplacedIsToldToRejoin() {
        try (var watch = watch(_ -> says(Standing.REPLACED))) {
            watch.start();

            assertThat(watch.ended().join().remedy()).contains("state rejoin");
            assertThat(data.findLeft()).contains(Standing.REPLACED);
        }
    }

    @Test
    void whoCannotNoteThatItWasRemovedEndsNevertheless() throws IOException {
        Files.createDirectories(directory.resolve("identity/left.new"));
        try (var watch = watch(_ -> says(Standing.REMOVED))) {
            watch.start();

            assertThat(watch.ended().join().code()).isEqualTo(HostFailure.Code.REMOVED);
            assertThat(data.findLeft()).isEmpty();
        }
    }

    @Test
    void whomItKnewBeforeItStartedIsAskedToo() {
        var other = new HostPort("127.0.0.1", 7450);
        data.remember(List.of(other, KNOWN));
        try (var watch =
                watch(apis -> {
                    assertThat(apis).containsExactly(other, KNOWN);
                    return says(Standing.REMOVED);
                })) {
            watch.start();

            assertThat(watch.ended().join().code()).isEqualTo(HostFailure.Code.REMOVED);
        }
    }

    @Test
    void whoHearsOfALeaderRemembersWhomToAsk() {
        store.lead(true);
        var _ =
                store.submit(
                        new Operation(
                                new SessionId(1),
                                1,
                                0,
                                Authority.AGENT,
                                new RegisterNode(Samples.node(Samples.AWAY, 1), Samples.START)));
        var api = Samples.node(Samples.AWAY, 1).addresses().api();
        try (var watch = watch(_ -> silence())) {
            watch.start();

            await().untilAsserted(() -> assertThat(data.remembered()).containsExactly(api));
        }
    }

    private static Optional<Standing> silence() {
        return Optional.empty();
    }

    private static Optional<Standing> says(Standing standing) {
        return Optional.of(standing);
    }

    private RemovalWatch watch(Others others) {
        return new RemovalWatch(
                store,
                SELF,
                apis -> {
                    asked.incrementAndGet();
                    return others.ask(apis);
                },
                List.of(KNOWN),
                data,
                new RemovalWatch.Pauses(SHORT, SHORT, SHORT, SHORT));
    }
}
