// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// What real processes of two nodes have stored goes into a stream, and out of it into a segment
/// that has other pages.
class SegmentContentsTest {
    private static final int PAGE = 4_096;
    private static final int RECORD = Integer.BYTES + PAGE;
    private static final int ENDING = Integer.BYTES + Long.BYTES;
    private static final List<Integer> FIRST = List.of(0);

    @TempDir private Path directory;

    @Test
    void aSegmentHoldsWhatTheStreamHoldsAndZerosElsewhere() throws IOException {
        byte[] stream;
        try (var agreement = new Agreement();
                var one = node("one", agreement);
                var two = node("two", agreement)) {
            store(one.toucher(), 0, 1);
            store(two.toucher(), 3, 4);
            stream = dump(two);
        }
        assertThat(stream).hasSize(2 * RECORD + ENDING);
        try (var agreement = new Agreement();
                var one = node("three", agreement);
                var two = node("four", agreement)) {
            var writer = two.toucher();
            for (var page = 0; page < 6; page++) {
                store(writer, page, 99);
            }

            var stored = one.contents().load(FIRST, new ByteArrayInputStream(stream));

            assertThat(stored).isEqualTo(2);
            for (var reader : List.of(writer, one.toucher())) {
                var held = List.of("1", "0", "0", "4", "0", "0");
                for (var page = 0; page < held.size(); page++) {
                    assertThat(read(reader, page)).isEqualTo(held.get(page));
                }
            }
        }
    }

    @Test
    void aDumpTakesNoStoreAwayFromWhoStoresMeanwhile() throws IOException {
        try (var agreement = new Agreement();
                var one = node("one", agreement)) {
            var adder = one.toucher();
            assertThat(adder.ask("begin 0")).isEqualTo("ok");
            for (var round = 0; round < 200; round++) {
                dump(one);
            }

            var added = adder.ask("end");

            assertThat(Long.parseLong(added)).isPositive();
            assertThat(read(adder, 0)).isEqualTo(added);
        }
    }

    @Test
    void aLostPageEndsIt() {
        try (var agreement = new Agreement();
                var one = node("one", agreement);
                var two = node("two", agreement)) {
            store(one.toucher(), 0, 1);
            store(two.toucher(), 1, 2);
            agreement.crash(two);

            assertThatThrownBy(() -> dump(one))
                    .isInstanceOf(PagesFailed.class)
                    .hasMessageContaining("page 1 of segment 1 is lost");
        }
    }

    @Test
    void whatIsHalfOrTooLongOrSomethingElseIsRefused() throws IOException {
        try (var agreement = new Agreement();
                var one = node("one", agreement)) {
            store(one.toucher(), 2, 1);
            var whole = dump(one);

            var half = Arrays.copyOf(whole, whole.length - 1);
            assertThatThrownBy(() -> check(one, half)).isInstanceOf(EOFException.class);
            var twice = ByteBuffer.allocate(2 * RECORD).put(whole, 0, RECORD).put(whole, 0, RECORD);
            assertThatThrownBy(() -> check(one, twice.array()))
                    .isInstanceOf(NotContents.class)
                    .hasMessageContaining("page 2 comes after page 2");
            var tooLong = ByteBuffer.allocate(ENDING).putInt(-1).putLong((64L << 20) + 1);
            assertThatThrownBy(() -> check(one, tooLong.array()))
                    .isInstanceOf(NotContents.class)
                    .hasMessageContaining("has 16384 pages, and this is at least 16385");
            var negative = ByteBuffer.allocate(RECORD).putInt(-7);
            assertThatThrownBy(() -> check(one, negative.array())).isInstanceOf(NotContents.class);
        }
    }

    private static byte[] dump(PageNode node) throws IOException {
        var stream = new ByteArrayOutputStream();
        node.contents().dump(FIRST, stream);
        check(node, stream.toByteArray());
        return stream.toByteArray();
    }

    private static void check(PageNode node, byte[] stream) throws IOException {
        node.contents().check(new ByteArrayInputStream(stream), OutputStream.nullOutputStream());
    }

    private PageNode node(String name, Agreement agreement) {
        return new PageNode(name, agreement, directory);
    }

    private static void store(Toucher process, int page, int value) {
        assertThat(process.ask("write %d %d".formatted(page * PAGE, value))).isEqualTo("ok");
    }

    private static String read(Toucher process, int page) {
        return process.ask("read " + page * PAGE);
    }
}
