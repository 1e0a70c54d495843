// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import com.google.protobuf.MessageLite;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.nio.charset.StandardCharsets;

/// Replies of calls.
final class Replies {
    static final ResponseHeaders HEADERS =
            ResponseHeaders.builder(HttpStatus.OK)
                    .contentType(MediaType.parse("application/grpc"))
                    .build();

    static final HttpHeaders DONE = HttpHeaders.of("grpc-status", "0");

    private Replies() {}

    static HttpResponse of(MessageLite message) {
        return HttpResponse.of(HEADERS, Frames.frame(message), DONE);
    }

    /// {@return a reply that has nothing but a status}
    static HttpResponse of(GrpcFailure failure) {
        return HttpResponse.of(
                HEADERS.toBuilder().add(trailers(failure)).endOfStream(true).build());
    }

    static HttpHeaders trailers(GrpcFailure failure) {
        return HttpHeaders.of(
                "grpc-status",
                Integer.toString(failure.status().code()),
                "grpc-message",
                percentEncoded(String.valueOf(failure.getMessage())));
    }

    /// As the protocol has it: printable ASCII but the percent sign stays as it is.
    static String percentEncoded(String message) {
        var encoded = new StringBuilder();
        for (var each : message.getBytes(StandardCharsets.UTF_8)) {
            if (each >= ' ' && each <= '~' && each != '%') {
                encoded.append((char) each);
            } else {
                encoded.append("%%%02X".formatted(each));
            }
        }
        return encoded.toString();
    }
}
