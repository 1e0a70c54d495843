// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Json;
import org.krg.state.model.NodeId;

/// The keys of the checkpoints that nodes keep.
record RekeyResource(NodeId self, ApiParts parts, Replica replica, Peers peers) {
    /// Has a node make itself another key, for what it keeps from now on.
    HttpResponse rekey(Call call) {
        var _ = call.body(EmptyBody.class);
        var node = Targets.node(replica.read(false), call.path("name"));
        if (!node.id().equals(self)) {
            return peers.pass(node, call.caller(), call.request(), Failures::response);
        }
        return Call.one(
                replica.image(),
                Json.object().put("node", self.name()).put("key", parts.rekey().rekey()));
    }
}
