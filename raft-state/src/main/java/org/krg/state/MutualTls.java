// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.CertificateName;
import org.krg.state.model.InvariantBroken;

/// How a node proves who it is, and whom it believes. Both may change while they are in use: what
/// holds for a connection is what held when it was opened, but for `believed`, which is asked again
/// with every message.
///
/// @param trust believes only certificates of this cluster that are not void
/// @param trustFormer believes void ones as well: for who tells removed nodes that they are
/// @param believed whether a certificate is not void now
public record MutualTls(
        X509ExtendedKeyManager keys,
        X509ExtendedTrustManager trust,
        X509ExtendedTrustManager trustFormer,
        Predicate<CertificateName> believed) {
    /// The only version of TLS that is spoken.
    public static final String VERSION = "TLSv1.3";

    /// `GeneralName` of RFC 5280: uniformResourceIdentifier.
    private static final int URI = 6;

    /// {@return a context for connections of the JDK}
    public SSLContext context() {
        try {
            var context = SSLContext.getInstance(VERSION);
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has TLS 1.3", impossible);
        }
    }

    /// {@return whom the other side of a connection is, as its certificate says}
    public static Optional<CertificateName> findPeer(@Nullable SSLSession session) {
        return findCertificate(session).flatMap(MutualTls::findName);
    }

    /// {@return what the other side of a connection showed when it was opened; it may have ended
    /// since}
    public static Optional<X509Certificate> findCertificate(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate shown
                    ? Optional.of(shown)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException nobody) {
            return Optional.empty();
        }
    }

    /// {@return whom a certificate names: exactly one name, else nobody}
    public static Optional<CertificateName> findName(Certificate certificate) {
        if (!(certificate instanceof X509Certificate named)) {
            return Optional.empty();
        }
        try {
            Collection<List<?>> names = named.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            var ours =
                    names.stream()
                            .filter(name -> name.getFirst().equals(URI))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
            return ours.size() == 1 ? CertificateName.find(ours.getFirst()) : Optional.empty();
        } catch (CertificateParsingException malformed) {
            return Optional.empty();
        }
    }
}
