// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.krg.host.http.access.Callers;
import org.krg.host.http.body.StatusFailure;

/// Connects paths to actions. A path names its variable parts as `{name}`; `{target}` may be of the
/// form `JOB/RANK`.
final class Routing {
    /// Bytes of a body of JSON.
    static final int MOST_JSON = 1 << 20;

    /// Bytes of standard input in one request.
    static final int MOST_INPUT = 8 << 20;

    private static final int TOO_LARGE = 413;

    private final ServerBuilder server;
    private final Callers callers;
    private final Executor threads;
    private final Counter requests;
    private final Counter failures;

    Routing(ServerBuilder server, Callers callers, Executor threads, MetricRegistry metrics) {
        this.server = server;
        this.callers = callers;
        this.threads = threads;
        this.requests = metrics.counter("krg.http.requests_total");
        this.failures = metrics.counter("krg.http.failures_total");
    }

    Routing get(String path, Action action) {
        return add(HttpMethod.GET, path, MOST_JSON, action);
    }

    Routing post(String path, Action action) {
        return add(HttpMethod.POST, path, MOST_JSON, action);
    }

    Routing postInput(String path, Action action) {
        return add(HttpMethod.POST, path, MOST_INPUT, action);
    }

    Routing delete(String path, Action action) {
        return add(HttpMethod.DELETE, path, MOST_JSON, action);
    }

    private Routing add(HttpMethod method, String path, int mostBytes, Action action) {
        var pattern =
                path.replace("{target}", "(?<target>[^/]+(?:/[0-9]+)?)")
                        .replaceAll("\\{([a-z]+)}", "(?<$1>[^/]+)");
        var route =
                path.contains("{")
                        ? Route.builder().regex("^" + pattern + "$")
                        : Route.builder().exact(path);
        server.service(route.methods(method).build(), service(mostBytes, action));
        return this;
    }

    private HttpService service(int mostBytes, Action action) {
        return (context, request) -> {
            context.setMaxRequestLength(mostBytes);
            return HttpResponse.of(
                    CompletableFuture.supplyAsync(
                            () -> answer(context, request, mostBytes, action), threads));
        };
    }

    private HttpResponse answer(
            ServiceRequestContext context, HttpRequest request, int mostBytes, Action action) {
        requests.inc();
        try {
            var caller = callers.require(context, request.headers());
            var whole = request.aggregate().join();
            if (whole.content().length() > mostBytes) {
                throw new StatusFailure(TOO_LARGE, Failures.tooLarge());
            }
            return action.answer(new Call(context, caller, whole));
        } catch (RuntimeException failed) {
            failures.inc();
            return Failures.response(failed);
        }
    }
}
