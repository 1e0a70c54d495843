// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.host.engine.Lanes;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;

/// Calls that wait in a line until they have the turn. One that is given up leaves the line.
final class LineCalls {
    /// Of a lease that is granted to who names none, as etcd does it.
    private static final Duration OWN_TTL = Duration.ofSeconds(60);

    private final KeyQueues queues;
    private final Lanes lanes;

    LineCalls(KeyQueues queues, Lanes lanes) {
        this.queues = queues;
        this.lanes = lanes;
    }

    /// A place that has the turn.
    ///
    /// @param at the revision at which it had it
    record Turn(Place place, Revision at) {}

    KeyQueues queues() {
        return queues;
    }

    /// {@return what `told` makes of the turn, once it has come} Cancelling it leaves the line,
    /// which cancelling a future that was made of it would not.
    <A> CompletableFuture<A> stand(
            String principal, Bytes name, LeaseId lease, Bytes value, Function<Turn, A> told) {
        if (name.isEmpty()) {
            throw EtcdError.KEY_EMPTY.failure();
        }
        var answer = new CompletableFuture<A>();
        var _ =
                lease(principal, lease)
                        .thenCompose(id -> queues.takeOver(principal, name, id, value))
                        .whenComplete((place, failure) -> {
                            if (failure == null) {
                                await(principal, place, told, answer);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        });
        return answer;
    }

    private <A> void await(
            String principal, Place place, Function<Turn, A> told, CompletableFuture<A> answer) {
        var turn = queues.await(principal, place).turn();
        var _ =
                turn.whenComplete((at, failure) -> {
                    if (failure == null) {
                        answer.complete(told.apply(new Turn(place, at)));
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
        var _ =
                answer.whenComplete((_, failure) -> {
                    if (failure != null) {
                        turn.cancel(false);
                        // What is not deleted now goes with its lease.
                        var _ = queues.giveUp(principal, place);
                    }
                });
    }

    private CompletableFuture<LeaseId> lease(String principal, LeaseId given) {
        if (given.value() != 0) {
            return CompletableFuture.completedFuture(given);
        }
        return lanes.submit(principal, new GrantLease(principal, OWN_TTL))
                .thenApply(Answers::accepted)
                .thenApply(done -> new LeaseId(done.created()));
    }
}
