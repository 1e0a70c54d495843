// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.krg.host.tls.CertificateAuthority;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.Pem;
import org.krg.host.tls.TlsDirectory;
import org.krg.state.model.CertificateName;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;

/// The authority of a cluster that is being made, and the first certificates it gives.
public final class ClusterKeys {
    private final UUID cluster;
    private final CertificateAuthority authority;

    private ClusterKeys(UUID cluster, CertificateAuthority authority) {
        this.cluster = cluster;
        this.authority = authority;
    }

    /// {@return a new authority, which is kept nowhere yet}
    public static ClusterKeys make(UUID cluster) {
        return new ClusterKeys(cluster, CertificateAuthority.make(cluster, Instant.now()));
    }

    /// Writes a node's key and certificate to `tls` in its data directory, and the authority's key
    /// where the node votes.
    ///
    /// @throws org.krg.host.HostFailure if that cannot be written
    public void give(Path data, NodeId node, NodeAddresses listen, boolean voter) {
        var files = TlsDirectory.ofNode(data);
        var request = KeyRequest.make(node.name());
        var certificate =
                authority.sign(
                        request.text(),
                        CertificateName.node(cluster, node, 0),
                        hosts(listen),
                        Instant.now(),
                        CertificateAuthority.NODE_LIFE);
        if (voter) {
            files.write(authority);
        }
        files.write(certificate, request.keyText(), authority.certificate());
    }

    /// Writes the key and certificate of an administrator, and whom to believe, to a directory.
    ///
    /// @throws org.krg.host.HostFailure if that cannot be written
    public void giveAdministrator(String name, Path directory) {
        var keys = UserKeys.make(name, directory);
        var certificate =
                authority.sign(
                        keys.request(),
                        new CertificateName(cluster, CertificateName.Role.ADMIN, name, 0),
                        List.of(),
                        Instant.now(),
                        CertificateAuthority.NODE_LIFE);
        keys.write(Pem.text(List.of(certificate)), Pem.text(List.of(authority.certificate())));
    }

    /// {@return whether there are a node's keys in its data directory}
    public static boolean areIn(Path data) {
        return TlsDirectory.ofNode(data).isThere();
    }

    /// {@return what a certificate of a node at those addresses is good for}
    static List<String> hosts(NodeAddresses listen) {
        var hosts = new TreeSet<>(List.of("localhost", "127.0.0.1", "::1"));
        hosts.addAll(List.of(listen.api().host(), listen.raft().host(), listen.peer().host()));
        return List.copyOf(hosts);
    }
}
