// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A reply of bytes that are made while they are sent. Whoever makes them waits for the client; a
/// failure breaks the connection off, so that half a reply is not taken for a whole one.
final class ByteStream extends OutputStream {
    private static final int PIECE = 64 << 10;

    /// A client that reads nothing for so long is given up.
    private static final long PATIENCE_SECONDS = 60;

    private static final Logger log = LoggerFactory.getLogger(ByteStream.class);

    private final HttpResponseWriter response;

    private ByteStream(HttpResponseWriter response) {
        this.response = response;
    }

    /// Makes the bytes.
    interface Source {
        void writeTo(OutputStream stream) throws IOException;
    }

    static HttpResponse of(Source source) {
        var response = HttpResponse.streaming();
        response.write(
                ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.OCTET_STREAM).build());
        var _ = Thread.ofVirtual().name("krg-bytes").start(() -> send(source, response));
        return response;
    }

    private static void send(Source source, HttpResponseWriter response) {
        try (var stream = new BufferedOutputStream(new ByteStream(response), PIECE)) {
            source.writeTo(stream);
            stream.flush();
            response.close();
        } catch (IOException | RuntimeException failed) {
            log.warn("a stream of bytes was broken off", failed);
            // Not behind what a client that does not read never takes.
            response.abort(failed);
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            if (!response.tryWrite(HttpData.copyOf(bytes, offset, length))) {
                throw new IOException("the client is gone");
            }
            response.whenConsumed().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException gone) {
            throw new IOException("the client does not read", gone);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent stops", stop);
        }
    }
}
