// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.krg.state.model.HostPort;

/// Settings of a client.
///
/// @param agents whom to ask
/// @param token the secret that a caller shows who is neither root nor the agent's user
/// @param tls what is shown to agents and which of them are believed; plain HTTP without it
/// @param answerWithin how long one agent may take for an ordinary answer before the next is asked
/// @param quorumWithin how long to ask again while the agents that answer have no quorum: an
///   election takes up to 9 s
/// @param silence how long a stream may be silent before another agent is asked; agents send
///   something every 15 s. After as long without an answer it is looked whether the agent is there
/// @param trace is told of each request and answer
public record ClientConfig(
        Agents agents,
        Optional<String> token,
        Optional<SSLContext> tls,
        Duration answerWithin,
        Duration quorumWithin,
        Duration silence,
        Trace trace) {

    /// Is told what a client does.
    @FunctionalInterface
    public interface Trace {
        void note(String line);
    }

    /// {@return the usual settings}
    public static ClientConfig of(List<HostPort> endpoints) {
        return of(Agents.of(endpoints));
    }

    /// {@return the usual settings}
    public static ClientConfig of(Agents agents) {
        return new ClientConfig(
                agents,
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(10),
                Duration.ofSeconds(12),
                Duration.ofSeconds(40),
                _ -> {});
    }

    List<HostPort> endpoints() {
        return agents.endpoints();
    }

    /// {@return the same for other agents}
    public ClientConfig withEndpoints(List<HostPort> others) {
        return new ClientConfig(
                Agents.of(others), token, tls, answerWithin, quorumWithin, silence, trace);
    }

    /// {@return the same with a token}
    public ClientConfig withToken(String secret) {
        return new ClientConfig(
                agents, Optional.of(secret), tls, answerWithin, quorumWithin, silence, trace);
    }

    /// {@return the same over TLS}
    public ClientConfig withTls(SSLContext context) {
        return new ClientConfig(
                agents, token, Optional.of(context), answerWithin, quorumWithin, silence, trace);
    }

    /// {@return the same with other bounds}
    public ClientConfig withBounds(Duration answer, Duration quorum, Duration quiet) {
        return new ClientConfig(agents, token, tls, answer, quorum, quiet, trace);
    }

    /// {@return the same with a trace}
    public ClientConfig withTrace(Trace told) {
        return new ClientConfig(agents, token, tls, answerWithin, quorumWithin, silence, told);
    }

    /// {@return a request to an agent, with what shows who asks}
    HttpRequest.Builder request(HostPort endpoint, ApiPath path) {
        var scheme = tls.isPresent() ? "https://" : "http://";
        var request =
                HttpRequest.newBuilder(URI.create(scheme + endpoint + path)).timeout(answerWithin);
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }
}
