// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.krg.host.HostFailure;
import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.host.engine.LeaseKeeping;
import org.krg.host.engine.LeaseTerms.Term;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.body.LeaseBody;
import org.krg.host.http.body.LockBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.KeyView;
import org.krg.state.ClusterStore;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.core.KeyAccess;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

/// Leases of users, and locks that are held by them.
final class LeaseResource {
    private final ClusterStore store;
    private final Replica replica;
    private final Changes changes;
    private final LeaseKeeping keeping;
    private final KeyQueues queues;

    LeaseResource(
            ClusterStore store,
            Replica replica,
            Changes changes,
            LeaseKeeping keeping,
            KeyQueues queues) {
        this.store = store;
        this.replica = replica;
        this.changes = changes;
        this.keeping = keeping;
        this.queues = queues;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(
                image,
                "leases",
                image.leases().values().stream().map(LeaseResource::view).toList());
    }

    HttpResponse grant(Call call) {
        var grant = call.body(LeaseBody.class).grant(call.principal());
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()), grant);
        var image = replica.atLeast(done.revision());
        var lease = new Lease(new LeaseId(done.created()), grant.holder(), grant.ttl(), 0);
        return Call.one(
                HttpStatus.CREATED,
                image,
                image.leases()
                        .find(lease.id())
                        .map(LeaseResource::view)
                        .orElseGet(() -> view(lease)));
    }

    HttpResponse show(Call call) {
        var id = id(call);
        var lasts = require(id, keeping.term(call.principal(), id).join());
        var view = lasting(call, id, lasts);
        return Call.one(replica.image(), view);
    }

    HttpResponse renew(Call call) {
        var _ = call.body(EmptyBody.class);
        var id = id(call);
        var lasts = require(id, keeping.renew(call.principal(), id).join());
        // Waits for nothing more: whoever renews has little time.
        return Call.one(replica.image(), term(id, lasts));
    }

    HttpResponse revoke(Call call) {
        var id = id(call);
        var keys = keys(call, id);
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new RevokeLease(id));
        return Call.json(
                HttpStatus.OK, Json.reply(done.revision()).put("id", id.value()).set("keys", keys));
    }

    /// Stands in the line of a lock. Who does not get it in time asks again with the same lease and
    /// has kept its place.
    HttpResponse lock(Call call) {
        var body = call.body(LockBody.class);
        try {
            var place =
                    queues.join(call.principal(), body.line(), body.holder(), body.content())
                            .join();
            return Call.one(replica.image(), view(place, isHeld(call, body, place)));
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof KeyQueues.RefusedHere refused) {
                throw Changes.failure(refused.reply);
            }
            throw failed;
        }
    }

    private boolean isHeld(Call call, LockBody body, Place place) {
        var wait = queues.await(call.principal(), place);
        try {
            wait.looked().get();
            wait.turn().get(body.patience().toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof KeyQueues.PlaceLost lost) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "the place in the line of the lock is lost: " + lost.getMessage(),
                        "get another lease and begin again");
            }
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM, "the agent of this node stops", "ask another node");
        } finally {
            wait.turn().cancel(false);
        }
    }

    private static ObjectNode view(Place place, boolean held) {
        return Json.object()
                .put("held", held)
                .put("name", place.name().text())
                .put("key", place.key().text())
                .put("lease", place.lease().value())
                .put("token", place.created().value());
    }

    private ObjectNode lasting(Call call, LeaseId id, Term.Lasts lasts) {
        // First: from then on this node has what was answered elsewhere.
        var keys = keys(call, id);
        return term(id, lasts).set("keys", keys);
    }

    private ObjectNode term(LeaseId id, Term.Lasts lasts) {
        var view =
                replica.image()
                        .leases()
                        .find(id)
                        .map(LeaseResource::view)
                        .orElseGet(() -> Json.object().put("id", id.value()));
        return view.put("ttlSeconds", Json.seconds(lasts.ttl()))
                .put("remainingSeconds", Json.seconds(lasts.remaining()));
    }

    /// The keys of a lease that the caller may read: others may have attached some, too.
    private ArrayNode keys(Call call, LeaseId id) {
        var keys = store.keys().keysOf(id).join();
        var access = store.image().access();
        return KeyView.names(
                keys.stream()
                        .filter(key ->
                                KeyAccess.problem(
                                                access,
                                                call.principal(),
                                                KeyRange.one(key),
                                                Mode.READ)
                                        .isEmpty())
                        .toList());
    }

    private static ObjectNode view(Lease lease) {
        return Json.object()
                .put("id", lease.id().value())
                .put("holder", lease.holder())
                .put("ttlSeconds", Json.seconds(lease.ttl()))
                .put("token", lease.token());
    }

    private static Term.Lasts require(LeaseId id, Term term) {
        return switch (term) {
            case Term.Lasts lasts -> lasts;
            case Term.Over() ->
                    throw new HostFailure(
                            HostFailure.Code.NOT_FOUND,
                            "there is no lease " + id + ": it has ended",
                            "ask for a new one");
        };
    }

    private static LeaseId id(Call call) {
        var text = call.path("id");
        if (!text.matches("[0-9]{1,18}")) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "a lease is named by its number, not \"" + text + "\"",
                    "`krg-admin state lease list` shows them");
        }
        return new LeaseId(Long.parseLong(text));
    }
}
