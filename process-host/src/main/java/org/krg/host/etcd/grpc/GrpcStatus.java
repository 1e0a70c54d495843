// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

/// The canonical codes of gRPC that are used here, and the statuses of HTTP that stand for them, as
/// in `google/rpc/code.proto`.
public enum GrpcStatus {
    OK(0, 200),
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    NOT_FOUND(5, 404),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    private final int code;
    private final int http;

    GrpcStatus(int code, int http) {
        this.code = code;
        this.http = http;
    }

    /// {@return its number on the wire}
    public int code() {
        return code;
    }

    /// {@return the status of HTTP that stands for it}
    public int http() {
        return http;
    }
}
