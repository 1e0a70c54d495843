// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.krg.state.model.InvariantBroken;

/// A new key, and the request to sign it (PKCS#10), which proves that whoever asks has the key.
public final class KeyRequest {
    static final String SIGNATURE = "SHA256withECDSA";

    private final KeyPair pair;
    private final String name;

    private KeyRequest(KeyPair pair, String name) {
        this.pair = pair;
        this.name = name;
    }

    /// {@return a new key for somebody}
    ///
    /// @param name shown in the request; the authority decides what the certificate says
    public static KeyRequest make(String name) {
        return new KeyRequest(newPair(), name);
    }

    /// {@return the request as PEM}
    public String text() {
        try {
            var subject = new X500Principal("CN=" + name);
            var builder = new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic());
            var signer = new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate());
            return Pem.text(builder.build(signer));
        } catch (OperatorCreationException | IOException impossible) {
            throw new InvariantBroken("every JDK signs with ECDSA", impossible);
        }
    }

    PrivateKey key() {
        return pair.getPrivate();
    }

    /// {@return the key as PEM: a secret}
    public String keyText() {
        return Pem.text(pair.getPrivate());
    }

    /// {@return whether a certificate is for this key}
    public boolean isFor(X509Certificate certificate) {
        return Arrays.equals(
                certificate.getPublicKey().getEncoded(), pair.getPublic().getEncoded());
    }

    static KeyPair newPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has P-256", impossible);
        }
    }
}
