// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.testkit.KeyModel;

final class KeyQueuesTest {
    private static final Bytes LINE = Bytes.of("line");
    private static final Bytes VALUE = Bytes.of("v");
    private static final LeaseId LEASE = new LeaseId(7);

    private final KeyModel keys = new KeyModel();

    /// What comes between the operations, one before each.
    private final ArrayDeque<Runnable> between = new ArrayDeque<>();

    private Revision present = Revision.ZERO;
    private final KeyQueues queues =
            new KeyQueues(
                    new FakeStore(new NodeId("here")),
                    new Lanes(this::propose, () -> new SessionId(1), new ManualTicker()));

    private CompletableFuture<Reply> propose(Operation operation) {
        if (!between.isEmpty()) {
            between.remove().run();
        }
        var transaction = ((Transact) operation.command()).transaction();
        var succeeds = keys.holds(transaction);
        var results = keys.transact("ann", transaction, present);
        present = present.next();
        return CompletableFuture.completedFuture(new Reply.Transacted(present, succeeds, results));
    }

    private Place taken() {
        return queues.takeOver("ann", LINE, LEASE, VALUE).join();
    }

    @Test
    void whoTakesOverWhatIsGivenUpMeanwhileStandsInTheLineAgain() {
        var before = taken();
        between.add(() -> {});
        between.add(() -> queues.giveUp("ann", before).join());

        var place = taken();

        assertThat(place.created()).isGreaterThan(before.created());
        assertThat(keys.now()).containsOnlyKeys(place.key());
        queues.giveUp("ann", before).join();
        assertThat(keys.now()).containsOnlyKeys(place.key());
    }
}
