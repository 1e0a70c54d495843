// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.host.HostFailure;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;
import org.krg.state.model.InvariantBroken;

/// What the owner of a [TlsDirectory] shows and whom it believes. [#reload] takes over what was
/// written there meanwhile: connections opened afterwards use it. Safe for use from any thread.
public final class NodeTls {
    private final TlsDirectory directory;
    private final UUID cluster;
    private volatile TlsDirectory.Pair pair;
    private volatile X509ExtendedTrustManager authorities;
    private volatile X509Certificate authority;
    private volatile Predicate<CertificateName> valid = _ -> true;

    private NodeTls(TlsDirectory directory, UUID cluster) {
        this.directory = directory;
        this.cluster = cluster;
        this.pair = directory.pair();
        this.authority = directory.trusted().getFirst();
        this.authorities = trusting(directory.trusted());
    }

    /// {@return what is in a directory}
    ///
    /// @throws HostFailure if there is nothing, or something that others can read
    public static NodeTls open(TlsDirectory directory, UUID cluster) {
        return new NodeTls(directory, cluster);
    }

    /// From now on believes only certificates that `rule` holds for: others are void.
    public void believeOnly(Predicate<CertificateName> rule) {
        valid = rule;
    }

    /// Takes over the certificate, key and authorities that are in the directory now.
    public void reload() {
        pair = directory.pair();
        authority = directory.trusted().getFirst();
        authorities = trusting(directory.trusted());
    }

    /// {@return whom the own certificate names}
    public CertificateName name() {
        return MutualTls.findName(pair.certificate())
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.USAGE,
                                "the certificate in " + directory.path() + " names nobody",
                                "let `krg-admin cluster join` make one"));
    }

    /// {@return when the own certificate ends}
    public Instant ends() {
        return pair.certificate().getNotAfter().toInstant();
    }

    /// {@return when the authority's certificate ends, and with it all that it signed}
    public Instant authorityEnds() {
        return authority.getNotAfter().toInstant();
    }

    /// {@return the own certificate}
    public X509Certificate certificate() {
        return pair.certificate();
    }

    /// {@return a signature with the own key}
    ArchiveSeal.Signature sign(String algorithm, byte[] content) {
        var present = pair;
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(present.key());
            signer.update(content);
            return new ArchiveSeal.Signature(present.certificate().getEncoded(), signer.sign());
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK signs with ECDSA", impossible);
        }
    }

    /// {@return whom the owner believes}
    List<X509Certificate> authorities() {
        return List.of(authorities.getAcceptedIssuers());
    }

    /// {@return why somebody whom an authority has signed for is not believed; empty if they are}
    Optional<String> objection(CertificateName name) {
        if (!name.cluster().equals(cluster)) {
            return Optional.of(name + " is not of cluster " + cluster);
        }
        return valid.test(name)
                ? Optional.empty()
                : Optional.of(name + " is void: the node was removed, or joined anew");
    }

    /// {@return what ports and clients use}
    public MutualTls mutual() {
        return new MutualTls(
                new OwnKey(),
                new Members(this::requireMember),
                new Members(this::requireNamed),
                name -> valid.test(name));
    }

    /// {@return who believes what these authorities signed}
    static X509ExtendedTrustManager trusting(List<X509Certificate> authorities) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (var i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("ca" + i, authorities.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException impossible) {
            throw new InvariantBroken("a key store in memory takes certificates", impossible);
        }
    }

    private void requireMember(X509Certificate[] chain) throws CertificateException {
        var objection = objection(requireNamed(chain));
        if (objection.isPresent()) {
            throw new CertificateException(objection.get());
        }
    }

    private CertificateName requireNamed(X509Certificate[] chain) throws CertificateException {
        return MutualTls.findName(chain[0])
                .filter(name -> name.cluster().equals(cluster))
                .orElseThrow(
                        () -> new CertificateException("it names nobody of cluster " + cluster));
    }

    private void requireNode(X509Certificate[] chain) throws CertificateException {
        requireMember(chain);
        var name = MutualTls.findName(chain[0]);
        if (name.flatMap(CertificateName::node).isEmpty()) {
            throw new CertificateException("it is not a node's");
        }
    }

    private interface ClientRule {
        void require(X509Certificate[] chain) throws CertificateException;
    }

    private final class OwnKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "own";

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return type.equals("EC") ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return type.equals("EC") ? ALIAS : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            // With its authority, so that a node that joins can compare it with what its token
            // says.
            return new X509Certificate[] {pair.certificate(), authority};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return pair.key();
        }
    }

    /// The chain and, where the client asks for it, the server's address are the JDK's to check.
    private final class Members extends X509ExtendedTrustManager {
        private final ClientRule clients;

        Members(ClientRule clients) {
            this.clients = clients;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            authorities.checkClientTrusted(chain, type, socket);
            clients.require(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            authorities.checkServerTrusted(chain, type, socket);
            requireNode(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            authorities.checkClientTrusted(chain, type, engine);
            clients.require(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            authorities.checkServerTrusted(chain, type, engine);
            requireNode(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            authorities.checkClientTrusted(chain, type);
            clients.require(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            authorities.checkServerTrusted(chain, type);
            requireNode(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return authorities.getAcceptedIssuers();
        }
    }
}
