// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.krg.host.HostFailure;
import org.krg.state.MutualTls;
import org.krg.state.model.InvariantBroken;

/// What a user shows to agents and whom they believe: the three files that `krg-admin user
/// certificate` wrote.
public final class UserTls {
    private static final char[] NO_PASSWORD = {};

    private UserTls() {}

    /// {@return a context for connections to agents}
    ///
    /// @param authority the certificate of the cluster's authority, PEM
    /// @param certificate the user's certificate, PEM
    /// @param key the user's key, PEM
    /// @throws HostFailure NOT_PERMITTED if a file cannot be read, USAGE if it is something else
    public static SSLContext context(Path authority, Path certificate, Path key) {
        var keys = showing(Pem.certificates(text(certificate)), Pem.key(text(key)));
        var trust = NodeTls.trusting(Pem.certificates(text(authority)));
        try {
            var context = SSLContext.getInstance(MutualTls.VERSION);
            context.init(keys, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has TLS 1.3", impossible);
        }
    }

    private static KeyManager[] showing(List<X509Certificate> chain, PrivateKey key) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry("user", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException impossible) {
            throw new InvariantBroken("a key store in memory takes a key", impossible);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw unreadable(file, "there is no such file", missing);
        } catch (IOException failed) {
            throw unreadable(file, failed.toString(), failed);
        }
    }

    private static HostFailure unreadable(Path file, String why, IOException cause) {
        return new HostFailure(
                HostFailure.Code.NOT_PERMITTED,
                "cannot read " + file + ": " + why,
                "an administrator makes the files with krg-admin user certificate",
                cause);
    }
}
