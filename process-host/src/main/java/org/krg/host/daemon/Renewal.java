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

    /// What clocks of two nodes may differ by.
    private static final Duration SKEW = Duration.ofDays(1);

    /// The authority cannot be renewed, and with it all ends: that takes a year to plan.
    private static final Duration AUTHORITY_AHEAD = Duration.ofDays(365);

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

    /// {@return why the certificate, which ends soon, was not renewed, or that the authority's own
    /// ends soon}
    Optional<String> problem() {
        return problem.or(() -> authorityEndsWithin(AHEAD));
    }

    /// {@return that the authority's certificate ends within a year, if so}
    Optional<String> warning() {
        return authorityEndsWithin(AUTHORITY_AHEAD);
    }

    private Optional<String> authorityEndsWithin(Duration ahead) {
        return isWithin(tls.authorityEnds(), ahead)
                ? Optional.of(
                        ("the cluster's authority ends at %s, and every certificate with it: no"
                                        + " node hears another then; move to a new cluster before"
                                        + " (docs/operations.md)")
                                .formatted(tls.authorityEnds()))
                : Optional.empty();
    }

    private boolean isWithin(Instant end, Duration ahead) {
        return Duration.between(wall.instant(), end).compareTo(ahead) < 0;
    }

    /// Renews the certificate if it ends soon and another one could end later.
    void renewWhenDue() {
        if (isWithin(tls.ends(), AHEAD) && tls.ends().isBefore(tls.authorityEnds())) {
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
        var certificate = signed(request);
        files.replace(certificate, request.keyText());
        tls.reload();
        problem = Optional.empty();
        log.info("the node has another certificate ends={}", tls.ends());
        return tls.ends();
    }

    private X509Certificate signed(KeyRequest request) {
        var signer = new DirectorySigner(files, wall);
        if (!signer.canSign()) {
            return asked(request);
        }
        var life = CertificateAuthority.NODE_LIFE;
        return good(signer.sign(request.text(), tls.name(), hosts, life), request);
    }

    private X509Certificate asked(KeyRequest request) {
        var own = tls.name().node();
        var failure =
                new HostFailure(
                        HostFailure.Code.NO_QUORUM,
                        "no other node is there that could sign the certificate",
                        "start the nodes with tls/ca.key in their directories");
        for (var node : image.get().nodes().values()) {
            if (!own.equals(Optional.of(node.id())) && node.state() == Node.State.READY) {
                try {
                    return good(ask(node.addresses().api(), request), request);
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
    private X509Certificate good(String text, KeyRequest request) {
        var certificate = Pem.certificates(text).getFirst();
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
        var end = certificate.getNotAfter().toInstant();
        // Of a clock that was ahead once the present one may have an end that no other one gets.
        var due = wall.instant().plus(CertificateAuthority.NODE_LIFE).minus(SKEW);
        if (end.isBefore(tls.ends()) && end.isBefore(due)) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the certificate would end at %s, sooner than the present one".formatted(end),
                    "see whether the clock of the node that signed it is behind");
        }
        return certificate;
    }
}
