// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.host.engine.SharedOutcomes;
import org.krg.host.http.body.LeaderBody;
import org.krg.host.http.body.ReplaceBody;
import org.krg.host.http.body.VotersBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.Json;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.command.NodeCommand.RecordVoters;
import org.krg.state.core.MembershipChange;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.core.MembershipChange.Replace;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;

/// Who votes and who leads. Only the leader can change it, so requests are passed on to it.
final class MemberResource {
    private static final Reassign NOTHING = new Reassign(List.of(), List.of());

    private final ApiParts parts;
    private final Replica replica;
    private final Peers peers;
    private final Changes changes;
    private final ClusterResource cluster;
    private final SharedOutcomes<Changes.Key, ClusterImage> underWay = new SharedOutcomes<>();

    MemberResource(
            ApiParts parts,
            Replica replica,
            Peers peers,
            Changes changes,
            ClusterResource cluster) {
        this.parts = parts;
        this.replica = replica;
        this.peers = peers;
        this.changes = changes;
        this.cluster = cluster;
    }

    /// Has nodes vote and others vote no more, all together. What is so already is only noted.
    HttpResponse reassign(Call call) {
        var change = call.body(VotersBody.class).change();
        var wish = new RecordVoters(change.promoted(), change.demoted());
        return onLeader(
                call,
                () -> {
                    var _ = once(call, key -> reassign(key, change, wish));
                    return members();
                });
    }

    private ClusterImage reassign(Changes.Key key, Reassign change, RecordVoters wish) {
        var rest = rest(change);
        return rest.equals(NOTHING) && !change.equals(NOTHING)
                ? wish(key, wish)
                : changed(key, rest, wish);
    }

    /// Has a node vote in the place of another one that leaves.
    HttpResponse replace(Call call) {
        var by = call.body(ReplaceBody.class).node();
        var change = new Replace(new NodeId(call.path("name")), by);
        var wish = new RecordVoters(List.of(by), List.of());
        return onLeader(
                call,
                () -> {
                    var _ =
                            once(
                                    call,
                                    key ->
                                            isMade(change)
                                                    ? wish(key, wish)
                                                    : changed(key, change, wish));
                    return members();
                });
    }

    private boolean isMade(Replace change) {
        return has(Role.VOTER, change.by())
                && replica.read(false).nodes().find(change.gone()).isPresent()
                && cluster.members().stream().noneMatch(it -> it.node().equals(change.gone()));
    }

    /// {@return the state after a change of the members, which blocks} A request that is repeated
    /// while its change is made waits for that one.
    ClusterImage once(Call call, Function<Changes.Key, ClusterImage> change) {
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        return underWay.of(key, () -> change.apply(key));
    }

    /// The leader knows what is wanted before it is so: it would undo it.
    private ClusterImage changed(Changes.Key key, MembershipChange change, RecordVoters wish) {
        parts.store()
                .refusal(change)
                .ifPresent(why -> {
                    throw new MembershipRefused(why);
                });
        var wished = wish(key, wish);
        parts.store().change(change).join();
        return wished;
    }

    private ClusterImage wish(Changes.Key key, RecordVoters wish) {
        return replica.atLeast(changes.submit(key, wish).revision());
    }

    /// {@return the change without nodes that have the part already}
    private Reassign rest(Reassign change) {
        return new Reassign(
                change.promoted().stream()
                        .filter(node -> change.demoted().contains(node) || !has(Role.VOTER, node))
                        .toList(),
                change.demoted().stream()
                        .filter(node ->
                                change.promoted().contains(node) || !has(Role.LISTENER, node))
                        .toList());
    }

    private boolean has(Role role, NodeId node) {
        return cluster.members().stream()
                .anyMatch(member -> member.node().equals(node) && member.role() == role);
    }

    /// Another leader.
    HttpResponse transfer(Call call) {
        var to = call.body(LeaderBody.class).find();
        return onLeader(
                call,
                () -> {
                    parts.store().transferLeadership(to).join();
                    return members();
                });
    }

    private HttpResponse members() {
        var view = Json.object();
        leader().ifPresent(leader -> view.put("leader", leader.name()));
        var image = replica.image();
        view.set(
                "members",
                Json.list(
                        cluster.members().stream()
                                .map(each -> ClusterResource.member(image, each))
                                .toList()));
        return Call.one(image, view);
    }

    private Optional<NodeId> leader() {
        return parts.store().leadership().leader();
    }

    /// {@return the reply of this node if it leads, else of the leader}
    HttpResponse onLeader(Call call, Supplier<HttpResponse> here) {
        if (parts.store().leadership().mine()) {
            return here.get();
        }
        var leader =
                leader().flatMap(replica.image().nodes()::find)
                        .orElseThrow(() -> new NoQuorum("no leader is known"));
        return peers.pass(leader, call.caller(), call.request(), Failures::response);
    }
}
