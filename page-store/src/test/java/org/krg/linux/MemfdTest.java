// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class MemfdTest {
    private static final int PAGE = 4_096;

    @Test
    void aReadOfAHoleIsZerosAndLeavesTheHole() {
        try (var memory = Memfd.create("hole", 4 * PAGE);
                var arena = Arena.ofConfined()) {
            var copy = arena.allocate(PAGE).fill((byte) 1);
            memory.read(PAGE, copy);
            assertThat(copy.get(JAVA_BYTE, 17)).isZero();
            assertThat(memory.hasPage(PAGE)).isFalse();
        }
    }

    @Test
    void whatIsWrittenIsThereUntilItIsPunchedOut() {
        try (var memory = Memfd.create("page", 4 * PAGE);
                var arena = Arena.ofConfined()) {
            var page = arena.allocate(PAGE).fill((byte) 7);
            memory.write(2 * PAGE, page);
            assertThat(memory.hasPage(2 * PAGE)).isTrue();
            memory.read(2 * PAGE, page.fill((byte) 0));
            assertThat(page.get(JAVA_BYTE, 17)).isEqualTo((byte) 7);

            memory.punch(2 * PAGE, PAGE);
            assertThat(memory.hasPage(2 * PAGE)).isFalse();
        }
    }

    @Test
    void whatLiesBehindTheEndCannotBeRead() {
        try (var memory = Memfd.create("short", PAGE);
                var arena = Arena.ofConfined()) {
            var copy = arena.allocate(PAGE);
            assertThatThrownBy(() -> memory.read(PAGE, copy))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("pread(4096, 4096) = 0");
        }
    }

    @Test
    void aLengthOfNothingCannotBePunchedOut() {
        try (var memory = Memfd.create("short", PAGE)) {
            assertThatThrownBy(() -> memory.punch(0, 0)).hasMessageContaining("EINVAL");
        }
    }

    @Test
    void whoeverHasItMakesItLargerAndNotSmaller() throws IOException {
        try (var memory = Memfd.create("sealed", 4 * PAGE);
                var arena = Arena.ofConfined()) {
            var path = Path.of("/proc/self/fd", "" + memory.descriptor().number());
            try (var file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                assertThatThrownBy(() -> file.truncate(PAGE)).isInstanceOf(IOException.class);
                assertThat(file.write(ByteBuffer.allocate(1), 8 * PAGE)).isEqualTo(1);
            }

            memory.grow(6 * PAGE);

            memory.read(8 * PAGE, arena.allocate(1));
        }
    }

    @Test
    void noUserfaultfdIsMadeOfAMemfd() {
        try (var uffd = new Userfaultfd(Memfd.create("other", PAGE).descriptor())) {
            assertThatThrownBy(() -> uffd.agree(Userfaultfd.SHARED_MEMORY_FEATURES))
                    .isInstanceOf(LinuxException.class);
            assertThatThrownBy(() -> uffd.register(0, PAGE)).isInstanceOf(LinuxException.class);
        }
    }
}
