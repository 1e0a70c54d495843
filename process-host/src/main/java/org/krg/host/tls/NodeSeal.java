// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;

/// Signs archives with the key of a node, and believes those that nodes have signed: an archive
/// outlives certificates, so one that has ended since counts, one of a removed node does not.
public final class NodeSeal implements ArchiveSeal {
    private static final String ALGORITHM = "SHA256withECDSA";

    private final NodeTls own;

    public NodeSeal(NodeTls own) {
        this.own = own;
    }

    @Override
    public ArchiveSeal.Signature sign(byte[] content) {
        return own.sign(ALGORITHM, content);
    }

    @Override
    public Optional<String> objection(
            ArchiveSeal.Signature signature,
            byte[] content,
            String node,
            Optional<byte[]> authority) {
        try {
            var certificate = certificate(signature.certificate());
            var name = MutualTls.findName(certificate);
            if (name.flatMap(CertificateName::node)
                    .filter(it -> it.name().equals(node))
                    .isEmpty()) {
                return Optional.of("its certificate is not node " + node + "'s");
            }
            var believed =
                    authority.isPresent()
                            ? List.of(certificate(authority.get()))
                            : own.authorities();
            if (believed.stream().noneMatch(it -> isSigned(certificate, it))) {
                return Optional.of(
                        name.get() + " is of another cluster, or nobody has signed for it");
            }
            if (authority.isEmpty() && own.objection(name.get()).isPresent()) {
                return own.objection(name.get());
            }
            var verifier = java.security.Signature.getInstance(ALGORITHM);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(content);
            return verifier.verify(signature.bytes())
                    ? Optional.empty()
                    : Optional.of("what it says is not what node " + node + " has signed");
        } catch (GeneralSecurityException malformed) {
            return Optional.of("its signature makes no sense: " + malformed.getMessage());
        }
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate authority) {
        try {
            if (authority.getBasicConstraints() < 0
                    || !certificate
                            .getIssuerX500Principal()
                            .equals(authority.getSubjectX500Principal())) {
                return false;
            }
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException other) {
            return false;
        }
    }

    private static X509Certificate certificate(byte[] bytes) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }
}
