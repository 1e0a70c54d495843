// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.host.core.Images;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.model.LeaseId;
import org.krg.state.model.SessionId;
import org.krg.state.model.User;

final class LeaseKeepingTest {
    private static final LeaseId ONE = new LeaseId(1);
    private static final LeaseId TWO = new LeaseId(2);
    private static final LeaseId THREE = new LeaseId(3);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final LinkedBlockingQueue<Question> asked = new LinkedBlockingQueue<>();
    private final ManualTicker ticker = new ManualTicker();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final FakeStore store = new FakeStore(Images.HERE);
    private final LeaseKeeping keeping = new LeaseKeeping(store, this::ask, ticker, timer);

    private record Question(
            List<LeaseId> leases, boolean renews, CompletableFuture<List<Term>> answer) {}

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void whatComesWhileAQuestionIsUnderWayGoesWithTheNextOne() throws Exception {
        var one = keeping.renew(User.ROOT, ONE);
        var first = take();
        var two = keeping.renew(User.ROOT, TWO);
        var again = keeping.renew(User.ROOT, TWO);
        var three = keeping.renew(User.ROOT, THREE);
        assertThat(asked).isEmpty();

        first.answer().complete(List.of(lasts(1)));
        assertThat(one.join()).isEqualTo(lasts(1));

        var second = take();
        assertThat(second.leases()).containsExactly(TWO, THREE);
        assertThat(second.renews()).isTrue();
        second.answer().complete(List.of(lasts(2), new Term.Over()));
        assertThat(two.join()).isEqualTo(lasts(2));
        assertThat(again.join()).isEqualTo(lasts(2));
        assertThat(three.join()).isEqualTo(new Term.Over());
    }

    @Test
    void aRenewalThatArrivesAfterItsQuestionWasSentIsAskedAgain() throws Exception {
        var _ = keeping.renew(User.ROOT, ONE);
        var first = take();
        var later = keeping.renew(User.ROOT, ONE);
        first.answer().complete(List.of(lasts(1)));
        assertThat(later).isNotDone();
        take().answer().complete(List.of(lasts(2)));
        assertThat(later.join()).isEqualTo(lasts(2));
    }

    @Test
    void aQuestionWithoutAnAnswerIsAskedAgainUntilThePatienceEnds() throws Exception {
        var term = keeping.term(User.ROOT, ONE);
        take().answer().completeExceptionally(new NoQuorum("an election"));
        var again = take();
        assertThat(again.renews()).isFalse();

        ticker.advance(LeaseKeeping.PATIENCE);
        again.answer().completeExceptionally(new NoQuorum("an election"));
        assertThatThrownBy(() -> term.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoQuorum.class)
                .hasMessageContaining("an election");
    }

    @Test
    void whoAsksAgainAboutALeaseThatIsRetriedIsAnsweredWithIt() throws Exception {
        var first = keeping.renew(User.ROOT, ONE);
        var question = take();
        var second = keeping.renew(User.ROOT, ONE);
        question.answer().completeExceptionally(new NoQuorum("an election"));
        take().answer().complete(List.of(lasts(1)));

        await().atMost(LIMIT).until(() -> first.isDone() && second.isDone());
        assertThat(first.join()).isEqualTo(second.join()).isEqualTo(lasts(1));
    }

    @Test
    void aLeaseIsItsHolders() throws Exception {
        var session = new SessionId(1);
        store.submit(new Operation(session, 1, 0, new GrantLease(ONE, "ann", LIMIT))).join();

        for (var refused : List.of(keeping.renew("bob", ONE), keeping.term("bob", ONE))) {
            assertThatThrownBy(refused::join).hasCauseInstanceOf(NotPermitted.class);
        }
        assertThat(asked).isEmpty();
        var renewed = keeping.renew("ann", ONE);
        take().answer().complete(List.of(lasts(20)));
        assertThat(renewed.join()).isEqualTo(lasts(20));
    }

    private CompletableFuture<List<Term>> ask(List<LeaseId> leases, boolean renews) {
        var answer = new CompletableFuture<List<Term>>();
        asked.add(new Question(leases, renews, answer));
        return answer;
    }

    private Question take() throws InterruptedException {
        var question = asked.poll(20, TimeUnit.SECONDS);
        assertThat(question).isNotNull();
        return question;
    }

    private static Term lasts(long seconds) {
        return new Term.Lasts(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds));
    }
}
