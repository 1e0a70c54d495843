// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.state.ClusterStore;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyResult;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Order;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// Lines of keys below a name, one key for each lease: whose key was made first has the turn, and
/// the others wait for their predecessor's to go. Locks and elections of etcd's clients stand in
/// the same lines. Safe for use from any thread.
public final class KeyQueues {
    private final ClusterStore store;
    private final Lanes lanes;

    /// A key in a line.
    ///
    /// @param created the revision that made the key: larger than that of each that had the turn
    ///   before, hence the fencing token
    /// @param joined the revision that wrote it for whoever stands there
    public record Place(Bytes name, Bytes key, Revision created, Revision joined, LeaseId lease) {}

    /// The operation was refused, with what the rules say about it.
    public static final class RefusedHere extends RuntimeException {
        private static final long serialVersionUID = 1;

        public final transient Reply.Refused reply;

        RefusedHere(Reply.Refused reply) {
            super(reply.detail());
            this.reply = reply;
        }
    }

    /// The key is gone: its lease ended, or somebody deleted it.
    public static final class PlaceLost extends RuntimeException {
        private static final long serialVersionUID = 1;

        public PlaceLost(Place place) {
            super("the key " + place.key().text() + " is gone: its lease ended");
        }
    }

    public KeyQueues(ClusterStore store, Lanes lanes) {
        this.store = store;
        this.lanes = lanes;
    }

    /// {@return the keys of a line}
    public static KeyRange line(Bytes name) {
        return KeyRange.prefix(join(name, "/"));
    }

    /// Makes the key of a lease in a line, or finds it there; its value is `value` then. Fails with
    /// [RefusedHere] when there is no such lease or the principal may not.
    public CompletableFuture<Place> join(String principal, Bytes name, LeaseId lease, Bytes value) {
        return joinOrAgain(principal, name, lease, value, false);
    }

    /// Joins a line like [#join], so that whoever joined with the same lease before cannot give the
    /// place up any more.
    public CompletableFuture<Place> takeOver(
            String principal, Bytes name, LeaseId lease, Bytes value) {
        return joinOrAgain(principal, name, lease, value, true);
    }

    /// Whoever joined with the same lease before may give the place up between the look and the
    /// write. Nobody gives up the one that is made then, so once more is enough.
    private CompletableFuture<Place> joinOrAgain(
            String principal, Bytes name, LeaseId lease, Bytes value, boolean writes) {
        return join(principal, name, lease, value, writes)
                .exceptionallyCompose(failure ->
                        failure.getCause() instanceof PlaceLost
                                ? join(principal, name, lease, value, writes)
                                : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Place> join(
            String principal, Bytes name, LeaseId lease, Bytes value, boolean writes) {
        var key = join(name, "/" + Long.toHexString(lease.value()));
        var put = KeyRequest.Put.of(key, value, lease);
        var found = new KeyRequest.Read(RangeRead.of(KeyRange.one(key)));
        var absent = List.of(compare(key, Relation.EQUAL, new Operand.Created(0)));
        var transaction = new KeyTransaction(absent, List.of(put), List.of(found));
        return submit(principal, transaction)
                .thenCompose(done -> {
                    if (done.succeeded()) {
                        return CompletableFuture.completedFuture(
                                new Place(name, key, done.revision(), done.revision(), lease));
                    }
                    var present = ((KeyResult.Found) done.results().getFirst()).keys().getFirst();
                    var place = new Place(name, key, present.created(), present.modified(), lease);
                    return !writes && present.value().equals(value)
                            ? CompletableFuture.completedFuture(place)
                            : proclaim(principal, place, value)
                                    .thenApply(joined ->
                                            new Place(name, key, place.created(), joined, lease));
                });
    }

    /// A place that waits for its turn.
    ///
    /// @param looked completes when it is known whether it had the turn from the beginning; `turn`
    ///   is complete by then if it had
    /// @param turn completes with the revision at which it had the turn, or fails with [PlaceLost];
    ///   cancelling it ends the wait and nothing else
    public record Wait(CompletableFuture<Void> looked, CompletableFuture<Revision> turn) {}

    /// Waits until a place has the turn.
    public Wait await(String principal, Place place) {
        var wait = new KeyTurn(store.keys(), principal, place);
        wait.look();
        return new Wait(wait.looked(), wait.turn());
    }

    /// Writes a new value to the key of a place. Fails with [PlaceLost].
    public CompletableFuture<Revision> proclaim(String principal, Place place, Bytes value) {
        return inPlace(principal, place, KeyRequest.Put.of(place.key(), value, place.lease()));
    }

    /// Deletes the key of a place; a place that is gone already is left alone.
    public CompletableFuture<Revision> leave(String principal, Place place) {
        return submit(principal, whileThere(place, deletion(place)))
                .thenApply(Reply.Transacted::revision);
    }

    /// Deletes the key of a place, unless somebody has joined there or written it since.
    public CompletableFuture<Revision> giveUp(String principal, Place place) {
        var unchanged =
                compare(place.key(), Relation.EQUAL, new Operand.Modified(place.joined().value()));
        var transaction =
                new KeyTransaction(List.of(unchanged), List.of(deletion(place)), List.of());
        return submit(principal, transaction).thenApply(Reply.Transacted::revision);
    }

    private static KeyRequest deletion(Place place) {
        return new KeyRequest.Delete(KeyRange.one(place.key()), false);
    }

    /// {@return the key that has the turn in a line; empty when nobody stands there}
    public CompletableFuture<Optional<KeyValue>> first(String principal, Bytes name) {
        var read =
                new RangeRead(
                        line(name),
                        Revision.ZERO,
                        1,
                        new Order(By.CREATED, false),
                        Bounds.NONE,
                        Shows.ALL);
        return store.keys()
                .range(principal, read, true)
                .thenApply(answer -> answer.found().keys().stream().findFirst());
    }

    private CompletableFuture<Revision> inPlace(String principal, Place place, KeyRequest request) {
        return submit(principal, whileThere(place, request))
                .thenApply(done -> {
                    if (!done.succeeded()) {
                        throw new PlaceLost(place);
                    }
                    return done.revision();
                });
    }

    private static KeyTransaction whileThere(Place place, KeyRequest request) {
        var there =
                compare(place.key(), Relation.EQUAL, new Operand.Created(place.created().value()));
        return new KeyTransaction(List.of(there), List.of(request), List.of());
    }

    private static KeyComparison compare(Bytes key, Relation relation, Operand operand) {
        return new KeyComparison(KeyRange.one(key), relation, operand);
    }

    private CompletableFuture<Reply.Transacted> submit(
            String principal, KeyTransaction transaction) {
        return lanes.submit(principal, new Transact(principal, transaction))
                .thenApply(reply ->
                        switch (reply) {
                            case Reply.Transacted done -> done;
                            case Reply.Accepted(var revision, _) ->
                                    new Reply.Transacted(revision, true, List.of());
                            case Reply.Synchronised(var revision, _) ->
                                    new Reply.Transacted(revision, true, List.of());
                            case Reply.Refused refused -> throw new RefusedHere(refused);
                        });
    }

    private static Bytes join(Bytes name, String end) {
        var tail = end.getBytes(StandardCharsets.UTF_8);
        var joined = Arrays.copyOf(name.unsafe(), name.size() + tail.length);
        System.arraycopy(tail, 0, joined, name.size(), tail.length);
        return Bytes.wrap(joined);
    }
}
