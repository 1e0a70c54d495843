// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.http2.Http2Connection;

/// A call of gRPC: what became of it stands in its trailers.
abstract class GrpcCall implements Http2Connection.Call {
    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");

    private @Nullable String failure = "the answer has no status";

    @Override
    public final void headers(Http2Headers headers) {
        var status = headers.get(STATUS);
        if (status == null) {
            failure = "the answer has no status, but that of HTTP: " + headers.status();
        } else if (status.length() == 1 && status.charAt(0) == '0') {
            failure = null;
        } else {
            failure = "gRPC status " + status + ": " + headers.get(MESSAGE);
        }
    }

    @Override
    public final void end(@Nullable String broken) {
        ended(broken == null ? failure : broken);
    }

    /// The call has ended.
    ///
    /// @param failure null if it succeeded
    abstract void ended(@Nullable String failure);
}
