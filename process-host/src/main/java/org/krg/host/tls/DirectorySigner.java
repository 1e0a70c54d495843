// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.krg.host.CertificateSigner;
import org.krg.host.HostFailure;
import org.krg.state.model.CertificateName;
import org.krg.state.model.Sha256;

/// Signs with the authority's key in a node's [TlsDirectory], if it is there.
public record DirectorySigner(TlsDirectory directory, InstantSource wall)
        implements CertificateSigner {
    @Override
    public boolean canSign() {
        return directory.findAuthority().isPresent();
    }

    @Override
    public Sha256 keyOf(String request) {
        return CertificateAuthority.keyOf(request);
    }

    @Override
    public void requireNames(List<String> hosts) {
        CertificateAuthority.requireNames(hosts);
    }

    @Override
    public String sign(String request, CertificateName name, List<String> hosts, Duration life) {
        var authority =
                directory
                        .findAuthority()
                        .orElseThrow(() ->
                                new HostFailure(
                                        HostFailure.Code.CONFLICT,
                                        "this node does not keep the key of the cluster's"
                                                + " authority",
                                        "ask a node with tls/ca.key in its directory"));
        return Pem.text(List.of(authority.sign(request, name, hosts, wall.instant(), life)));
    }

    @Override
    public String authority() {
        return Pem.text(directory.trusted().subList(0, 1));
    }

    @Override
    public Sha256 pin() {
        return CertificateAuthority.pin(directory.trusted().getFirst());
    }
}
