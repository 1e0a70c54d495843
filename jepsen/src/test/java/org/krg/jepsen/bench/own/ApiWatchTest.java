// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// What a stream of changes says, however its bytes are cut.
final class ApiWatchTest {
    private static final String STREAM =
            """
            : open

            event: bookmark
            id: 4
            data: {"revision":4}

            id: 7
            data: {"apiVersion":"krg/v1","revision":7,"changes":[{"type":"put","key":"watch/0000000003","value":"ü"}]}

            : heartbeat

            id: 9
            data: {"apiVersion":"krg/v1","revision":9,"changes":[{"key":"watch/0000000001"},{"key":"watch/0000000012"}]}

            """;

    private final ArrayList<Integer> seen = new ArrayList<>();
    private final ArrayList<String> told = new ArrayList<>();
    private final ApiWatch watch =
            new ApiWatch(seen::add, failure -> told.add(String.valueOf(failure)));

    @Test
    void everyChangeIsSeenOnceWhereverTheBytesAreCut() {
        var bytes = STREAM.getBytes(StandardCharsets.UTF_8);
        for (var piece = 1; piece <= bytes.length; piece++) {
            seen.clear();
            for (var start = 0; start < bytes.length; start += piece) {
                watch.data(
                        Unpooled.wrappedBuffer(
                                bytes, start, Math.min(piece, bytes.length - start)));
            }
            assertThat(seen).containsExactly(3, 1, 12);
        }
    }

    @Test
    void itIsEstablishedByItsFirstEventAndAnEndIsAFailure() {
        watch.headers(new DefaultHttp2Headers().status("200"));
        assertThat(told).isEmpty();
        watch.data(Unpooled.copiedBuffer(STREAM, StandardCharsets.UTF_8));
        assertThat(told).containsExactly("null");
        watch.end(null);
        assertThat(told).containsExactly("null", "the watch has ended");
    }

    @Test
    void aRefusalIsAFailure() {
        watch.headers(new DefaultHttp2Headers().status("429"));
        assertThat(told).containsExactly("the watch is refused with status 429");
    }
}
