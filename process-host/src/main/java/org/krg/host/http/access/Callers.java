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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.linux.Account;
import org.krg.state.model.Identity;

/// Decides who may use the API. Safe for use from any thread.
public final class Callers {
    private static final AttributeKey<Identity> OWNER =
            AttributeKey.valueOf(Callers.class, "OWNER");
    private static final String BEARER = "Bearer ";

    private final String token;
    private final String secret;
    private final Identity own = Caller.identity(Account.ownUid());

    /// @param token what lets anybody in
    /// @param secret what agents prove to each other
    public Callers(String token, String secret) {
        this.token = token;
        this.secret = secret;
    }

    /// {@return who sends the request} Throws [HostFailure] when they may not.
    public Caller require(ServiceRequestContext context, RequestHeaders headers) {
        requireNoWebPage(headers);
        var given = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (given != null) {
            return proven(context, headers, given);
        }
        if (headers.contains(Caller.HEADER)) {
            throw refused("only an agent says whom it speaks for", "");
        }
        return new Caller(
                owner(context)
                        .filter(it -> it.uid() == 0 || it.uid() == own.uid())
                        .orElseThrow(this::stranger),
                false,
                false);
    }

    private Caller proven(ServiceRequestContext context, RequestHeaders headers, String given) {
        var word = given.startsWith(BEARER) ? given.substring(BEARER.length()).strip() : "";
        if (isSame(word, secret)) {
            var caller = headers.get(Caller.HEADER);
            return caller == null
                    ? new Caller(own, true, false)
                    : new Caller(Caller.parse(caller), true, true);
        }
        if (!isSame(word, token)) {
            throw refused(
                    "that is not the token of this node",
                    "read it from identity/token in the node's directory");
        }
        return new Caller(owner(context).orElse(own), false, false);
    }

    /// A page in somebody's browser reaches loopback too: it names another origin, or, after DNS
    /// was turned to 127.0.0.1, another host.
    private static void requireNoWebPage(RequestHeaders headers) {
        // A request that was upgraded to HTTP/2 still has the header of HTTP/1.
        var authority =
                headers.get(HttpHeaderNames.AUTHORITY, headers.get(HttpHeaderNames.HOST, ""));
        if (!isLoopback(hostOf(authority))) {
            throw refused(
                    "the API is not called \"" + authority + "\"",
                    "call it by 127.0.0.1, [::1] or localhost");
        }
        var origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equals("http://" + authority)) {
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
                || host.matches("127(\\.[0-9]{1,3}){3}");
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
            var uid = SocketTable.owner(client, server);
            return uid.isPresent()
                    ? Optional.of(Caller.identity(uid.getAsInt()))
                    : Optional.empty();
        }
        return Optional.empty();
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
