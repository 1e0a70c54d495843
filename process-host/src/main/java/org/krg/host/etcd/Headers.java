// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.ResponseHeader;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.krg.state.ClusterStore;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;

/// The headers of replies, and the numbers that etcd gives to clusters and members.
final class Headers {
    private final ClusterStore store;
    private final long cluster;
    private final long member;

    Headers(EtcdConfig config, ClusterStore store) {
        this.store = store;
        this.cluster = number(config.cluster());
        this.member = number(config.node());
    }

    /// {@return the header of a reply that shows or made `revision`}
    ResponseHeader at(Revision revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(cluster)
                .setMemberId(member)
                .setRevision(revision.value())
                .setRaftTerm(store.leadership().term())
                .build();
    }

    /// {@return as [#at], for messages of jetcd's}
    io.etcd.jetcd.api.ResponseHeader ofJetcd(Revision revision) {
        var header = at(revision);
        return io.etcd.jetcd.api.ResponseHeader.newBuilder()
                .setClusterId(header.getClusterId())
                .setMemberId(header.getMemberId())
                .setRevision(header.getRevision())
                .setRaftTerm(header.getRaftTerm())
                .build();
    }

    /// {@return as [#now], for messages of jetcd's}
    io.etcd.jetcd.api.ResponseHeader ofJetcd() {
        return ofJetcd(store.image().revision());
    }

    /// {@return the header of a reply that shows this replica as it is}
    ResponseHeader now() {
        return at(store.image().revision());
    }

    static long number(UUID cluster) {
        return cluster.getMostSignificantBits() ^ cluster.getLeastSignificantBits();
    }

    /// {@return a number that goes with a node's name: FNV-1a of 64 bits, never 0}
    static long number(NodeId node) {
        var hash = 0xcbf29ce484222325L;
        for (var each : node.name().getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        return hash == 0 ? 1 : hash;
    }
}
