// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.linecorp.armeria.common.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.krg.host.HostFailure;
import org.krg.host.http.body.StatusFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The streams that are open: a bounded number, each with a thread of its own. Safe for use from
/// any thread.
public final class Streams {
    private static final Logger log = LoggerFactory.getLogger(Streams.class);

    /// Each holds a connection and looks at the state whenever it changes.
    private static final int MOST = 1_000;

    private static final int TOO_MANY = 429;

    private final Executor threads;
    private final Semaphore free = new Semaphore(MOST);

    public Streams(Executor threads) {
        this.threads = threads;
    }

    /// {@return a reply that `writing` fills until it returns}
    public HttpResponse open(Consumer<SseWriter> writing) {
        if (!free.tryAcquire()) {
            throw new StatusFailure(
                    TOO_MANY,
                    new HostFailure(
                            HostFailure.Code.FAILED,
                            "this node serves " + MOST + " streams already",
                            "ask another node, or close some"));
        }
        var answer = new CompletableFuture<HttpResponse>();
        threads.execute(() -> {
            try {
                write(writing, answer);
            } finally {
                free.release();
            }
        });
        return HttpResponse.of(answer);
    }

    private static void write(Consumer<SseWriter> writing, CompletableFuture<HttpResponse> answer) {
        var writer = new SseWriter(answer);
        try {
            writing.accept(writer);
        } catch (HostFailure stop) {
            log.debug("a stream ends", stop);
        } catch (RuntimeException failed) {
            log.warn("a stream ends for a reason krg does not know", failed);
        }
        writer.close();
    }
}
