// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.pages.coherence.Advice;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;
import org.krg.pages.memory.DetachRefused;
import org.krg.pages.model.BlockTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Segments far larger than the memory of any machine, mapped whole by real processes: they cost
/// what is touched of them.
class LargeSegmentTest {
    private static final Logger log = LoggerFactory.getLogger(LargeSegmentTest.class);

    private static final long TEBIBYTE = 1L << 40;
    private static final long LARGEST = 4 * TEBIBYTE;
    private static final int LAST_BLOCK = 2_097_151;
    private static final int TOUCHED = 400;

    @TempDir private Path directory;

    @Test
    void programsOfTwoNodesShareTheFirstPageTheLastAndSomeBetween() {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, LARGEST);
                var there = PageNode.sized("there", agreement, directory, LARGEST)) {
            var writer = here.toucher();
            var reader = there.sharingInJava();
            var offsets = List.of(0L, TEBIBYTE, LARGEST / 2, 3 * TEBIBYTE, LARGEST - 8);
            here.advise(Advice.SEQUENTIAL);

            for (var offset : offsets) {
                assertThat(writer.ask("write %d %d".formatted(offset, offset + 1))).isEqualTo("ok");
            }

            assertThat(reader.ask("size")).isEqualTo("%d %d".formatted(LARGEST, LARGEST));
            for (var offset : offsets) {
                assertThat(reader.ask("read " + offset)).isEqualTo("" + (offset + 1));
                assertThat(reader.ask("write %d 5".formatted(offset))).isEqualTo("ok");
                assertThat(writer.ask("read " + offset)).isEqualTo("5");
            }
            assertThat(agreement.blocks()).hasSize(5).contains(0, LAST_BLOCK);
            assertThat(here.tables()).hasSize(5);
            assertThat(here.tables()).flatExtracting(BlockTable::astray).isEmpty();
            assertThat(writer.ask("unmap")).isEqualTo("ok");
        }
    }

    @Test
    void whatALostNodeDidNotHaveAloneIsThereAtTheNextHome() {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, LARGEST);
                var there = PageNode.sized("there", agreement, directory, LARGEST)) {
            var first = here.toucher();
            var second = there.toucher();
            var last = LARGEST - 8;
            assertThat(first.ask("write %d 7".formatted(last))).isEqualTo("ok");
            assertThat(second.ask("read " + last)).isEqualTo("7");
            assertThat(first.ask("write 0 8")).isEqualTo("ok");

            agreement.crash(here);

            assertThat(second.ask("write %d 9".formatted(last))).isEqualTo("ok");
            assertThat(second.ask("read " + last)).isEqualTo("9");
            assertThat(second.ask("read 0")).isEqualTo("sigbus");
            assertThat(second.ask("write %d 1".formatted(LARGEST / 2))).isEqualTo("ok");
        }
    }

    @Test
    void itIsDumpedAndLoadedByThePagesThatAreNotZeros() throws IOException {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, LARGEST)) {
            var program = here.toucher();
            assertThat(program.ask("write %d 7".formatted(LARGEST - 8))).isEqualTo("ok");
            assertThat(program.ask("write %d 8".formatted(TEBIBYTE))).isEqualTo("ok");
            var dumped = new ByteArrayOutputStream();

            here.contents().dump(agreement.blocks(), dumped);

            assertThat(dumped.size()).isEqualTo(2 * (4 + 4_096) + 4 + 8);
            assertThat(program.ask("write %d 9".formatted(LARGEST - 8))).isEqualTo("ok");
            assertThat(program.ask("write 0 9")).isEqualTo("ok");
            var checked = new ByteArrayOutputStream();
            here.contents().check(new ByteArrayInputStream(dumped.toByteArray()), checked);
            var stored =
                    here.contents()
                            .load(
                                    agreement.blocks(),
                                    new ByteArrayInputStream(checked.toByteArray()));
            assertThat(stored).isEqualTo(2);
            assertThat(program.ask("read " + (LARGEST - 8))).isEqualTo("7");
            assertThat(program.ask("read " + TEBIBYTE)).isEqualTo("8");
            assertThat(program.ask("read 0")).isEqualTo("0");
        }
    }

    @Test
    void itIsTakenAwayFromAProgramAndGivenBackAndMappedAgainAtTheNextAgent() throws DetachRefused {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, LARGEST);
                var there = PageNode.sized("there", agreement, directory, LARGEST)) {
            var program = here.toucher();
            var other = there.toucher();
            var last = LARGEST - 8;
            assertThat(program.ask("write %d 7".formatted(last))).isEqualTo("ok");
            here.detach(program);
            here.giveBack();
            assertThat(program.ask("read " + last)).isEqualTo("7");
            assertThat(other.ask("read " + last)).isEqualTo("7");

            try (var _ = here.startAgain()) {
                assertThat(program.ask("read " + last)).isEqualTo("7");
                assertThat(program.ask("write %d 9".formatted(LARGEST / 2))).isEqualTo("ok");
                assertThat(other.ask("read " + LARGEST / 2)).isEqualTo("9");
            }
        }
    }

    @Test
    void whoFillsMoreThanTheNodeHasRoomForGetsAnErrorAndTheOthersGoOn() {
        var room = 64L * 4_096;
        try (var agreement = new Agreement();
                var here = PageNode.cramped("here", agreement, directory, room);
                var there = new PageNode("there", agreement, directory)) {
            var program = here.toucher();
            for (var offset = 0L; offset < room; offset += 4_096) {
                assertThat(program.ask("write %d 7".formatted(offset))).isEqualTo("ok");
            }

            assertThat(program.ask("write %d 7".formatted(room))).isEqualTo("sigbus");

            assertThat(program.ask("write 0 8")).isEqualTo("ok");
            assertThat(there.toucher().ask("exchange 0 9")).isEqualTo("8");
            assertThat(program.ask("write %d 7".formatted(room + 4_096))).isEqualTo("ok");
            assertThat(program.ask("read 0")).isEqualTo("sigbus");
        }
    }

    @Test
    void itGrowsToItsFullSize() {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, TEBIBYTE)) {
            var before = here.toucher();
            assertThat(before.ask("write %d 7".formatted(TEBIBYTE - 8))).isEqualTo("ok");

            here.grow(LARGEST);

            var after = here.toucher();
            assertThat(after.ask("read " + (TEBIBYTE - 8))).isEqualTo("7");
            assertThat(after.ask("write %d 8".formatted(LARGEST - 8))).isEqualTo("ok");
            assertThat(agreement.blocks()).contains(LAST_BLOCK);
        }
    }

    @Test
    void whenItIsDestroyedWhatWasTouchedHereIsAnError() {
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, LARGEST);
                var there = PageNode.sized("there", agreement, directory, LARGEST)) {
            var program = here.toucher();
            var last = LARGEST - 8;
            assertThat(there.toucher().ask("write %d 7".formatted(last))).isEqualTo("ok");
            assertThat(program.ask("read " + last)).isEqualTo("7");

            here.poison();

            assertThat(program.ask("read " + (last - 4_096))).isEqualTo("sigbus");
        }
    }

    /// What [README](../../../../../../../README.md) has under "How large": each size with so many
    /// touches, all over it.
    @Tag("long")
    @ParameterizedTest
    @ValueSource(longs = {1L << 30, 256L << 30, LARGEST})
    void whatItCosts(long bytes) throws IOException {
        var figures = new ArrayList<String>();
        try (var agreement = new Agreement();
                var here = PageNode.sized("here", agreement, directory, bytes);
                var there = PageNode.sized("there", agreement, directory, bytes)) {
            var before = heap();
            var program = Toucher.start(directory.resolve("here.sock"));
            var since = System.nanoTime();
            assertThat(program.ask("map field")).isEqualTo("ok " + bytes);
            figures.add("map %d ms".formatted(millis(since)));
            figures.add("touch %d us".formatted(touch(program, bytes)));
            figures.add("heap %d KiB".formatted((heap() - before) >> 10));
            figures.add("page tables %s".formatted(pageTables(program)));
            since = System.nanoTime();
            assertThat(here.tables()).hasSize(TOUCHED);
            figures.add("audit %d ms".formatted(millis(since)));
            since = System.nanoTime();
            here.advise(Advice.SEQUENTIAL);
            figures.add("advise %d ms".formatted(millis(since)));
            var other = there.toucher();
            assertThat(other.ask("read 0")).isEqualTo("1");
            since = System.nanoTime();
            there.poison();
            figures.add("poison %d ms".formatted(millis(since)));
            since = System.nanoTime();
            assertThat(Toucher.awaitLong(program.begin("unmap"))).isEqualTo("ok");
            figures.add("unmap %d ms".formatted(millis(since)));
            since = System.nanoTime();
            here.contents().dump(agreement.blocks(), OutputStream.nullOutputStream());
            figures.add("dump %d ms".formatted(millis(since)));
        }
        log.info("{} GiB: {}", bytes >> 30, String.join(", ", figures));
    }

    /// {@return the median of what a touch took, in microseconds}
    private static long touch(Toucher program, long bytes) {
        var stride = bytes / TOUCHED / 4_096 * 4_096;
        var nanos = program.ask("time write 0 %d %d".formatted(TOUCHED, stride)).split(" ");
        return Arrays.stream(nanos).mapToLong(Long::parseLong).sorted().toArray()[TOUCHED / 2]
                / 1_000;
    }

    private static String pageTables(Toucher program) throws IOException {
        var status = Path.of("/proc", Integer.toString(program.pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmPTE:"))
                .map(line -> line.substring("VmPTE:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
