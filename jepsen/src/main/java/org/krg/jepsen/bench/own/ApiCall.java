// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.http2.Http2Connection;
import org.krg.jepsen.bench.load.Done;

/// A call with one answer, of which only the size matters.
class ApiCall implements Http2Connection.Call {
    private static final String OK = "200";

    private final Done done;
    private final int leastBytes;
    private int bytes;
    private @Nullable String refusal = "the answer has no status";

    /// @param leastBytes of an answer that is whole
    ApiCall(Done done, int leastBytes) {
        this.done = done;
        this.leastBytes = leastBytes;
    }

    @Override
    public void headers(Http2Headers headers) {
        var status = String.valueOf(headers.status());
        refusal = status.equals(OK) ? null : "HTTP status " + status + ": ";
    }

    /// The text of a refusal comes in one piece: it is short.
    @Override
    public void data(ByteBuf data) {
        bytes += data.readableBytes();
        if (refusal != null) {
            refusal += data.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void end(@Nullable String broken) {
        var failure = broken == null ? refusal : broken;
        done.done(failure == null && bytes < leastBytes ? "no value came" : failure);
    }
}
