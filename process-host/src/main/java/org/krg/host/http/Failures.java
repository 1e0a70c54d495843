// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.krg.host.BodyRefused;
import org.krg.host.HostFailure;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.view.ErrorView;
import org.krg.host.http.view.Json;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.ClusterStore.MembershipRefused;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.KeySpace.FutureRevision;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.KeySpace.TooLarge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes replies of failures: the one place that knows which failure has which status.
final class Failures {
    private static final Logger log = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /// {@return the reply to a request that failed}
    static HttpResponse response(Throwable thrown) {
        return switch (cause(thrown)) {
            case StatusFailure failure -> response(failure.status, failure.failure);
            case HostFailure failure -> response(status(failure.code()), failure);
            case NoQuorum failure ->
                    response(
                            503,
                            new HostFailure(
                                    HostFailure.Code.NO_QUORUM,
                                    "there is no quorum: " + failure.getMessage(),
                                    "`krg-admin cluster status` shows who can be reached; start"
                                            + " the missing agents"));
            case MembershipRefused failure -> response(409, refused(failure));
            case UnknownOutcome failure ->
                    response(
                            504,
                            new HostFailure(
                                    HostFailure.Code.TIMED_OUT,
                                    "whether it took effect cannot be told: "
                                            + failure.getMessage(),
                                    "look whether it did, or repeat it with the same"
                                            + " Krg-Request"));
            case Compacted failure ->
                    response(
                            410,
                            "COMPACTED",
                            5,
                            String.valueOf(failure.getMessage()),
                            "read the present state and go on from its revision");
            case FutureRevision failure ->
                    response(400, usage(failure, "leave the revision out to read the present"));
            case TooLarge failure -> response(400, usage(failure, "read in parts, with a limit"));
            case NotPermitted failure ->
                    response(
                            403,
                            new HostFailure(
                                    HostFailure.Code.NOT_PERMITTED,
                                    String.valueOf(failure.getMessage()),
                                    ""));
            case BodyRefused refused -> refused(refused);
            case ContentTooLargeException _ -> response(413, tooLarge());
            // Nobody waits for this reply any more.
            case ClosedStreamException gone -> HttpResponse.ofFailure(gone);
            case ResponseCompleteException gone -> HttpResponse.ofFailure(gone);
            case Throwable unexpected -> {
                log.error("a request failed for a reason krg does not know", unexpected);
                yield response(
                        500,
                        new HostFailure(
                                HostFailure.Code.FAILED,
                                "the agent failed: " + unexpected,
                                "see the log of the node's agent"));
            }
        };
    }

    private static HttpResponse refused(BodyRefused failure) {
        return switch (failure.why()) {
            case TOO_LARGE -> response(413, usage(failure, "send it in parts"));
            // Without a body, which would wait for a client that does not read.
            case TOO_MANY ->
                    HttpResponse.of(
                            ResponseHeaders.builder(HttpStatus.TOO_MANY_REQUESTS)
                                    .endOfStream(true)
                                    .build());
            case TOO_SLOW -> response(408, usage(failure, "send it in smaller parts"));
        };
    }

    private static HostFailure refused(MembershipRefused failure) {
        var words = String.valueOf(failure.getMessage()).split("; ", 2);
        return new HostFailure(
                HostFailure.Code.CONFLICT, words[0], words.length > 1 ? words[1] : "");
    }

    private static HostFailure usage(RuntimeException failure, String remedy) {
        return new HostFailure(
                HostFailure.Code.USAGE, String.valueOf(failure.getMessage()), remedy);
    }

    /// {@return the failure of a body that is too long}
    static HostFailure tooLarge() {
        return new HostFailure(
                HostFailure.Code.USAGE,
                "the body is too large",
                "JSON may have 1 MiB, standard input 8 MiB a request: send it in parts");
    }

    private static Throwable cause(Throwable thrown) {
        var cause = thrown;
        for (var next = cause.getCause();
                isWrapper(cause) && next != null;
                next = cause.getCause()) {
            cause = next;
        }
        return cause;
    }

    private static boolean isWrapper(Throwable thrown) {
        return thrown instanceof CompletionException
                || thrown instanceof ExecutionException
                || thrown instanceof HttpStatusException;
    }

    static HttpResponse response(int status, HostFailure failure) {
        return response(
                status,
                failure.code().name(),
                failure.code().exit(),
                failure.getMessage(),
                failure.remedy());
    }

    private static HttpResponse response(
            int status, String code, int exit, String message, String remedy) {
        return HttpResponse.of(
                HttpStatus.valueOf(status),
                MediaType.JSON,
                Json.write(ErrorView.of(code, message, remedy, exit)));
    }

    private static int status(HostFailure.Code code) {
        return switch (code) {
            case USAGE, NOT_EXECUTABLE, PROGRAM_NOT_FOUND -> 400;
            case NOT_PERMITTED -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT, CANNOT_BE_PLACED, NOT_CHECKPOINTABLE -> 409;
            case FAILED, CORRUPT, DISK -> 500;
            case REMOVED -> 410;
            case NO_QUORUM -> 503;
            case TIMED_OUT -> 504;
        };
    }
}
