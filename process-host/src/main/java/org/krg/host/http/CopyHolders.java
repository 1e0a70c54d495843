// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.function.Supplier;
import org.krg.host.HostFailure;
import org.krg.host.http.cluster.Peers;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// Has what needs the bytes of a checkpoint done by a node that has a copy.
///
/// @param self the node that was asked
record CopyHolders(NodeId self, Peers peers) {
    /// {@return what `here` does if this node has a copy, else another node's answer to the same}
    HttpResponse perform(
            Call call, ClusterImage image, Generation generation, Supplier<HttpResponse> here) {
        return generation.copies().contains(self)
                ? here.get()
                : peers.pass(
                        another(image, generation),
                        call.caller(),
                        call.request(),
                        Failures::response);
    }

    /// {@return a node that can be reached and has a copy}
    Node another(ClusterImage image, Generation generation) {
        return generation.copies().stream()
                .flatMap(node -> image.nodes().find(node).stream())
                .filter(node -> node.state() == Node.State.READY)
                .findFirst()
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NO_QUORUM,
                                "no node that holds checkpoint "
                                        + generation.id()
                                        + " can be reached: "
                                        + generation.copies(),
                                "`krg-admin node list` shows the nodes"));
    }
}
