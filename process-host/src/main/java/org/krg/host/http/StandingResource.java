// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import org.krg.host.HostFailure;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.Json;
import org.krg.host.model.Standing;
import org.krg.state.ClusterStore;
import org.krg.state.MutualTls;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CertificateName;

/// Tells a node whether it is still a member: one that was removed hears it nowhere else. It shows
/// its certificate, void or not, and is told about itself alone.
final class StandingResource {
    private final ClusterStore store;
    private final Replica replica;

    StandingResource(ClusterStore store, Replica replica) {
        this.store = store;
        this.replica = replica;
    }

    /// Answers from what is agreed now, never from what this node last knew: it may be behind, and
    /// not know yet that the asker was let in.
    HttpResponse standing(Call call) {
        var shown =
                MutualTls.findPeer(call.context().sslSession())
                        .filter(_ -> !call.caller().forwarded())
                        .filter(name -> isPeerOf(call.parameter("peer"), name))
                        .orElseThrow(() ->
                                new HostFailure(
                                        HostFailure.Code.USAGE,
                                        "a node asks about itself, as ?peer=NODE.INCARNATION",
                                        ""));
        var image = replica.read(false);
        var view =
                Json.object()
                        .put("node", shown.name())
                        .put("standing", Json.word(of(image, shown, call.parameter("peer"))));
        return Call.one(image, view);
    }

    private Standing of(ClusterImage image, CertificateName shown, String peer) {
        if (!image.access().isValid(shown)) {
            return Standing.REMOVED;
        }
        return store.quorum().members().stream().anyMatch(it -> it.peerId().equals(peer))
                ? Standing.MEMBER
                : Standing.REPLACED;
    }

    private static boolean isPeerOf(String peer, CertificateName name) {
        return peer.matches("[^.]+\\.[0-9]{1,18}") && peer.startsWith(name.name() + ".");
    }
}
