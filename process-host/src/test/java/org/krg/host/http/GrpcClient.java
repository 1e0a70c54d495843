// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.HostPort;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// A client of gRPC that knows nothing but frames and trailers.
final class GrpcClient {
    private static final int HEAD = 5;

    private final WebClient client;

    GrpcClient(HostPort address) {
        client =
                WebClient.builder(SessionProtocol.H2C, Endpoint.of(address.host(), address.port()))
                        .responseTimeoutMillis(60_000)
                        .build();
    }

    /// A call that ended with another status than OK.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        final int code;

        Refused(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    /// {@return the answer to a call with one message in each direction}
    <A> A call(String method, MessageLite request, Parser<A> parser) {
        try (var call = open(method, parser)) {
            call.send(request);
            call.end();
            var answer = call.next();
            assertThat(call.next()).isEmpty();
            return answer.orElseThrow();
        }
    }

    /// Opens a call with any number of messages.
    <A> Call<A> open(String method, Parser<A> parser) {
        return new Call<>(client, method, parser);
    }

    /// A call that goes on. Messages of the other side wait until they are taken.
    static final class Call<A> implements AutoCloseable {
        private final HttpRequestWriter request;
        private final HttpResponse response;
        private final Parser<A> parser;
        private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

        private record End(int code, String message) {}

        Call(WebClient client, String method, Parser<A> parser) {
            this.parser = parser;
            this.request =
                    HttpRequest.streaming(
                            RequestHeaders.builder(HttpMethod.POST, "/" + method)
                                    .contentType(MediaType.parse("application/grpc"))
                                    .add("te", "trailers")
                                    .build());
            this.response = client.execute(request);
            response.subscribe(new Arrivals());
        }

        /// Sends messages, all at once; what the other side ended already takes none, and [#next]
        /// says why.
        void send(MessageLite... messages) {
            var frames = new ByteArrayOutputStream();
            for (var message : messages) {
                var content = message.toByteArray();
                var head = ByteBuffer.allocate(HEAD).put((byte) 0).putInt(content.length);
                frames.writeBytes(head.array());
                frames.writeBytes(content);
            }
            var _ = request.tryWrite(HttpData.wrap(frames.toByteArray()));
        }

        void end() {
            request.close();
        }

        /// {@return the next message; empty at the good end} Throws [Refused] at another end.
        Optional<A> next() {
            try {
                var next = arrived.poll(30, TimeUnit.SECONDS);
                return switch (next) {
                    case byte[] content -> Optional.of(parser.parseFrom(content));
                    case End(var code, _) when code == 0 -> Optional.empty();
                    case End(var code, var message) -> throw new Refused(code, message);
                    case null, default -> throw new AssertionError("no answer but " + next);
                };
            } catch (InterruptedException | InvalidProtocolBufferException failed) {
                throw new AssertionError(failed);
            }
        }

        boolean isSilent() {
            return arrived.isEmpty();
        }

        /// Gives it up: the other side hears of it, also where the request was whole.
        @Override
        public void close() {
            request.abort();
            response.abort();
        }

        private final class Arrivals implements Subscriber<HttpObject> {
            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            private @Nullable Integer code;
            private String message = "";

            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(HttpObject part) {
                if (part instanceof HttpHeaders headers) {
                    code =
                            headers.getInt("grpc-status") == null
                                    ? code
                                    : headers.getInt("grpc-status");
                    message = headers.get("grpc-message", message);
                } else if (part instanceof HttpData data) {
                    bytes.writeBytes(data.array());
                    takeFrames();
                }
            }

            private void takeFrames() {
                var all = bytes.toByteArray();
                var at = 0;
                while (all.length - at >= HEAD) {
                    var end = at + HEAD + ByteBuffer.wrap(all).getInt(at + 1);
                    if (end > all.length) {
                        break;
                    }
                    arrived.add(Arrays.copyOfRange(all, at + HEAD, end));
                    at = end;
                }
                bytes.reset();
                bytes.write(all, at, all.length - at);
            }

            @Override
            public void onError(Throwable gone) {
                arrived.add(new End(1, String.valueOf(gone)));
            }

            @Override
            public void onComplete() {
                arrived.add(new End(code == null ? -1 : code, message));
            }
        }
    }
}
