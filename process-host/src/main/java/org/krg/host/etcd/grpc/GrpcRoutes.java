// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Connects the methods of services to functions.
public final class GrpcRoutes {
    private static final AttributeKey<GrpcCall> CALL =
            AttributeKey.valueOf(GrpcRoutes.class, "CALL");
    private static final AttributeKey<String> SUBJECT =
            AttributeKey.valueOf(GrpcRoutes.class, "SUBJECT");

    private final ServerBuilder server;
    private final Admission admission;
    private final Function<Throwable, GrpcFailure> failures;
    private final int mostBytes;

    /// Decides who may call.
    @FunctionalInterface
    public interface Admission {
        /// {@return the call} Throws what [GrpcRoutes] was told to make a status of.
        GrpcCall admit(ServiceRequestContext context, HttpRequest request);
    }

    /// @param failures makes a status of whatever is thrown
    /// @param mostBytes of a message that is taken
    public GrpcRoutes(
            ServerBuilder server,
            Admission admission,
            Function<Throwable, GrpcFailure> failures,
            int mostBytes) {
        this.server = server;
        this.admission = admission;
        this.failures = failures;
        this.mostBytes = mostBytes;
    }

    /// Adds a method with one message in each direction, `package.Service/Method`. It runs on the
    /// connection's event loop and must not block.
    public <Q, A extends MessageLite> GrpcRoutes unary(
            String method, Parser<Q> parser, BiFunction<GrpcCall, Q, CompletableFuture<A>> action) {
        return unary(
                method,
                parser,
                (_, call, message) -> action.apply(call, message),
                GrpcRoutes::isRefusal);
    }

    /// Adds a method as [#unary] of which every call is written down, however it ends.
    ///
    /// @param subject whom or what a message is about; nothing secret, since that is written down
    public <Q, A extends MessageLite> GrpcRoutes audited(
            String method,
            Parser<Q> parser,
            Function<Q, String> subject,
            BiFunction<GrpcCall, Q, CompletableFuture<A>> action) {
        return unary(
                method,
                parser,
                (context, call, message) -> {
                    context.setAttr(SUBJECT, subject.apply(message));
                    return action.apply(call, message);
                },
                _ -> true);
    }

    /// Adds a method as [#unary] whose answer may take long: it is cancelled when the caller goes.
    public <Q, A extends MessageLite> GrpcRoutes waiting(
            String method, Parser<Q> parser, BiFunction<GrpcCall, Q, CompletableFuture<A>> action) {
        return unary(
                method,
                parser,
                (context, call, message) -> {
                    var answer = action.apply(call, message);
                    var _ = context.log().whenComplete().thenRun(() -> answer.cancel(false));
                    return answer;
                },
                GrpcRoutes::isRefusal);
    }

    /// Adds a method with any number of messages in each direction.
    public <Q> GrpcRoutes streaming(
            String method,
            Parser<Q> parser,
            BiFunction<GrpcCall, GrpcReplies, GrpcSession<Q>> open) {
        return add(
                method,
                (context, request) -> {
                    // A stream lasts; its messages are bounded one by one.
                    context.setMaxRequestLength(0);
                    try {
                        var call = admit(context, request);
                        var replies =
                                new GrpcReplies(
                                        call.memory(),
                                        thrown -> failure(context, thrown, GrpcRoutes::isRefusal));
                        var session = open.apply(call, replies);
                        replies.whenGone(session::close);
                        request.subscribe(
                                new Incoming<>(
                                        session,
                                        replies,
                                        parser,
                                        new Frames(mostBytes),
                                        call.memory(),
                                        context.eventLoop()),
                                context.eventLoop());
                        return replies.response(context.eventLoop());
                    } catch (RuntimeException refused) {
                        request.abort();
                        return Replies.of(failure(context, refused, GrpcRoutes::isRefusal));
                    }
                });
    }

    /// Adds a method that is done in another way, which `sentence` names.
    public GrpcRoutes unimplemented(String method, String sentence) {
        return add(method, (context, request) -> notHere(context, request, sentence));
    }

    /// Adds the answer to every other method of services whose names begin with `prefix`.
    public GrpcRoutes otherwise(String prefix) {
        server.service(
                Route.builder().regex("^/" + prefix.replace(".", "\\.") + ".*$").build(),
                (context, request) ->
                        notHere(
                                context,
                                request,
                                "krg does not have the method " + request.path().substring(1)));
        return this;
    }

    /// Only who is let in is told.
    private HttpResponse notHere(
            ServiceRequestContext context, HttpRequest request, String sentence) {
        try {
            var _ = admit(context, request);
            return Replies.of(new GrpcFailure(GrpcStatus.UNIMPLEMENTED, sentence));
        } catch (RuntimeException refused) {
            return Replies.of(failure(context, refused, GrpcRoutes::isRefusal));
        }
    }

    private GrpcRoutes add(String method, HttpService service) {
        server.service(
                Route.builder().exact("/" + method).methods(HttpMethod.POST).build(), service);
        return this;
    }

    private interface Action<Q, A> {
        CompletableFuture<A> perform(ServiceRequestContext context, GrpcCall call, Q message);
    }

    private <Q, A extends MessageLite> GrpcRoutes unary(
            String method, Parser<Q> parser, Action<Q, A> action, Predicate<GrpcStatus> audited) {
        return add(method, (context, request) -> answer(context, request, parser, action, audited));
    }

    private <Q, A extends MessageLite> HttpResponse answer(
            ServiceRequestContext context,
            HttpRequest request,
            Parser<Q> parser,
            Action<Q, A> action,
            Predicate<GrpcStatus> audited) {
        // Bounded while it is taken in.
        context.setMaxRequestLength(0);
        GrpcCall call;
        try {
            call = admit(context, request);
        } catch (RuntimeException refused) {
            return Replies.of(failure(context, refused, audited));
        }
        return HttpResponse.of(
                call.body()
                        .whole(Frames.HEAD + mostBytes)
                        .thenCompose(body ->
                                action.perform(context, call, Frames.only(body, parser, mostBytes)))
                        .handle((message, failure) -> reply(context, message, failure, audited)));
    }

    private HttpResponse reply(
            ServiceRequestContext context,
            @Nullable MessageLite message,
            @Nullable Throwable failure,
            Predicate<GrpcStatus> audited) {
        if (message != null) {
            audit(context, GrpcStatus.OK, audited);
            return Replies.of(message);
        }
        var thrown = failure == null ? new IllegalStateException("no answer") : failure;
        return Replies.of(failure(context, thrown, audited));
    }

    private GrpcCall admit(ServiceRequestContext context, HttpRequest request) {
        var call = admission.admit(context, request);
        context.setAttr(CALL, call);
        return call;
    }

    private GrpcFailure failure(
            ServiceRequestContext context, Throwable thrown, Predicate<GrpcStatus> audited) {
        var failure = failures.apply(thrown);
        audit(context, failure.status(), audited);
        return failure;
    }

    /// What is written down of every method.
    private static boolean isRefusal(GrpcStatus status) {
        return status == GrpcStatus.PERMISSION_DENIED;
    }

    /// Whoever is not let in at all has no call.
    private static void audit(
            ServiceRequestContext context, GrpcStatus status, Predicate<GrpcStatus> audited) {
        @Nullable GrpcCall call = context.attr(CALL);
        if (call != null && audited.test(status)) {
            @Nullable String subject = context.attr(SUBJECT);
            call.audit().accept(subject == null ? "" : subject, status);
        }
    }
}
