// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.krg.host.HostFailure;
import org.krg.host.http.access.JoinTicket;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.body.JoinBody;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.body.TokenBody;
import org.krg.host.http.body.UserCertificateBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.AccessView;
import org.krg.host.http.view.Json;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.MutualTls;
import org.krg.state.command.AccessCommand.CreateToken;
import org.krg.state.command.AccessCommand.JoinNode;
import org.krg.state.command.AccessCommand.RevokeToken;
import org.krg.state.core.Authority;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CertificateName;
import org.krg.state.model.JoinToken;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// Tokens, and the certificates that the cluster's authority signs. A node that does not keep the
/// authority's key passes requests on to one that does.
final class JoinResource {
    private static final Duration NODE_LIFE = Duration.ofDays(365);
    private static final Duration USER_LIFE = Duration.ofDays(90);

    /// For the answer of a node that signs, which commits a command before.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Names under which a node is reached on its own machine.
    private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "::1");

    private final ApiConfig config;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;

    JoinResource(ApiConfig config, ApiParts parts, Replica replica, Changes changes, Peers peers) {
        this.config = config;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
    }

    HttpResponse tokens(Call call) {
        var image = replica.read(call.isStale());
        var tokens = image.access().tokens().values();
        return Call.several(image, "tokens", tokens.stream().map(AccessView::of).toList());
    }

    /// The only time that the whole token is told.
    HttpResponse createToken(Call call) {
        var life = call.body(TokenBody.class).life();
        var ticket = JoinTicket.make(parts.signer().pin());
        var now = parts.wall().instant();
        var token = new JoinToken(ticket.id(), ticket.hash(), now.plus(life));
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var done = changes.submit(key, new CreateToken(token, now));
        var image = replica.atLeast(done.revision());
        if (image.access().tokens().find(ticket.id()).isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "this request made a token before, and a token is told once",
                    "make another; krg-admin cluster token list shows what there is");
        }
        return Call.one(
                HttpStatus.CREATED, image, AccessView.of(token).put("token", ticket.text()));
    }

    HttpResponse revokeToken(Call call) {
        var id = call.path("name");
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var done = changes.submit(key, new RevokeToken(id));
        return Call.one(replica.atLeast(done.revision()), Json.object().put("id", id));
    }

    /// Lets a node in that shows a token: uses it up, by a command, and signs the node's key.
    HttpResponse join(Call call) {
        var body = call.body(JoinBody.class);
        var ticket = JoinTicket.parse(body.shown());
        call.about("node " + body.id() + " token " + ticket.id());
        if (!parts.signer().canSign()) {
            return passOn(call);
        }
        // All that may be wrong with the request, before the token is used up.
        var hosts = hosts(body);
        var key = parts.signer().keyOf(body.signing());
        var wish = new JoinNode(ticket.id(), ticket.hash(), body.id(), key, parts.wall().instant());
        // Whoever has no token would fill the log, and the sessions that it keeps.
        Changes.requireGranted(replica.read(false), wish);
        var done =
                changes.submit(
                        // Never numbers that a stranger chose: they would be given a reply that is
                        // kept, and a certificate for it.
                        changes.key(Optional.empty(), Authority.AGENT), wish);
        var name = CertificateName.node(config.cluster(), body.id(), done.created());
        return signed(replica.atLeast(done.revision()), name, body.signing(), hosts, NODE_LIFE);
    }

    /// Gives a node another certificate for a new key, with the name and the number of the one it
    /// shows. It is not passed on: a node asks for itself, or it could ask for another.
    HttpResponse renew(Call call) {
        var shown =
                MutualTls.findPeer(call.context().sslSession())
                        .filter(_ -> !call.caller().forwarded() && parts.signer().canSign())
                        .orElseThrow(() -> refused("this node cannot renew that certificate"));
        var body = call.body(JoinBody.class);
        return signed(replica.image(), shown, body.signing(), hosts(body), NODE_LIFE);
    }

    /// Has a node get another certificate, for a new key, without a restart.
    HttpResponse rotate(Call call) {
        var _ = call.body(EmptyBody.class);
        var node = Targets.node(replica.read(false), call.path("name"));
        if (!node.id().equals(config.node())) {
            return peers.pass(node, call.caller(), call.request(), Failures::response);
        }
        var ends = parts.renewal().renew();
        return Call.one(
                replica.image(),
                Json.object().put("name", node.id().name()).put("ends", ends.toString()));
    }

    HttpResponse user(Call call) {
        if (!parts.signer().canSign()) {
            return passOn(call);
        }
        var body = call.body(UserCertificateBody.class);
        try {
            var name = new CertificateName(config.cluster(), body.role(), body.name(), 0);
            return signed(replica.image(), name, body.signing(), List.of(), body.life(USER_LIFE));
        } catch (IllegalArgumentException malformed) {
            throw new HostFailure(
                    HostFailure.Code.USAGE, String.valueOf(malformed.getMessage()), "");
        }
    }

    private HttpResponse signed(
            ClusterImage image,
            CertificateName name,
            String request,
            List<String> hosts,
            Duration life) {
        var view =
                Json.object()
                        .put("certificate", parts.signer().sign(request, name, hosts, life))
                        .put("authority", parts.signer().authority());
        view.putObject("cluster")
                .put("id", config.cluster().toString())
                .put("name", config.clusterName());
        return Call.one(HttpStatus.CREATED, image, view);
    }

    private List<String> hosts(JoinBody body) {
        var hosts = new ArrayList<>(LOCAL);
        body.reached().stream().filter(host -> !hosts.contains(host)).forEach(hosts::add);
        parts.signer().requireNames(hosts);
        return hosts;
    }

    /// Who keeps the authority's key is agreed nowhere: the nodes are asked in turn.
    private HttpResponse passOn(Call call) {
        if (call.caller().forwarded()) {
            throw new StatusFailure(
                    HttpStatus.NOT_IMPLEMENTED.code(),
                    refused("node " + config.node() + " does not keep the authority's key"));
        }
        var asked = new ArrayList<NodeId>();
        var unavailable = Optional.<AggregatedHttpResponse>empty();
        for (var node : replica.image().nodes().values()) {
            if (node.state() == Node.State.READY && !node.id().equals(config.node())) {
                var reply = passOn(call, node);
                asked.add(node.id());
                if (reply.status().equals(HttpStatus.SERVICE_UNAVAILABLE)) {
                    unavailable = Optional.of(reply);
                } else if (!reply.status().equals(HttpStatus.NOT_IMPLEMENTED)) {
                    return reply.toHttpResponse();
                }
            }
        }
        if (unavailable.isPresent()) {
            return unavailable.get().toHttpResponse();
        }
        throw refused(
                "this node does not keep the key of the cluster's authority, and of the others "
                        + asked
                        + " none does");
    }

    private AggregatedHttpResponse passOn(Call call, Node node) {
        try {
            return peers.pass(node, call.caller(), call.request(), Failures::response)
                    .aggregate()
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException failed) {
            throw new UnknownOutcome("node " + node.id() + " did not answer", failed);
        }
    }

    private static HostFailure refused(String why) {
        return new HostFailure(
                HostFailure.Code.CONFLICT, why, "ask a node with tls/ca.key in its directory");
    }
}
