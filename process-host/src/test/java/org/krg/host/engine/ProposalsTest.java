// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;
import static org.krg.host.core.Images.node;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Reply;
import org.krg.state.model.Node;
import org.krg.state.model.SessionId;

final class ProposalsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FakeStore store = new FakeStore(HERE);
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Proposals proposals =
            new Proposals(store, () -> new SessionId(sessions.incrementAndGet()), timer);
    private final RegisterNode command = new RegisterNode(node(HERE, 0, Node.State.READY), NOW);

    @AfterEach
    void stop() {
        proposals.close();
        timer.shutdownNow();
    }

    @Test
    void aProposalWaitsForAQuorum() {
        store.quorum(false);
        var answer = proposals.submit(command);
        assertThat(answer).isNotDone();
        store.quorum(true);
        assertThat(answer).succeedsWithin(LIMIT).isInstanceOf(Reply.Accepted.class);
    }

    @Test
    void anOutcomeThatIsNotKnownIsAskedForAgainAndTakesEffectOnce() {
        store.loseAnswers(true);
        var answer = proposals.submit(command);
        store.loseAnswers(false);
        assertThat(answer).succeedsWithin(LIMIT).isInstanceOf(Reply.Accepted.class);
        assertThat(store.commands(RegisterNode.class)).hasSize(1);
    }

    @Test
    void anAgentThatStopsGivesUp() {
        store.quorum(false);
        var answer = proposals.submit(command);
        proposals.close();
        assertThat(answer)
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(Proposals.Stopped.class);
    }
}
