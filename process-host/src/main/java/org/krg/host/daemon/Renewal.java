// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.host.CertificateRenewal;
import org.krg.host.HostFailure;
import org.krg.host.tls.CertificateAuthority;
import org.krg.host.tls.DirectorySigner;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.NodeTls;
import org.krg.host.tls.Pem;
import org.krg.host.tls.TlsDirectory;
import org.krg.state.MutualTls;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostPort;
import org.krg.state.model.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gets this node another certificate before its own ends: signs it where the authority's key is,
/// else asks the nodes in turn. Connections that are open stay. Methods block. Safe for use from
/// any thread.
public final class Renewal implements CertificateRenewal {
    private static final Logger log = LoggerFactory.getLogger(Renewal.class);

    /// A certificate lasts a year: there are two months to find out why it is not renewed.
    static final Duration AHEAD = Duration.ofDays(60);

    private final TlsDirectory files;
    private final NodeTls tls;
    private final Supplier<ClusterImage> image;
    private final List<String> hosts;
    private final InstantSource wall;
    private volatile Optional<String> problem = Optional.empty();

    /// @param files where `tls` was read from
    /// @param hosts addresses and names under which this node is reached
    public Renewal(
            TlsDirectory files,
            NodeTls tls,
            Supplier<ClusterImage> image,
            List<String> hosts,
            InstantSource wall) {
        this.files = files;
        this.tls = tls;
        this.image = image;
        this.hosts = hosts;
        this.wall = wall;
    }

    /// {@return why the certificate, which ends soon, was not renewed}
    Optional<String> problem() {
        return problem;
    }

    /// Renews the certificate if it ends soon.
    void renewWhenDue() {
        if (Duration.between(wall.instant(), tls.ends()).compareTo(AHEAD) < 0) {
            try {
                var _ = renew();
            } catch (HostFailure failure) {
                log.warn("the certificate is not renewed ends={}", tls.ends(), failure);
                problem =
                        Optional.of(
                                "the node's certificate ends at %s and is not renewed: %s"
                                        .formatted(tls.ends(), failure.getMessage()));
            }
        }
    }

    @Override
    public synchronized Instant renew() {
        var request = KeyRequest.make(tls.name().name());
        var certificate = Pem.certificates(signed(request)).getFirst();
        requireGood(certificate, request);
        files.replace(certificate, request.keyText());
        tls.reload();
        problem = Optional.empty();
        log.info("the node has another certificate ends={}", tls.ends());
        return tls.ends();
    }

    private String signed(KeyRequest request) {
        var signer = new DirectorySigner(files, wall);
        return signer.canSign()
                ? signer.sign(request.text(), tls.name(), hosts, CertificateAuthority.NODE_LIFE)
                : asked(request);
    }

    private String asked(KeyRequest request) {
        var own = tls.name().node();
        var failure =
                new HostFailure(
                        HostFailure.Code.NO_QUORUM,
                        "no other node is there that could sign the certificate",
                        "start the nodes with tls/ca.key in their directories");
        for (var node : image.get().nodes().values()) {
            if (!own.equals(Optional.of(node.id())) && node.state() == Node.State.READY) {
                try {
                    return ask(node.addresses().api(), request);
                } catch (HostFailure refused) {
                    failure = refused;
                }
            }
        }
        throw failure;
    }

    private String ask(HostPort api, KeyRequest request) {
        var body = Map.<String, Object>of("request", request.text(), "hosts", hosts);
        try {
            return Joining.ask(api, tls.mutual().context(), "/v1/certificates/node", body)
                    .path("certificate")
                    .asText();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HostFailure(
                    HostFailure.Code.FAILED, "the agent of this node stops", "", stop);
        }
    }

    /// What is taken over must work: with a wrong one the node could speak to nobody.
    private void requireGood(X509Certificate certificate, KeyRequest request) {
        try {
            certificate.verify(files.trusted().getFirst().getPublicKey());
        } catch (GeneralSecurityException unsigned) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the certificate is not signed by the authority of the cluster",
                    "see tls/ca.crt of the node that signed it",
                    unsigned);
        }
        var isOwn = MutualTls.findName(certificate).equals(Optional.of(tls.name()));
        if (!isOwn || !request.isFor(certificate)) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the certificate names another node, or another key",
                    "see the log of the node that signed it");
        }
    }
}
