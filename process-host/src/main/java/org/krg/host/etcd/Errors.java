// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.linecorp.armeria.common.stream.ClosedStreamException;
import java.util.concurrent.CompletionException;
import org.krg.host.BodyRefused;
import org.krg.host.HostFailure;
import org.krg.host.engine.KeyQueues.PlaceLost;
import org.krg.host.engine.KeyQueues.RefusedHere;
import org.krg.host.engine.Lanes;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.KeySpace.FutureRevision;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.KeySpace.TooLarge;
import org.krg.state.command.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// krg's failures as those of etcd.
final class Errors {
    private static final Logger log = LoggerFactory.getLogger(Errors.class);

    private Errors() {}

    /// {@return the status of whatever was thrown}
    static GrpcFailure of(Throwable thrown) {
        return switch (cause(thrown)) {
            case GrpcFailure failure -> failure;
            case Compacted _ -> EtcdError.COMPACTED.failure();
            case FutureRevision _ -> EtcdError.FUTURE_REVISION.failure();
            case NotPermitted _ -> EtcdError.PERMISSION_DENIED.failure();
            case NoQuorum _ -> EtcdError.NO_LEADER.failure();
            case UnknownOutcome _ -> EtcdError.TIMED_OUT.failure();
            case TooLarge large ->
                    new GrpcFailure(
                            GrpcStatus.RESOURCE_EXHAUSTED, String.valueOf(large.getMessage()));
            case BodyRefused refused ->
                    new GrpcFailure(status(refused.why()), String.valueOf(refused.getMessage()));
            case Lanes.Full _ -> EtcdError.TOO_MANY_REQUESTS.failure();
            case RefusedHere refused -> of(refused.reply.refusal(), refused.reply.detail());
            case PlaceLost _ -> EtcdError.SESSION_EXPIRED.failure();
            case HostFailure failure -> new GrpcFailure(status(failure.code()), text(failure));
            case ClosedStreamException gone ->
                    new GrpcFailure(GrpcStatus.CANCELLED, String.valueOf(gone.getMessage()));
            case Throwable unexpected -> {
                log.error("a call failed for a reason krg does not know", unexpected);
                yield new GrpcFailure(GrpcStatus.INTERNAL, "the agent failed: " + unexpected);
            }
        };
    }

    /// {@return the status of an operation that was refused}
    static GrpcFailure of(Refusal refusal, String detail) {
        return switch (refusal) {
            // Only leases are named by users of this face.
            case NOT_FOUND, LEASE_NOT_FOUND -> EtcdError.LEASE_NOT_FOUND.failure();
            case NAME_TAKEN -> EtcdError.LEASE_EXISTS.failure();
            case INVALID -> new GrpcFailure(GrpcStatus.INVALID_ARGUMENT, detail);
            case CONFLICT -> new GrpcFailure(GrpcStatus.FAILED_PRECONDITION, detail);
            case WRONG_TERM -> EtcdError.LEADER_CHANGED.failure();
            case SESSION_EXPIRED -> EtcdError.TIMED_OUT.failure();
            case LIMIT -> EtcdError.NO_SPACE.failure();
            case KEY_EMPTY -> EtcdError.KEY_EMPTY.failure();
            case KEY_NOT_FOUND -> EtcdError.KEY_NOT_FOUND.failure();
            case DUPLICATE_KEY -> EtcdError.DUPLICATE_KEY.failure();
            case VALUE_PROVIDED -> EtcdError.VALUE_PROVIDED.failure();
            case LEASE_PROVIDED -> EtcdError.LEASE_PROVIDED.failure();
            case TOO_MANY_OPERATIONS -> EtcdError.TOO_MANY_OPERATIONS.failure();
            case TOO_LARGE -> EtcdError.TOO_LARGE.failure();
            case COMPACTED -> EtcdError.COMPACTED.failure();
            case FUTURE_REVISION -> EtcdError.FUTURE_REVISION.failure();
            case NOT_PERMITTED -> EtcdError.PERMISSION_DENIED.failure();
        };
    }

    private static GrpcStatus status(BodyRefused.Why why) {
        return switch (why) {
            case TOO_LARGE, TOO_MANY -> GrpcStatus.RESOURCE_EXHAUSTED;
            case TOO_SLOW -> GrpcStatus.CANCELLED;
        };
    }

    private static GrpcStatus status(HostFailure.Code code) {
        return switch (code) {
            case USAGE, NOT_EXECUTABLE, PROGRAM_NOT_FOUND -> GrpcStatus.INVALID_ARGUMENT;
            case NOT_FOUND -> GrpcStatus.NOT_FOUND;
            case NOT_PERMITTED -> GrpcStatus.PERMISSION_DENIED;
            case CONFLICT, CANNOT_BE_PLACED, NOT_CHECKPOINTABLE, REMOVED ->
                    GrpcStatus.FAILED_PRECONDITION;
            case TIMED_OUT, NO_QUORUM -> GrpcStatus.UNAVAILABLE;
            case CORRUPT -> GrpcStatus.DATA_LOSS;
            case FAILED, DISK -> GrpcStatus.INTERNAL;
        };
    }

    private static String text(HostFailure failure) {
        return failure.remedy().isEmpty()
                ? failure.getMessage()
                : failure.getMessage() + "; " + failure.remedy();
    }

    /// {@return what was thrown, without the wrapping of futures}
    static Throwable cause(Throwable thrown) {
        var cause = thrown;
        for (var next = cause.getCause();
                cause instanceof CompletionException && next != null;
                next = cause.getCause()) {
            cause = next;
        }
        return cause;
    }
}
