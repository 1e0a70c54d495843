// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.krg.state.event.PolicyEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Policies;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

/// Policies that users wrote, as the API shows them.
public final class PolicyView {
    private PolicyView() {}

    /// {@return which one decides, and all there are without their texts}
    public static ObjectNode of(Policies policies) {
        var view = choice(policies.active(), policies.previous());
        view.set(
                "policies",
                Json.list(
                        policies.versions().values().stream()
                                .map(version -> brief(policies, version))
                                .toList()));
        return view;
    }

    /// {@return one version with its text}
    public static ObjectNode of(Policies policies, PolicyVersion version) {
        return brief(policies, version).put("text", version.text());
    }

    /// {@return what a policy would decide of a process, and where that is}
    public static ObjectNode trial(
            ClusterImage image, HostedProcess process, PlacementDecision decision) {
        var job = image.jobs().require(process.job());
        var view = Json.object().put("target", job.name() + "/" + process.rank());
        process.phase().host().ifPresent(node -> view.put("node", node.name()));
        view.set("decision", ProcessView.of(decision));
        return view;
    }

    private static ObjectNode brief(Policies policies, PolicyVersion version) {
        return plain(version).put("active", policies.active().equals(Optional.of(version.id())));
    }

    private static ObjectNode plain(PolicyVersion version) {
        var view =
                Json.object()
                        .put("name", version.id().name())
                        .put("version", version.id().version())
                        .put("author", version.author())
                        .put("at", version.at().toString());
        return version.about().isEmpty() ? view : view.put("about", version.about());
    }

    /// Adds what happened to the view of an event.
    static void of(ObjectNode view, PolicyEvent event) {
        switch (event) {
            case PolicyEvent.Stored(var version, _) ->
                    view.put("type", "policy.stored")
                            .put("target", version.id().toString())
                            .set("object", plain(version));
            case PolicyEvent.Activated(var active, var previous, _) ->
                    view.put("type", "policy.activated")
                            .put("target", name(active))
                            .set("object", choice(active, previous));
            case PolicyEvent.Removed(var id, _) ->
                    view.put("type", "policy.removed")
                            .put("target", id.toString())
                            .set(
                                    "object",
                                    Json.object()
                                            .put("name", id.name())
                                            .put("version", id.version()));
        }
    }

    private static ObjectNode choice(Optional<PolicyId> active, Optional<PolicyId> previous) {
        return Json.object().put("active", name(active)).put("previous", name(previous));
    }

    private static String name(Optional<PolicyId> policy) {
        return policy.map(PolicyId::toString).orElse(PolicyId.BUILT_IN);
    }
}
