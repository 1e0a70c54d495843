// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// Whom a certificate of a cluster names, written as `krg://CLUSTER/ROLE/NAME/NUMBER`.
///
/// @param number 0 from `cluster init`, else the number that the cluster gave when the node joined
public record CertificateName(UUID cluster, Role role, String name, long number) {
    /// What its holder is to the cluster.
    public enum Role {
        /// An agent.
        NODE,
        /// A user.
        CLIENT,
        /// A user who may do everything.
        ADMIN
    }

    private static final Pattern URI =
            Pattern.compile(
                    "krg://([0-9a-f-]{36})/(node|client|admin)/([A-Za-z0-9][A-Za-z0-9._@-]{0,63})/([0-9]{1,18})");

    public CertificateName {
        if (!URI.matcher(text(cluster, role, name, number)).matches()) {
            throw new IllegalArgumentException("a certificate cannot name \"" + name + "\"");
        }
    }

    /// {@return the name of a node}
    public static CertificateName node(UUID cluster, NodeId node, long number) {
        return new CertificateName(cluster, Role.NODE, node.name(), number);
    }

    /// {@return the name that `uri` writes}
    public static Optional<CertificateName> find(String uri) {
        var parts = URI.matcher(uri);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new CertificateName(
                            UUID.fromString(parts.group(1)),
                            Role.valueOf(parts.group(2).toUpperCase(Locale.ROOT)),
                            parts.group(3),
                            Long.parseLong(parts.group(4))));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /// {@return the node that the certificate is for, if it is for one}
    public Optional<NodeId> node() {
        return role == Role.NODE ? Optional.of(new NodeId(name)) : Optional.empty();
    }

    @Override
    public String toString() {
        return text(cluster, role, name, number);
    }

    private static String text(UUID cluster, Role role, String name, long number) {
        return "krg://%s/%s/%s/%d"
                .formatted(cluster, role.name().toLowerCase(Locale.ROOT), name, number);
    }
}
