// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.AuditTrail;
import org.krg.host.http.access.Caller;
import org.krg.host.model.AuditEntry;
import org.krg.state.MutualTls;
import org.krg.state.model.CertificateName;

/// Has it written down who asked for a change of the cluster, and whoever was not let in. Users'
/// keys are theirs: what is done with them is not written down.
record Ledger(AuditTrail trail, InstantSource wall) {
    private static final List<String> NOT_AUDITED =
            List.of("/v1/keys/transaction", "/v1/leases", "/v1/locks", "/v1/lacks", "/v1/openings");

    private static final String BACKUP = "/v1/state/backup";

    private static final AttributeKey<String> SUBJECT =
            AttributeKey.valueOf(Ledger.class, "SUBJECT");

    /// {@return whether every request of a route is written down, not only those that are refused}
    static boolean isAudited(HttpMethod method, String path) {
        return method == HttpMethod.GET
                ? path.equals(BACKUP) || path.endsWith("/archive")
                : NOT_AUDITED.stream().noneMatch(path::startsWith)
                        && !path.endsWith("/stdin")
                        && !path.endsWith("/openings");
    }

    /// Says what a request is about that its path does not tell; nothing secret.
    static void about(ServiceRequestContext context, String subject) {
        context.setAttr(SUBJECT, subject);
    }

    /// Writes down what became of a request, whether its sender takes the reply or is gone: waits
    /// for the head of the reply.
    ///
    /// @param always whether it is written down also where it is not refused
    /// @return the reply
    HttpResponse note(
            ServiceRequestContext context,
            Optional<Caller> caller,
            HttpResponse reply,
            boolean always) {
        var parts = reply.split(context.eventLoop());
        var headers = parts.headers().join();
        record(context, caller, headers.status(), always);
        return HttpResponse.of(headers, parts.body());
    }

    /// Writes down that a request which changes nothing was refused, once its sender is told.
    ///
    /// @return the reply
    HttpResponse noteRefusal(
            ServiceRequestContext context, Optional<Caller> caller, HttpResponse reply) {
        return reply.peekHeaders(headers -> record(context, caller, headers.status(), false));
    }

    private void record(
            ServiceRequestContext context,
            Optional<Caller> caller,
            HttpStatus status,
            boolean always) {
        if (always || status.equals(HttpStatus.FORBIDDEN)) {
            @Nullable String subject = context.attr(SUBJECT);
            record(context, caller, subject == null ? "" : subject, status.code());
        }
    }

    /// Writes down that somebody was not let in.
    void refused(ServiceRequestContext context) {
        record(context, Optional.empty(), "", HttpStatus.FORBIDDEN.code());
    }

    /// Writes down what became of a request of somebody who was let in.
    ///
    /// @param subject what the path does not tell of whom or what it was about
    void note(ServiceRequestContext context, Caller caller, String subject, int status) {
        record(context, Optional.of(caller), subject, status);
    }

    private void record(
            ServiceRequestContext context, Optional<Caller> caller, String subject, int status) {
        var user = caller.map(Caller::principal).map(Ledger::name).orElse("?");
        var proof = caller.map(Caller::proof).or(() -> certificate(context));
        trail.record(
                new AuditEntry(
                        wall.instant(),
                        who(user, proof),
                        from(context),
                        (context.method() + " " + context.path() + " " + subject).strip(),
                        status));
    }

    /// The user, and what they proved it by.
    private static String who(String user, Optional<String> proof) {
        return proof.filter(it -> !it.isEmpty()).map(it -> user + " (" + it + ")").orElse(user);
    }

    private static Optional<String> certificate(ServiceRequestContext context) {
        return MutualTls.findPeer(context.sslSession()).map(CertificateName::toString);
    }

    private static String name(String principal) {
        return principal.isEmpty() ? "agent" : principal;
    }

    private static String from(ServiceRequestContext context) {
        var address = context.remoteAddress();
        return address instanceof DomainSocketAddress
                ? "api.sock"
                : address.getHostString() + ":" + address.getPort();
    }
}
