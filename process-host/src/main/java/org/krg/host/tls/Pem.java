// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.krg.host.HostFailure;

/// The texts that keys, certificates and requests are kept and sent as, RFC 7468.
public final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String REQUEST = "CERTIFICATE REQUEST";
    private static final String KEY = "PRIVATE KEY";

    /// A certificate of a cluster has less than 2 KiB.
    private static final int MOST_CHARACTERS = 64 * 1024;

    private Pem() {}

    /// {@return certificates as text, in their order}
    public static String text(List<X509Certificate> certificates) {
        try {
            var text = new StringBuilder();
            for (var certificate : certificates) {
                text.append(text(CERTIFICATE, certificate.getEncoded()));
            }
            return text.toString();
        } catch (GeneralSecurityException broken) {
            throw malformed("a certificate", broken);
        }
    }

    /// {@return a key as text}
    static String text(PrivateKey key) {
        return text(KEY, key.getEncoded());
    }

    static String text(PKCS10CertificationRequest request) throws IOException {
        return text(REQUEST, request.getEncoded());
    }

    /// {@return the certificates in `text`, at least one} Throws [HostFailure] when there is none.
    public static List<X509Certificate> certificates(String text) {
        try {
            var certificates = new ArrayList<X509Certificate>();
            for (var bytes : sections(text, CERTIFICATE)) {
                certificates.add(
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(new ByteArrayInputStream(bytes)));
            }
            if (certificates.isEmpty()) {
                throw malformed("a certificate", new IOException("there is none"));
            }
            return certificates;
        } catch (IOException | GeneralSecurityException broken) {
            throw malformed("a certificate", broken);
        }
    }

    static PrivateKey key(String text) {
        try {
            var sections = sections(text, KEY);
            if (sections.size() != 1) {
                throw new IOException("there is not one key");
            }
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(sections.getFirst()));
        } catch (IOException | GeneralSecurityException broken) {
            throw malformed("a key", broken);
        }
    }

    static PKCS10CertificationRequest request(String text) {
        try {
            var sections = sections(text, REQUEST);
            if (sections.size() != 1) {
                throw new IOException("there is not one request");
            }
            return new PKCS10CertificationRequest(sections.getFirst());
        } catch (IOException broken) {
            throw malformed("a request for a certificate", broken);
        }
    }

    private static List<byte[]> sections(String text, String kind) throws IOException {
        if (text.length() > MOST_CHARACTERS) {
            throw new IOException("more than " + MOST_CHARACTERS + " characters");
        }
        try (var reader = new PemReader(new StringReader(text))) {
            var found = new ArrayList<byte[]>();
            for (var next = reader.readPemObject(); next != null; next = reader.readPemObject()) {
                if (next.getType().equals(kind)) {
                    found.add(next.getContent());
                }
            }
            return found;
        } catch (RuntimeException odd) {
            throw new IOException(odd);
        }
    }

    private static String text(String kind, byte[] bytes) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(kind, bytes));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return text.toString();
    }

    private static HostFailure malformed(String what, Exception why) {
        return new HostFailure(
                HostFailure.Code.USAGE,
                "that is not " + what + " in PEM: " + why.getMessage(),
                "",
                why);
    }
}
