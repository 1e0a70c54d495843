// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.krg.host.HostFailure;
import org.krg.state.model.CertificateName;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Sha256;

/// Signs certificates of one cluster. Who has its key can be any node: it stays with the voters.
public final class CertificateAuthority {
    /// How long certificates last.
    public static final Duration NODE_LIFE = Duration.ofDays(365);

    /// How long certificates of users last unless said otherwise.
    public static final Duration USER_LIFE = Duration.ofDays(90);

    private static final Duration OWN_LIFE = Duration.ofDays(3_650);

    /// Certificates are good from so long before the authority was made on: a node whose clock is
    /// behind, or is set back, by less believes all others. Nobody had any before.
    private static final Duration SKEW = Duration.ofDays(1);

    /// RFC 5280: at most 20 bytes; unguessable ones need 8.
    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom random = new SecureRandom();

    CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /// {@return a new authority, whose key nobody else has}
    public static CertificateAuthority make(UUID cluster, Instant now) {
        var pair = KeyRequest.newPair();
        var name = new X500Principal("CN=krg cluster " + cluster);
        var authority = new CertificateAuthority(selfSigned(name, pair, now), pair.getPrivate());
        return authority;
    }

    private static X509Certificate selfSigned(X500Principal name, KeyPair pair, Instant now) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                                    name,
                                    new BigInteger(SERIAL_BITS, new SecureRandom()),
                                    Date.from(now.minus(SKEW)),
                                    Date.from(now.plus(OWN_LIFE)),
                                    name,
                                    pair.getPublic())
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                            .addExtension(
                                    Extension.keyUsage,
                                    true,
                                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            var signer = new JcaContentSignerBuilder(KeyRequest.SIGNATURE).build(pair.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException | CertIOException | GeneralSecurityException wrong) {
            throw new InvariantBroken("every JDK signs with ECDSA", wrong);
        }
    }

    /// {@return the certificate that everybody of the cluster trusts}
    public X509Certificate certificate() {
        return certificate;
    }

    PrivateKey key() {
        return key;
    }

    /// {@return a certificate for the key in a request, that names its holder}
    ///
    /// @param hosts addresses and names under which a node is reached
    /// @throws HostFailure if the request is malformed or does not prove that its key is had
    public X509Certificate sign(
            String request, CertificateName name, List<String> hosts, Instant now, Duration life) {
        try {
            var purposes =
                    name.role() == CertificateName.Role.NODE
                            ? new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }
                            : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
            var ends = now.plus(life);
            var last = certificate.getNotAfter().toInstant();
            var builder =
                    new JcaX509v3CertificateBuilder(
                                    certificate,
                                    new BigInteger(SERIAL_BITS, random),
                                    certificate.getNotBefore(),
                                    Date.from(ends.isBefore(last) ? ends : last),
                                    new X500Principal("CN=" + name.name()),
                                    requested(request))
                            .addExtension(
                                    Extension.basicConstraints, true, new BasicConstraints(false))
                            .addExtension(
                                    Extension.keyUsage,
                                    true,
                                    new KeyUsage(KeyUsage.digitalSignature))
                            .addExtension(
                                    Extension.extendedKeyUsage,
                                    true,
                                    new ExtendedKeyUsage(purposes))
                            .addExtension(
                                    Extension.subjectAlternativeName, false, names(name, hosts));
            var signer = new JcaContentSignerBuilder(KeyRequest.SIGNATURE).build(key);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException | CertIOException | GeneralSecurityException wrong) {
            throw new InvariantBroken("every JDK signs with ECDSA", wrong);
        }
    }

    /// Throws [HostFailure] USAGE if a certificate cannot name one of these.
    static void requireNames(List<String> hosts) {
        hosts.forEach(CertificateAuthority::named);
    }

    /// {@return a digest of the public key in a request, which must be signed with that key}
    public static Sha256 keyOf(String request) {
        return digest(requested(request).getEncoded());
    }

    /// {@return what pins an authority: the digest of its certificate}
    public static Sha256 pin(X509Certificate authority) {
        try {
            return digest(authority.getEncoded());
        } catch (GeneralSecurityException malformed) {
            throw new InvariantBroken("a certificate that was read can be written", malformed);
        }
    }

    private static PublicKey requested(String text) {
        try {
            var request = new JcaPKCS10CertificationRequest(Pem.request(text));
            var holder = request.getPublicKey();
            if (!holder.getAlgorithm().equals("EC")) {
                throw refused("its key is not on P-256");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(holder))) {
                throw refused("it is not signed with its key");
            }
            return holder;
        } catch (PKCSException | OperatorCreationException | GeneralSecurityException malformed) {
            throw refused(String.valueOf(malformed.getMessage()));
        }
    }

    private static HostFailure refused(String why) {
        return new HostFailure(
                HostFailure.Code.USAGE, "the request for a certificate is not good: " + why, "");
    }

    private static GeneralNames names(CertificateName name, List<String> hosts) {
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, name.toString()));
        hosts.forEach(host -> names.add(named(host)));
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static GeneralName named(String host) {
        var bare = host.replaceFirst("^\\[(.*)]$", "$1");
        var isAddress = bare.contains(":") || bare.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        try {
            return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, bare);
        } catch (IllegalArgumentException malformed) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "\"" + host + "\" is no address and no name of a host",
                    "",
                    malformed);
        }
    }

    private static Sha256 digest(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Sha256(HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
