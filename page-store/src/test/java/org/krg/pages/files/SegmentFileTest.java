// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.linux.Account;
import org.krg.linux.UserFile;
import org.krg.linux.UserRights;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// Real processes of two nodes share a file, which is on a third one.
class SegmentFileTest {
    private static final int PAGE = 4_096;
    private static final long LENGTH = 64 << 20;

    /// On another block.
    private static final int FAR = 700;

    @TempDir private Path directory;

    private Path path = Path.of("");
    private SegmentFile file;
    private Agreement agreement;
    private PageNode keeper;
    private PageNode one;
    private PageNode two;

    @BeforeEach
    void start() throws IOException {
        path = directory.resolve("field.bin");
        var rights = new UserRights(Account.ownUid(), 0, List.of());
        var opened = UserFile.open(path, rights, true);
        opened.extend(LENGTH);
        for (var page : List.of(0, 1, 2, 3, FAR)) {
            put(page, 100 + page);
        }
        file = new SegmentFile(opened, new FileMarks(directory, "marks"));
        agreement = new Agreement();
        keeper = PageNode.withFile("keeper", agreement, directory, file);
        one = new PageNode("one", agreement, directory);
        two = new PageNode("two", agreement, directory);
    }

    @AfterEach
    void end() {
        one.close();
        two.close();
        keeper.close();
        agreement.close();
        file.close();
    }

    @Test
    void whatNobodyTouchedIsWhatTheFileHolds() {
        var reader = one.toucher();
        for (var page : List.of(0, 1, 2, 3, FAR)) {
            assertThat(read(reader, page)).isEqualTo("" + (100 + page));
        }
        assertThat(read(reader, 5)).isEqualTo("0");
        assertThat(two.toucher().ask("exchange 4096 7")).isEqualTo("101");
        assertThat(read(reader, 1)).isEqualTo("7");
    }

    @Test
    void whatAllNodesStoredIsInTheFileAfterASyncByAnyOfThem() throws IOException {
        var first = one.toucher();
        var second = two.toucher();
        store(first, 0, 1);
        store(second, 1, 2);
        store(keeper.toucher(), 2, 3);
        store(second, FAR, 4);
        assertThat(word(0)).isEqualTo(100);

        assertThat(first.ask("sync 0 " + LENGTH)).isEqualTo("ok");

        for (var page : List.of(0, 1, 2)) {
            assertThat(word(page)).isEqualTo(page + 1);
        }
        assertThat(word(3)).isEqualTo(103);
        assertThat(word(FAR)).isEqualTo(4);
        assertThat(read(second, 0)).isEqualTo("1");
    }

    @Test
    void aProgramInJavaSyncsAFileToo() throws IOException {
        var program = one.sharingInJava();
        assertThat(program.ask("write 4096 7")).isEqualTo("ok");

        assertThat(program.ask("sync 4096 4096")).isEqualTo("ok");

        assertThat(word(1)).isEqualTo(7);
    }

    @Test
    void aPartIsWrittenAloneAndOnlyWhatChanged() throws IOException {
        var first = one.toucher();
        var own = keeper.toucher();
        store(first, 0, 1);
        store(first, 1, 2);
        store(own, 2, 3);
        assertThat(read(first, 3)).isEqualTo("103");

        assertThat(keeper.writeBack(1, 2)).isEqualTo(1);
        assertThat(word(0)).isEqualTo(100);
        assertThat(word(1)).isEqualTo(2);

        assertThat(keeper.writeBack(0, 16)).isEqualTo(2);
        // A page that has just come to a process of this node stays its own for a moment.
        await().untilAsserted(() -> assertThat(keeper.writeBack(0, 16)).isZero());
        store(own, 2, 5);
        assertThat(keeper.writeBack(0, 16)).isEqualTo(1);
        assertThat(word(2)).isEqualTo(5);
    }

    @Test
    void aSyncTakesNoStoreAwayFromWhoStoresMeanwhile() throws IOException {
        var adder = one.toucher();
        assertThat(adder.ask("write 0 0")).isEqualTo("ok");
        assertThat(adder.ask("begin 0")).isEqualTo("ok");
        var last = 0L;
        for (var round = 0; round < 50; round++) {
            keeper.writeBack(0, 1);
            assertThat(word(0)).isGreaterThanOrEqualTo(last);
            last = word(0);
        }
        var added = adder.ask("end");

        keeper.writeBack(0, 1);

        assertThat(word(0)).isEqualTo(Long.parseLong(added));
    }

    @Test
    void whatANodeOnlyReadOrWasWrittenBackIsNotLostWithIt() throws IOException {
        var lost = two.toucher();
        assertThat(read(lost, 0)).isEqualTo("100");
        store(lost, 1, 7);
        keeper.writeBack(0, 16);
        store(lost, 2, 8);
        agreement.crash(two);

        var reader = one.toucher();
        assertThat(read(reader, 0)).isEqualTo("100");
        assertThat(read(reader, 1)).isEqualTo("7");
        assertThat(read(reader, 2)).isEqualTo("sigbus");
        assertThat(read(reader, 3)).isEqualTo("103");
        assertThatThrownBy(() -> keeper.writeBack(0, 16))
                .isInstanceOf(PagesFailed.class)
                .hasMessage("page 2 of segment 1 is lost; 1 pages are not in the file");
        assertThat(reader.ask("sync 0 65536")).isEqualTo("error EIO");
        assertThat(word(2)).isEqualTo(102);
    }

    @Test
    void withoutItsNodeWhatNobodyHasIsAnError() {
        var reader = one.toucher();
        var writer = two.toucher();
        assertThat(read(reader, 0)).isEqualTo("100");
        store(writer, 1, 7);
        agreement.crash(keeper);

        assertThat(read(writer, 0)).isEqualTo("100");
        assertThat(read(reader, 1)).isEqualTo("7");
        assertThat(read(reader, 2)).isEqualTo("sigbus");
        assertThat(read(reader, FAR)).isEqualTo("sigbus");
        store(reader, 1, 8);
        assertThat(read(writer, 1)).isEqualTo("8");
    }

    @Test
    void theNextAgentOfItsNodeReadsWhatNobodyTouchedAndWritesWhatOthersHave() throws IOException {
        var writer = one.toucher();
        store(writer, 0, 7);
        keeper = keeper.startAgain();

        assertThat(read(writer, FAR)).isEqualTo("" + (100 + FAR));
        assertThat(read(writer, 1)).isEqualTo("sigbus");
        assertThatThrownBy(() -> keeper.writeBack(0, 1_024))
                .isInstanceOf(PagesFailed.class)
                .hasMessageContaining("page 1 of segment 1 is lost");
        assertThat(word(0)).isEqualTo(7);
        assertThat(keeper.writeBack(0, 1)).isZero();
    }

    @Test
    void aPageThatCannotBeReadIsAnErrorAndItsNeighboursAreNot() throws IOException {
        try (var shorter = FileChannel.open(path, StandardOpenOption.WRITE)) {
            shorter.truncate(2 * PAGE + 8);
        }
        var reader = one.toucher();

        assertThat(read(reader, 1)).isEqualTo("101");
        assertThat(read(reader, 2)).isEqualTo("102");
        assertThat(reader.ask("read %d".formatted(2 * PAGE + 8))).isEqualTo("0");
        assertThat(read(reader, 3)).isEqualTo("sigbus");
        store(reader, 2, 5);
        assertThatThrownBy(() -> keeper.writeBack(0, 16)).isInstanceOf(PagesFailed.class);
        assertThat(word(2)).isEqualTo(5);
        assertThat(path).hasSize(2 * PAGE + 8);
    }

    private void put(int page, long value) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(bytes.putLong(value).flip(), (long) page * PAGE);
        }
    }

    private long word(int page) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(bytes, (long) page * PAGE);
            return bytes.getLong(0);
        }
    }

    private static void store(Toucher process, int page, int value) {
        assertThat(process.ask("write %d %d".formatted(page * PAGE, value))).isEqualTo("ok");
    }

    private static String read(Toucher process, int page) {
        return process.ask("read " + page * PAGE);
    }
}
