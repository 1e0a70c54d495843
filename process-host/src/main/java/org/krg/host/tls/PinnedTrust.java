// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Sha256;

/// Believes nodes whose certificate was signed by the authority that a token pins: all that a node
/// knows before it has joined. Which address they are at does not matter.
public final class PinnedTrust extends X509ExtendedTrustManager {
    private final Sha256 pin;

    private PinnedTrust(Sha256 pin) {
        this.pin = pin;
    }

    /// {@return a context for one question to a member}
    public static SSLContext context(Sha256 pin) {
        try {
            var context = SSLContext.getInstance(MutualTls.VERSION);
            context.init(null, new TrustManager[] {new PinnedTrust(pin)}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has TLS 1.3", impossible);
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length != 2 || !CertificateAuthority.pin(chain[1]).equals(pin)) {
            throw new CertificateException("it is not of the cluster that the token is for");
        }
        try {
            chain[0].verify(chain[1].getPublicKey());
            chain[0].checkValidity();
            chain[1].checkValidity();
        } catch (GeneralSecurityException forged) {
            throw new CertificateException(forged);
        }
        if (MutualTls.findName(chain[0]).flatMap(CertificateName::node).isEmpty()) {
            throw new CertificateException("it is not a node's");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw new CertificateException("nobody is a client of who joins");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("nobody is a client of who joins");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("nobody is a client of who joins");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
