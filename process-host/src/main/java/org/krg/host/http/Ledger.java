// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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

    /// {@return whether every request of a route is written down, not only those that are refused}
    static boolean isAudited(HttpMethod method, String path) {
        return method == HttpMethod.GET
                ? path.equals(BACKUP) || path.endsWith("/archive")
                : NOT_AUDITED.stream().noneMatch(path::startsWith)
                        && !path.endsWith("/stdin")
                        && !path.endsWith("/openings");
    }

    /// Writes down what became of a request, once that is known.
    ///
    /// @param always whether it is written down also where it is not refused
    HttpResponse note(
            ServiceRequestContext context,
            Optional<Caller> caller,
            HttpResponse reply,
            boolean always) {
        return reply.peekHeaders(headers -> {
            var status = headers.status();
            if (always || status.equals(HttpStatus.FORBIDDEN)) {
                record(context, caller, "", status.code());
            }
        });
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
        var proof = certificate(context).or(() -> caller.map(it -> "uid " + it.identity().uid()));
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
        return proof.map(it -> user + " (" + it + ")").orElse(user);
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
