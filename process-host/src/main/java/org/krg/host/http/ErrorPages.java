// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;
import org.krg.host.BodyRefused;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.host.http.view.ErrorView;
import org.krg.host.http.view.Json;

/// What is said before a request reaches a resource: no such path, no such method, too large. It
/// holds memory of strangers until it is read.
final class ErrorPages implements ServerErrorHandler {
    private final Shares shares;

    ErrorPages(Shares shares) {
        this.shares = shares;
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return Failures.response(cause);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        if (context != null && !isHeld(context)) {
            return AggregatedHttpResponse.of(ResponseHeaders.of(HttpStatus.TOO_MANY_REQUESTS));
        }
        var path = headers == null ? "" : headers.method() + " " + headers.path();
        var failure =
                switch (status.code()) {
                    case 404 -> failure("NOT_FOUND", "there is no " + path);
                    case 405 -> failure("USAGE", "the API has no " + path);
                    case 413 -> failure("USAGE", Failures.tooLarge().getMessage());
                    default ->
                            failure(
                                    status.isServerError() ? "FAILED" : "USAGE",
                                    description == null ? status.toString() : description);
                };
        return AggregatedHttpResponse.of(status, MediaType.JSON, failure);
    }

    /// {@return whether there is room for one more}
    private boolean isHeld(ServiceRequestContext context) {
        try {
            var _ = shares.enter(context, Caller.STRANGER);
            return true;
        } catch (BodyRefused full) {
            return false;
        }
    }

    private static String failure(String code, String message) {
        return Json.write(
                ErrorView.of(
                        code,
                        message,
                        "docs/api.md shows the requests",
                        HostFailure.Code.valueOf(code).exit()));
    }
}
