// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

/// A call ends with a status that is not OK. It has no stack trace: it is an answer.
public final class GrpcFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final GrpcStatus status;

    public GrpcFailure(GrpcStatus status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /// {@return what the caller is told by number}
    public GrpcStatus status() {
        return status;
    }
}
