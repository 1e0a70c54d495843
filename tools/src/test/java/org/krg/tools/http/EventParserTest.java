// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EventParserTest {
    private final EventParser parser = new EventParser();

    @Test
    void anEventEndsWithAnEmptyLine() {
        feed("id: 4.1\nevent: out\ndata: {\"a\":1}\n");
        assertThat(parser.ready()).isEmpty();

        feed("\n");
        assertThat(parser.ready()).containsExactly(new ServerEvent("4.1", "out", "{\"a\":1}"));
    }

    @Test
    void bytesMayArriveInAnyPieces() {
        for (var letter : "data:é\r\n\r\n".getBytes(StandardCharsets.UTF_8)) {
            parser.add(ByteBuffer.wrap(new byte[] {letter}));
        }

        assertThat(parser.ready()).containsExactly(new ServerEvent("", "", "é"));
    }

    @Test
    void commentsAndUnknownFieldsAreNoEvents() {
        feed(": heartbeat\n\nretry: 3\n\n");

        assertThat(parser.ready()).isEmpty();
    }

    @Test
    void severalLinesOfDataAreOne() {
        feed("data: a\ndata: b\n\n");

        assertThat(parser.ready()).containsExactly(new ServerEvent("", "", "a\nb"));
    }

    @Test
    void theNameCountsForOneEventAndTheIdForAllThatFollow() {
        feed("id: 1\nevent: out\ndata: a\n\ndata: b\n\n");

        assertThat(parser.ready())
                .containsExactly(new ServerEvent("1", "out", "a"), new ServerEvent("1", "", "b"));
    }

    private void feed(String text) {
        parser.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
