// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.krg.host.BodyRefused;
import org.krg.host.HostFailure;
import org.krg.host.RequestMemory;
import org.krg.host.http.access.Caller;
import org.krg.host.http.access.Callers;
import org.krg.host.http.access.Permit;
import org.krg.state.image.ClusterImage;

/// Connects paths to actions. A path names its variable parts as `{name}`; `{target}` may be of the
/// form `JOB/RANK`.
final class Routing {
    /// Bytes of a body of JSON.
    static final int MOST_JSON = 1 << 20;

    /// Bytes of a request that anybody may send: a request to join has 2 to 4 KiB.
    private static final int MOST_OF_STRANGERS = 32 << 10;

    /// Bytes of standard input in one request.
    static final int MOST_INPUT = 8 << 20;

    /// What is answered also by a node that takes part no more: about itself.
    private static final Set<String> OF_THIS_NODE =
            Set.of(
                    "/metrics",
                    "/v1/doctor",
                    "/v1/health",
                    "/v1/ready",
                    "/v1/state/status",
                    "/v1/status");

    private final ServerBuilder server;
    private final Callers callers;
    private final Supplier<ClusterImage> image;
    private final Supplier<Optional<HostFailure>> left;
    private final Executor threads;
    private final Ledger ledger;
    private final Shares shares;
    private final Counter requests;
    private final Counter failures;

    /// What holds for a route.
    ///
    /// @param audited whether its requests are written down
    private record Terms(Permit permit, boolean audited) {}

    /// @param left why this node takes part no more, once it does not
    Routing(
            ServerBuilder server,
            Callers callers,
            Supplier<ClusterImage> image,
            Supplier<Optional<HostFailure>> left,
            Executor threads,
            Ledger ledger,
            Shares shares,
            MetricRegistry metrics) {
        this.server = server;
        this.image = image;
        this.left = left;
        this.callers = callers;
        this.threads = threads;
        this.ledger = ledger;
        this.shares = shares;
        this.requests = metrics.counter("krg.http.requests_total");
        this.failures = metrics.counter("krg.http.failures_total");
    }

    /// Only root may ask.
    Routing get(String path, Action action) {
        return get(path, Permit.ROOT, action);
    }

    Routing get(String path, Permit permit, Action action) {
        return add(HttpMethod.GET, path, 0, permit, action);
    }

    /// Only root may ask.
    Routing post(String path, Action action) {
        return post(path, Permit.ROOT, action);
    }

    Routing post(String path, Permit permit, Action action) {
        return add(
                HttpMethod.POST,
                path,
                permit == Permit.TOKEN ? MOST_OF_STRANGERS : MOST_JSON,
                permit,
                action);
    }

    Routing postInput(String path, Permit permit, Action action) {
        return add(HttpMethod.POST, path, MOST_INPUT, permit, action);
    }

    /// Only root may ask.
    Routing delete(String path, Action action) {
        return delete(path, Permit.ROOT, action);
    }

    Routing delete(String path, Permit permit, Action action) {
        return add(HttpMethod.DELETE, path, 0, permit, action);
    }

    /// An action that reads the body while it comes; it may be of any length.
    interface Taking {
        HttpResponse take(ServiceRequestContext context, Caller caller, HttpRequest request);
    }

    Routing postStream(String path, Permit permit, Taking action) {
        var terms = new Terms(permit, Ledger.isAudited(HttpMethod.POST, path));
        return add(
                HttpMethod.POST,
                path,
                terms,
                (context, caller, request, _, _) -> action.take(context, caller, request));
    }

    private Routing add(
            HttpMethod method, String path, int mostBytes, Permit permit, Action action) {
        var terms = new Terms(permit, Ledger.isAudited(method, path));
        Answering answering =
                (context, caller, request, memory, onlyRepeats) -> {
                    var body = Intake.whole(context, request, memory, mostBytes).join();
                    var whole =
                            AggregatedHttpRequest.of(
                                    request.headers(), HttpData.wrap(body), HttpHeaders.of());
                    return action.answer(new Call(context, caller, whole, memory, onlyRepeats));
                };
        return add(method, path, terms, answering);
    }

    /// Answers a request of a known sender.
    private interface Answering {
        HttpResponse answer(
                ServiceRequestContext context,
                Caller caller,
                HttpRequest request,
                RequestMemory memory,
                boolean onlyRepeats);
    }

    private Routing add(HttpMethod method, String path, Terms terms, Answering action) {
        var pattern =
                path.replace("{target}", "(?<target>[^/]+(?:/[0-9]+)?)")
                        .replaceAll("\\{([a-z]+)}", "(?<$1>[^/]+)");
        var route =
                path.contains("{")
                        ? Route.builder().regex("^" + pattern + "$")
                        : Route.builder().exact(path);
        server.service(route.methods(method).build(), service(terms, action));
        return this;
    }

    private HttpService service(Terms terms, Answering action) {
        return (context, request) -> {
            // Whoever takes the body in bounds it.
            context.setMaxRequestLength(0);
            return HttpResponse.of(
                    CompletableFuture.supplyAsync(
                            () -> answer(context, request, terms, action), threads));
        };
    }

    private HttpResponse answer(
            ServiceRequestContext context, HttpRequest request, Terms terms, Answering action) {
        requests.inc();
        var known = Optional.<Caller>empty();
        try {
            var caller =
                    switch (terms.permit()) {
                        case TOKEN -> callers.whoever(context, request.headers());
                        case NODE -> callers.requireNode(context);
                        case ROOT, OWNER, EVERYBODY, AGENT ->
                                callers.require(context, request.headers());
                    };
            known = Optional.of(caller);
            var memory = shares.enter(context, holder(terms, caller));
            var objection = objection(context, caller, terms.permit());
            if (objection.isPresent() && !mayBeRepeated(context, request, terms.permit())) {
                throw objection.get();
            }
            if (!OF_THIS_NODE.contains(context.path())) {
                left.get()
                        .ifPresent(why -> {
                            throw why;
                        });
            }
            Supplier<HttpResponse> answer =
                    () -> action.answer(context, caller, request, memory, objection.isPresent());
            var reply = objection.map(it -> repeated(answer, it)).orElseGet(answer);
            if (caller.forwarded()) {
                // Who passed it on has written it down.
                return reply;
            }
            return terms.audited()
                    ? ledger.note(context, known, reply, true)
                    : ledger.noteRefusal(context, known, reply);
        } catch (RuntimeException failed) {
            failures.inc();
            if (known.filter(Caller::forwarded).isPresent()) {
                return reply(context, known, failed);
            }
            return ledger.note(context, known, reply(context, known, failed), terms.audited());
        }
    }

    /// A node that was removed is a stranger, and keeps no agent from another.
    private static String holder(Terms terms, Caller caller) {
        return terms.permit() == Permit.NODE ? Caller.STRANGER : caller.principal();
    }

    /// {@return why the caller may not}
    private Optional<HostFailure> objection(
            ServiceRequestContext context, Caller caller, Permit permit) {
        try {
            permit.require(image.get().access(), caller, () -> owner(context));
            return Optional.empty();
        } catch (HostFailure objection) {
            return Optional.of(objection);
        }
    }

    /// What a request has removed is nobody's any more. If it is repeated the log knows it by its
    /// numbers and the user, and answers as it did.
    private boolean mayBeRepeated(
            ServiceRequestContext context, HttpRequest request, Permit permit) {
        return permit == Permit.OWNER
                && context.method() == HttpMethod.DELETE
                && request.headers().contains("krg-request")
                && owner(context).isEmpty();
    }

    /// Of what the log does not know either nothing is told.
    private static HttpResponse repeated(Supplier<HttpResponse> answer, HostFailure objection) {
        try {
            return answer.get();
        } catch (HostFailure _) {
            throw objection;
        }
    }

    /// Strangers hold memory, too, until they have read that they may not.
    private HttpResponse reply(
            ServiceRequestContext context, Optional<Caller> known, RuntimeException failed) {
        if (known.isPresent()) {
            return Failures.response(failed);
        }
        try {
            var _ = shares.enter(context, Caller.STRANGER);
            return Failures.response(failed);
        } catch (BodyRefused full) {
            return Failures.response(full);
        }
    }

    /// Nobody where there is no such thing: only root learns that.
    private String owner(ServiceRequestContext context) {
        var now = image.get();
        try {
            return Owners.of(now, context);
        } catch (HostFailure missing) {
            return "";
        }
    }
}
