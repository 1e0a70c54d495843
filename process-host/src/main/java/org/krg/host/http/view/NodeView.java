// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.krg.state.ClusterStore.Member;
import org.krg.state.ClusterStore.QuorumStatus;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Node;
import org.krg.state.model.Resources;
import org.krg.state.model.Role;

/// A node, with what is set aside on it.
public final class NodeView {
    private NodeView() {}

    /// {@return all nodes}
    public static List<ObjectNode> all(ClusterImage image, QuorumStatus quorum) {
        return image.nodes().values().stream().map(node -> of(image, node, quorum)).toList();
    }

    /// {@return one node}
    public static ObjectNode of(ClusterImage image, Node node, QuorumStatus quorum) {
        var hosted =
                image.processes().values().stream()
                        .filter(it -> it.phase().host().filter(node.id()::equals).isPresent())
                        .toList();
        var reserved = reserved(image, hosted);
        var view =
                plain(node)
                        .put("role", Json.word(role(node, quorum)))
                        .put(
                                "leader",
                                quorum.leadership().leader().filter(node.id()::equals).isPresent())
                        .put("reservedCpuMillis", reserved.cpuMillis())
                        .put("reservedMemoryBytes", reserved.memoryBytes())
                        .put("processes", hosted.size());
        return view;
    }

    /// {@return what it is in the group now; what it registered as, where it is no member}
    private static Role role(Node node, QuorumStatus quorum) {
        return quorum.members().stream()
                .filter(member -> member.node().equals(node.id()))
                .findFirst()
                .map(Member::role)
                .orElse(node.role());
    }

    /// {@return what the node itself tells}
    static ObjectNode plain(Node node) {
        var able = node.capabilities();
        var view =
                Json.object()
                        .put("name", node.id().name())
                        .put("state", Json.word(node.state()))
                        .put("cordoned", node.cordoned())
                        .put("demoted", node.demoted())
                        .put("role", Json.word(node.role()))
                        .put("api", node.addresses().api().toString())
                        .put("raft", node.addresses().raft().toString())
                        .put("peer", node.addresses().peer().toString())
                        .put("incarnation", node.incarnation())
                        .put("cpuMillis", node.capacity().cpuMillis())
                        .put("memoryBytes", node.capacity().memoryBytes())
                        .put("architecture", able.architecture())
                        .put("kernel", able.kernel());
        if (!able.criu().isEmpty()) {
            view.put("criu", able.criu());
        }
        able.cellNetwork().ifPresent(pool -> view.put("cellNetwork", pool.toString()));
        view.set("engines", Json.texts(able.engines().stream().map(Json::word).toList()));
        view.set("notes", Json.texts(able.notes()));
        return view.put("since", node.since().toString());
    }

    private static Resources reserved(ClusterImage image, List<HostedProcess> hosted) {
        return hosted.stream()
                .map(process -> image.jobs().require(process.job()).spec().reserve())
                .reduce(Resources.NONE, Resources::plus);
    }
}
