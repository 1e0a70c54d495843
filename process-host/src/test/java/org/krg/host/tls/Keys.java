// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.krg.state.model.CertificateName;
import org.krg.state.model.CertificateName.Role;
import org.krg.state.model.NodeId;

/// An authority for tests, and what it gives to nodes and users.
public final class Keys {
    private final UUID cluster;
    private final Path directory;
    private final CertificateAuthority authority;

    public Keys(UUID cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
        this.authority = CertificateAuthority.make(cluster, Instant.now());
    }

    public CertificateAuthority authority() {
        return authority;
    }

    /// What a node with the authority's key signs with.
    public DirectorySigner signer(String node) {
        var files = TlsDirectory.ofNode(directory.resolve("signer-" + node));
        files.write(authority);
        return new DirectorySigner(files, InstantSource.system());
    }

    public NodeTls node(String name) {
        return node(name, 0);
    }

    public NodeTls node(String name, long number) {
        return open(CertificateName.node(cluster, new NodeId(name), number), Instant.now());
    }

    public NodeTls user(Role role, String name) {
        return open(new CertificateName(cluster, role, name, 0), Instant.now());
    }

    /// One whose certificate ended yesterday.
    public NodeTls expiredNode(String name) {
        var then = Instant.now().minus(CertificateAuthority.NODE_LIFE).minus(Duration.ofDays(1));
        return open(CertificateName.node(cluster, new NodeId(name), 0), then);
    }

    private NodeTls open(CertificateName name, Instant now) {
        var files =
                TlsDirectory.ofNode(
                        directory.resolve(
                                name.role() + name.name() + name.number() + now.hashCode()));
        var request = KeyRequest.make(name.name());
        var certificate =
                authority.sign(
                        request.text(),
                        name,
                        List.of("127.0.0.1", "localhost"),
                        now,
                        CertificateAuthority.NODE_LIFE);
        files.write(certificate, request.keyText(), authority.certificate());
        return NodeTls.open(files, cluster);
    }
}
