// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.linux.Account;
import org.krg.linux.LinuxException;
import org.krg.linux.SocketDiag;
import org.krg.state.MutualTls;
import org.krg.state.core.Authority;
import org.krg.state.image.Access;
import org.krg.state.model.CertificateName;
import org.krg.state.model.Identity;
import org.krg.state.model.User;

/// Decides who may use the API. Safe for use from any thread.
public final class Callers {
    private static final AttributeKey<Identity> OWNER =
            AttributeKey.valueOf(Callers.class, "OWNER");
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");
    private static final String BEARER = "Bearer ";

    /// A user of the cluster without an account on this machine: nothing is run for them.
    private static final Identity NOBODY = new Identity(65_534, 65_534, List.of(), "nobody");

    private final String token;
    private final Supplier<Access> access;
    private final InstantSource wall;
    private final Identity own = Caller.identity(Account.ownUid());

    /// @param token what lets anybody on this machine in
    /// @param access who may do what, as agreed
    /// @param wall tells whether a certificate has ended
    public Callers(String token, Supplier<Access> access, InstantSource wall) {
        this.token = token;
        this.access = access;
        this.wall = wall;
    }

    /// {@return who sends the request} Throws [HostFailure] when they may not.
    public Caller require(ServiceRequestContext context, RequestHeaders headers) {
        requireNoWebPage(context, headers);
        var peer = MutualTls.findPeer(context.sslSession());
        if (peer.isPresent()) {
            requireUnended(context, peer.get());
            return certified(peer.get(), headers);
        }
        if (headers.contains(Caller.HEADER) || headers.contains(Caller.PRINCIPAL)) {
            throw refused("only an agent says whom it speaks for", "");
        }
        var given = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (given != null) {
            requireToken(given);
            // Of a caller of another machine only the token is known.
            var user = owner(context);
            var proof = user.map(it -> "token, uid " + it.uid()).orElse("token");
            return new Caller(user.orElse(own), User.ROOT, false, false, proof);
        }
        var user =
                owner(context)
                        .filter(it -> it.uid() == 0 || it.uid() == own.uid())
                        .orElseThrow(this::stranger);
        return new Caller(user, User.ROOT, false, false, "uid " + user.uid());
    }

    /// {@return who sends a request that anybody may send}
    public Caller whoever(ServiceRequestContext context, RequestHeaders headers) {
        requireNoWebPage(context, headers);
        var peer = MutualTls.findPeer(context.sslSession());
        var isAgent = peer.filter(name -> name.role() == CertificateName.Role.NODE).isPresent();
        var proof = peer.map(CertificateName::toString).orElse("");
        return isAgent
                ? require(context, headers)
                : new Caller(own, Caller.STRANGER, false, false, proof);
    }

    /// {@return the node that sends a request, also one whose certificate is void since it was
    /// removed} Throws [HostFailure] when it is none.
    public Caller requireNode(ServiceRequestContext context) {
        return MutualTls.findPeer(context.sslSession())
                .filter(name -> name.role() == CertificateName.Role.NODE)
                .map(name -> new Caller(own, Authority.AGENT, true, false, name.toString()))
                .orElseThrow(() -> refused("only a node may ask this", ""));
    }

    /// A connection may be older than the end of the certificate with which it was opened. Nodes
    /// renew theirs and keep their connections.
    private void requireUnended(ServiceRequestContext context, CertificateName name) {
        var ended =
                MutualTls.findCertificate(context.sslSession())
                        .filter(_ -> name.role() != CertificateName.Role.NODE)
                        .map(certificate -> certificate.getNotAfter().toInstant())
                        .filter(end -> end.isBefore(wall.instant()));
        if (ended.isPresent()) {
            throw refused(
                    "the certificate of " + name.name() + " ended at " + ended.get(),
                    "`krg-admin user certificate " + name.name() + "` as root makes another");
        }
    }

    private Caller certified(CertificateName name, RequestHeaders headers) {
        return switch (name.role()) {
            case NODE -> {
                // Anew for each request: a connection may be older than the removal.
                if (!access.get().isValid(name)) {
                    throw refused(
                            "the certificate of node "
                                    + name.name()
                                    + " is void: it was removed from the cluster, or joined anew",
                            "");
                }
                var caller = headers.get(Caller.HEADER);
                yield caller == null
                        ? new Caller(own, Authority.AGENT, true, false, name.toString())
                        : Caller.forwarded(
                                caller,
                                headers.get(Caller.PRINCIPAL, Caller.STRANGER),
                                name.toString());
            }
            case ADMIN ->
                    new Caller(account(name).orElse(own), User.ROOT, false, false, name.toString());
            case CLIENT -> client(name);
        };
    }

    /// While permissions do not count nobody could tell what a user may: closed is the answer.
    private Caller client(CertificateName name) {
        var agreed = access.get();
        if (!agreed.enabled() && !agreed.isRoot(name.name())) {
            throw refused(
                    "permissions do not count yet, so that only root may use the cluster",
                    "`krg-admin auth enable` as root makes them count");
        }
        if (agreed.users().find(name.name()).isEmpty()) {
            throw refused(
                    "there is no user " + name.name(),
                    "`krg-admin user add " + name.name() + "` as root adds them");
        }
        return new Caller(account(name).orElse(NOBODY), name.name(), false, false, name.toString());
    }

    private static Optional<Identity> account(CertificateName name) {
        return Account.find(name.name()).map(Caller::identity);
    }

    private void requireToken(String given) {
        var word = given.startsWith(BEARER) ? given.substring(BEARER.length()).strip() : "";
        if (!isSame(word, token)) {
            throw refused(
                    "that is not the token of this node",
                    "read it from identity/token in the node's directory");
        }
    }

    /// A page in somebody's browser reaches loopback too: it names another origin, or, after DNS
    /// was turned to 127.0.0.1, another host.
    private static void requireNoWebPage(ServiceRequestContext context, RequestHeaders headers) {
        // A request that was upgraded to HTTP/2 still has the header of HTTP/1.
        var authority =
                headers.get(HttpHeaderNames.AUTHORITY, headers.get(HttpHeaderNames.HOST, ""));
        var isEncrypted = context.sslSession() != null;
        if (!isEncrypted && !isLoopback(hostOf(authority))) {
            throw refused(
                    "the API is not called \"" + authority + "\"",
                    "call it by 127.0.0.1, [::1] or localhost");
        }
        var origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equals((isEncrypted ? "https://" : "http://") + authority)) {
            throw refused("web pages of " + origin + " may not use the API", "");
        }
    }

    private static String hostOf(String given) {
        // etcdctl gives members that it was told of by the cluster as whole URLs.
        var authority = given.startsWith("http://") ? given.substring(7) : given;
        var bracket = authority.indexOf(']');
        if (authority.startsWith("[") && bracket > 0) {
            return authority.substring(1, bracket);
        }
        var colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("::1")
                || LOOPBACK.matcher(host).matches();
    }

    /// The owner of a connection does not change, so it is looked up once.
    private static Optional<Identity> owner(ServiceRequestContext context) {
        var channel = context.log().partial().channel();
        if (channel == null) {
            return Optional.empty();
        }
        var attribute = channel.attr(OWNER);
        @Nullable Identity known = attribute.get();
        if (known == null) {
            known = find(channel).orElse(null);
            attribute.set(known);
        }
        return Optional.ofNullable(known);
    }

    private static Optional<Identity> find(Channel channel) {
        try {
            if (channel instanceof EpollDomainSocketChannel local) {
                return Optional.of(Caller.identity(local.peerCredentials().uid()));
            }
        } catch (IOException gone) {
            return Optional.empty();
        }
        if (channel.remoteAddress() instanceof InetSocketAddress client
                && channel.localAddress() instanceof InetSocketAddress server) {
            var uid = owner(client, server);
            return uid.isPresent()
                    ? Optional.of(Caller.identity(uid.getAsInt()))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static OptionalInt owner(InetSocketAddress client, InetSocketAddress server) {
        try {
            return SocketDiag.owner(client, server);
        } catch (LinuxException failure) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "cannot tell who calls: " + failure.getMessage(),
                    "give the node's token as Authorization: Bearer TOKEN",
                    failure);
        }
    }

    private HostFailure stranger() {
        var who = own.uid() == 0 ? "root" : "root and " + own.name();
        return refused(
                "only " + who + " may use the API of this node",
                "call as one of them, or with the content of identity/token in the node's"
                        + " directory as Authorization: Bearer TOKEN");
    }

    private static boolean isSame(String given, String expected) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    private static HostFailure refused(String message, String remedy) {
        return new HostFailure(HostFailure.Code.NOT_PERMITTED, message, remedy);
    }
}
