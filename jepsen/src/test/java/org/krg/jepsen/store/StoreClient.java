// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Recorder;
import org.krg.jepsen.history.Transaction;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.Operation;
import org.krg.state.command.RangeRead;
import org.krg.state.command.Reply;
import org.krg.state.model.SessionId;
import org.krg.testkit.StateCluster;

/// One client of keys: asks now this node, now that, and repeats what nobody could say through
/// another one, with the same number.
final class StoreClient {
    private static final String PRINCIPAL = "root";

    /// How often a call whose outcome is not known is made.
    private static final int TRIES = 3;

    private static final int PATIENCE_SECONDS = 15;

    private final StateCluster cluster;
    private final Recorder recorder;
    private final int number;
    private final RandomGenerator random;
    private final SessionId session;
    private long sequence;

    StoreClient(StateCluster cluster, Recorder recorder, int number, RandomGenerator random) {
        this.cluster = cluster;
        this.recorder = recorder;
        this.number = number;
        this.random = random;
        this.session = new SessionId(1_000 + number);
    }

    /// Makes a call as an operation of the log.
    Answer transact(Transaction transaction) {
        var operation =
                new Operation(
                        session,
                        ++sequence,
                        0,
                        new Transact(PRINCIPAL, StoreValues.transaction(transaction)));
        return recorder.record(number, transaction, true, () -> submit(operation));
    }

    private Answer submit(Operation operation) {
        var unknown = false;
        var why = "";
        for (var i = 0; i < TRIES; i++) {
            var answer = await(() -> somebody().submit(operation).thenApply(StoreClient::answer));
            switch (answer) {
                case Answer.Done done -> {
                    return done;
                }
                case Answer.Unknown doubt -> {
                    unknown = true;
                    why = doubt.why();
                }
                case Answer.Refused refused -> why = refused.why();
            }
            if (!unknown) {
                return new Answer.Refused(why);
            }
        }
        return new Answer.Unknown(why);
    }

    /// Reads without an operation, from one node.
    ///
    /// @param current whether it may not be old
    Answer read(Part.Read read, boolean current) {
        return recorder.record(
                number,
                Transaction.of(read),
                current,
                () ->
                        await(() ->
                                somebody()
                                        .keys()
                                        .range(
                                                PRINCIPAL,
                                                RangeRead.of(StoreValues.range(read.span())),
                                                current)
                                        .thenApply(found ->
                                                new Answer.Done(
                                                        found.revision().value(),
                                                        true,
                                                        List.of(
                                                                StoreValues.result(
                                                                        found.found()))))));
    }

    private ClusterStore somebody() {
        var all = cluster.stores();
        return all.get(random.nextInt(all.size()));
    }

    private interface Question {
        CompletableFuture<? extends Answer> ask();
    }

    private static Answer await(Question question) {
        try {
            return question.ask().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return failed.getCause() instanceof NoQuorum
                    ? new Answer.Refused(String.valueOf(failed.getCause()))
                    : new Answer.Unknown(String.valueOf(failed.getCause()));
        } catch (TimeoutException late) {
            return new Answer.Unknown("no answer");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Answer.Unknown("interrupted");
        } catch (RuntimeException closed) {
            // A store that is being stopped.
            return new Answer.Unknown(closed.toString());
        }
    }

    private static Answer answer(Reply reply) {
        return switch (reply) {
            case Reply.Transacted(var revision, var succeeded, var results) ->
                    new Answer.Done(revision.value(), succeeded, StoreValues.results(results));
            case Reply.Refused refused -> new Answer.Refused(refused.toString());
            default -> throw new AssertionError("no reply to a transaction: " + reply);
        };
    }
}
