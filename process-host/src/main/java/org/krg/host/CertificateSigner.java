// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.time.Duration;
import java.util.List;
import org.krg.state.model.CertificateName;
import org.krg.state.model.Sha256;

/// Signs certificates of the cluster, on nodes that keep its authority's key. Texts are PEM.
public interface CertificateSigner {
    /// {@return whether this node keeps the authority's key}
    boolean canSign();

    /// {@return a digest of the public key in a request, which must be signed with that key}
    ///
    /// @throws HostFailure USAGE if the request is not good
    Sha256 keyOf(String request);

    /// Throws [HostFailure] USAGE if a certificate cannot name one of these.
    ///
    /// @param hosts addresses and names under which a node is reached
    void requireNames(List<String> hosts);

    /// {@return a certificate for the key in a request}
    ///
    /// @param hosts addresses and names under which a node is reached
    /// @throws HostFailure USAGE if the request is not good
    String sign(String request, CertificateName name, List<String> hosts, Duration life);

    /// {@return the certificate of the authority}
    String authority();

    /// {@return what pins the authority: the digest of its certificate}
    Sha256 pin();
}
