// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// The body of a request, read while it comes. Whoever reads it waits for the client, who is given
/// up when nothing comes for a while, or too little.
final class UploadStream extends InputStream {
    /// A client that is refused early reads the answer only when it has sent all.
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

    private final ServiceRequestContext context;
    private final InputStream body;
    private UploadPace pace = UploadPace.START;

    UploadStream(ServiceRequestContext context, HttpRequest request) {
        this.context = context;
        this.body = request.toInputStream(UploadStream::data);
    }

    private static HttpData data(HttpObject part) {
        return part instanceof HttpData data ? data : HttpData.empty();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, pace.patience());
        var since = System.nanoTime();
        try {
            var count = body.read(bytes, offset, length);
            pace = pace.after(Math.max(count, 0), Duration.ofNanos(System.nanoTime() - since));
            return count;
        } finally {
            context.clearRequestTimeout();
        }
    }

    /// Reads what is left of it.
    @Override
    public void close() {
        var buffer = new byte[64 << 10];
        context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, DRAIN_LIMIT);
        try (body) {
            while (body.read(buffer) >= 0) {
                // Nobody wants it.
            }
        } catch (IOException gone) {
            // Nobody waits for the answer then.
        } finally {
            context.clearRequestTimeout();
        }
    }
}
