// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.model.Opening;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.OpeningsBody;
import org.krg.host.http.body.SubstitutesBody;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.OpeningView;
import org.krg.host.model.Obstacle;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Identity;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Substitute;
import org.krg.state.model.Verdict;

/// Looks whether a program could come back with other files than it had, before anything is done to
/// it: whether it had them open, which a node with a copy tells, and whether it could open the
/// others wherever it may come back.
///
/// @param self this node
/// @param holders of copies
record SubstituteSurvey(
        NodeId self, ApiParts parts, Replica replica, Peers peers, CopyHolders holders) {
    /// Throws what is in the way of `wanted`.
    ///
    /// @param beside whether it comes back as another job
    void require(
            Caller caller,
            ClusterImage image,
            Generation generation,
            List<Substitute> wanted,
            boolean beside) {
        var process = image.processes().require(generation.id().process());
        var user = image.jobs().require(process.job()).spec().runAs();
        var openings = openings(caller, image, generation, wanted);
        var obstacles = new ArrayList<Obstacle>();
        for (var node : destinations(image, process, beside)) {
            unopenable(caller, node, user, openings).stream()
                    .map(what ->
                            new Obstacle(
                                    "node " + node.id(),
                                    what,
                                    "Make it there, as a file of user " + user.name()))
                    .forEach(obstacles::add);
        }
        if (!obstacles.isEmpty()) {
            var lines = new StringBuilder();
            obstacles.forEach(it -> lines.append("\n  ").append(it));
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint %s cannot be restored with these files, nothing was done:%s"
                            .formatted(generation.id(), lines),
                    "a file has to be wherever the program may be brought back");
        }
    }

    private List<Opening> openings(
            Caller caller, ClusterImage image, Generation generation, List<Substitute> wanted) {
        if (generation.copies().contains(self)) {
            return parts.local().openings(generation.id(), wanted);
        }
        var body = Json.object();
        body.set("substitutes", OpeningView.substitutes(wanted));
        var path = "/v1/checkpoints/" + generation.id() + "/openings";
        var reply = peers.post(holders.another(image, generation), caller, path, body);
        return OpeningView.read(reply.path("openings"));
    }

    /// Where it runs it goes back, unless the node is cordoned; else any node that fits may be the
    /// one.
    private List<Node> destinations(ClusterImage image, HostedProcess process, boolean beside) {
        var stays =
                process.phase().host().filter(_ -> !beside).stream()
                        .flatMap(node -> image.nodes().find(node).stream())
                        .filter(node -> !node.cordoned())
                        .toList();
        return stays.isEmpty()
                ? parts.destinations().anywhere(image, process).verdicts().stream()
                        .filter(Verdict::feasible)
                        .map(verdict -> image.nodes().require(verdict.node()))
                        .toList()
                : stays;
    }

    private List<String> unopenable(
            Caller caller, Node node, Identity user, List<Opening> openings) {
        if (node.id().equals(self)) {
            return parts.local().unopenable(user, openings);
        }
        var body =
                Json.object()
                        .put("uid", user.uid())
                        .put("gid", user.gid())
                        .put("user", user.name());
        var groups = body.putArray("groups");
        user.groups().forEach(groups::add);
        body.set("openings", OpeningView.openings(openings));
        var problems = new ArrayList<String>();
        for (var it : peers.post(node, caller, "/v1/openings", body).path("problems")) {
            problems.add(it.asText());
        }
        return problems;
    }

    /// How the program of a checkpoint that this node has would open other files, for another
    /// agent.
    HttpResponse openings(Call call) {
        var image = replica.image();
        var generation = Targets.checkpoint(image, call.path("id"));
        var wanted = call.body(SubstitutesBody.class).others();
        var reply = Json.object();
        reply.set(
                "openings", OpeningView.openings(parts.local().openings(generation.id(), wanted)));
        return Call.one(image, reply);
    }

    /// Why a user cannot open files of this node, for another agent.
    HttpResponse unopenable(Call call) {
        var body = call.body(OpeningsBody.class);
        var reply = Json.object();
        reply.set("problems", Json.texts(parts.local().unopenable(body.identity(), body.all())));
        return Call.one(replica.image(), reply);
    }
}
