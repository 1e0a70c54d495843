// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;

final class LanesTest {
    private static final Reply DONE = new Reply.Accepted(new Revision(1), 0);

    private final List<Operation> operations = new ArrayList<>();
    private final List<CompletableFuture<Reply>> answers = new ArrayList<>();
    private final ManualTicker ticker = new ManualTicker();
    private final AtomicLong sessions = new AtomicLong();
    private final Lanes lanes =
            new Lanes(this::propose, () -> new SessionId(sessions.incrementAndGet()), ticker);

    @Test
    void aLaneIsNeverFurtherAheadOfItsOldestThanItsWindow() {
        submit(3 * Lanes.WINDOW);
        // The oldest of the first lane stays without an answer.
        for (var i = 1; i < 3 * Lanes.WINDOW; i++) {
            answers.get(i).complete(DONE);
        }
        submit(3 * Lanes.WINDOW);

        var highest = new HashMap<SessionId, Long>();
        operations.forEach(each -> highest.merge(each.session(), each.sequence(), Math::max));
        assertThat(highest.get(new SessionId(1))).isEqualTo(Lanes.WINDOW);
        assertThat(operations).hasSize(6 * Lanes.WINDOW);
    }

    @Test
    void everyOperationHasAKeyOfItsOwn() {
        for (var round = 0; round < 20; round++) {
            submit(50);
            answers.forEach(answer -> answer.complete(DONE));
        }
        var keys =
                operations.stream().map(each -> each.session() + "/" + each.sequence()).distinct();
        assertThat(keys).hasSize(1_000);
        assertThat(operations.stream().map(Operation::session).distinct()).hasSize(1);
    }

    @Test
    void aSessionThatRestedIsReplaced() {
        submit(1);
        answers.getFirst().complete(DONE);
        ticker.advance(Lanes.REST.plusMillis(1));
        submit(1);
        assertThat(operations.get(1).session()).isNotEqualTo(operations.get(0).session());
        assertThat(operations.get(1).sequence()).isEqualTo(1);
    }

    @Test
    void aSessionWithAnOperationUnderWayIsKeptHoweverLongItRests() {
        submit(1);
        ticker.advance(Duration.ofHours(1));
        submit(1);
        assertThat(operations.get(1).session()).isEqualTo(operations.get(0).session());
    }

    @Test
    void whatAForgottenSessionDidIsReportedAsUnknown() {
        var answer = lanes.submit("ann", new RevokeLease(new LeaseId(1)));
        answers.getFirst()
                .complete(new Reply.Refused(new Revision(1), Refusal.SESSION_EXPIRED, "forgotten"));
        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(UnknownOutcome.class);
        submit(1);
        assertThat(operations.get(1).session()).isNotEqualTo(operations.get(0).session());
    }

    @Test
    void moreThanFitsIsNotProposed() {
        submit(Lanes.MOST_LANES * Lanes.WINDOW);
        var answer = lanes.submit("ann", new RevokeLease(new LeaseId(1)));
        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(Lanes.Full.class);
        assertThat(operations).hasSize(Lanes.MOST_LANES * Lanes.WINDOW);

        answers.get(7).complete(DONE);
        answers.get(0).complete(DONE);
        assertThat(lanes.submit("ann", new RevokeLease(new LeaseId(1))))
                .isNotCompletedExceptionally();
    }

    private void submit(int count) {
        for (var i = 0; i < count; i++) {
            var _ = lanes.submit("ann", new RevokeLease(new LeaseId(i)));
        }
    }

    private CompletableFuture<Reply> propose(Operation operation) {
        operations.add(operation);
        var answer = new CompletableFuture<Reply>();
        answers.add(answer);
        return answer;
    }
}
