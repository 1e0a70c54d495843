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
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.linux.Account;
import org.krg.linux.UserFile;
import org.krg.linux.UserRights;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;
import org.krg.state.model.OwnershipMode;

/// Real processes share a file whose node is lost, in the modes that know then which pages nobody
/// wrote.
class FileModesTest {
    private static final int PAGE = 4_096;
    private static final long LENGTH = 64 << 20;

    /// On another block.
    private static final int FAR = 700;

    private static final int PAGES = 24;
    private static final int STORES = 160;

    @TempDir private Path directory;

    /// A file and three nodes, on one of which it is.
    private static final class Field implements AutoCloseable {
        private final Path path;
        private final SegmentFile file;
        final Agreement agreement;
        final PageNode one;
        final PageNode two;
        PageNode keeper;

        /// With a new file.
        Field(Path directory, OwnershipMode mode) throws IOException {
            this(directory, mode, "");
            for (var page = 0; page < PAGES; page++) {
                put(page, original(page));
            }
            put(FAR, original(FAR));
        }

        /// With the file that is there.
        static Field again(Path directory, OwnershipMode mode) throws IOException {
            return new Field(directory, mode, "again-");
        }

        private Field(Path directory, OwnershipMode mode, String prefix) throws IOException {
            path = directory.resolve("field.bin");
            var rights = new UserRights(Account.ownUid(), 0, List.of());
            var opened = UserFile.open(path, rights, true);
            opened.extend(LENGTH);
            file = new SegmentFile(opened, new FileMarks(directory, prefix + "marks"));
            agreement = new Agreement(mode);
            keeper = PageNode.withFile(prefix + "keeper", agreement, directory, file);
            one = new PageNode(prefix + "one", agreement, directory);
            two = new PageNode(prefix + "two", agreement, directory);
        }

        private void put(int page, long value) throws IOException {
            try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                channel.write(bytes.putLong(value).flip(), (long) page * PAGE);
            }
        }

        long word(int page) throws IOException {
            try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
                var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                channel.read(bytes, (long) page * PAGE);
                return bytes.getLong(0);
            }
        }

        @Override
        public void close() {
            one.close();
            two.close();
            keeper.close();
            agreement.close();
            file.close();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void theNextAgentOfItsNodeHasAllPagesThatNobodyWrote(OwnershipMode mode) throws IOException {
        try (var field = new Field(directory, mode)) {
            var first = field.one.toucher();
            var second = field.two.toucher();
            var own = field.keeper.toucher();
            store(first, 1, 7);
            store(own, 2, 8);
            assertThat(read(own, 3)).isEqualTo("" + original(3));
            assertThat(read(second, 4)).isEqualTo("" + original(4));
            field.keeper = field.keeper.startAgain();

            assertThat(read(second, 0)).isEqualTo("" + original(0));
            assertThat(read(second, 1)).isEqualTo("7");
            assertThat(read(second, 2)).isEqualTo("sigbus");
            assertThat(read(first, 3)).isEqualTo("" + original(3));
            assertThat(read(first, 4)).isEqualTo("" + original(4));
            assertThat(read(first, FAR)).isEqualTo("" + original(FAR));
            store(second, 5, 9);
            assertThat(read(first, 5)).isEqualTo("9");
            assertThatThrownBy(() -> field.keeper.writeBack(0, 1_024))
                    .isInstanceOf(PagesFailed.class)
                    .hasMessage("page 2 of segment 1 is lost; 1 pages are not in the file");
            assertThat(List.of(field.word(0), field.word(1), field.word(2), field.word(5)))
                    .containsExactly(original(0), 7L, original(2), 9L);
            assertThat(field.keeper.writeBack(3, 1_024)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void theNextAgentOfItsNodeHasWhatWasSyncedAndNotGrantedSince(OwnershipMode mode)
            throws IOException {
        try (var field = new Field(directory, mode)) {
            var first = field.one.toucher();
            var second = field.two.toucher();
            store(first, 1, 7);
            store(field.keeper.toucher(), 2, 8);
            store(first, 3, 9);
            assertThat(field.keeper.writeBack(0, 1_024)).isEqualTo(3);
            store(first, 3, 10);
            store(first, 4, 11);
            field.agreement.crash(field.one);
            // Now the other node is the mirror, and knows all.
            store(second, 5, 12);

            field.keeper = field.keeper.startAgain();

            assertThat(read(second, 1)).isEqualTo("7");
            assertThat(read(second, 2)).isEqualTo("8");
            assertThat(read(second, 3)).isEqualTo("sigbus");
            assertThat(read(second, 4)).isEqualTo("sigbus");
            assertThat(field.word(3)).isEqualTo(9);

            // The same once more, with what was synced anew, and what was synced before.
            store(second, 1, 13);
            assertThat(field.keeper.writeBack(1, 2)).isEqualTo(1);
            field.agreement.crash(field.two);
            field.keeper = field.keeper.startAgain();

            var own = field.keeper.toucher();
            assertThat(List.of(field.word(1), field.word(2))).containsExactly(13L, 8L);
            if (mode == OwnershipMode.SYNC) {
                assertThat(read(own, 1)).isEqualTo("13");
                assertThat(read(own, 2)).isEqualTo("8");
            } else {
                // The mirror was lost with the home.
                assertThat(read(own, 1)).isEqualTo("sigbus");
            }
            assertThat(read(own, 4)).isEqualTo("sigbus");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void whoNeedsAPageWaitsForTheNodeOfTheFile(OwnershipMode mode) throws IOException {
        try (var field = new Field(directory, mode)) {
            var first = field.one.toucher();
            var second = field.two.toucher();
            store(first, 1, 7);
            field.agreement.crash(field.keeper);

            var untouched = first.begin("read " + FAR * PAGE);
            var moved = second.begin("read " + PAGE);
            await().until(field.agreement::isFileAwaited);
            assertThat(Toucher.standsStill(untouched)).isTrue();
            assertThat(Toucher.standsStill(moved)).isTrue();
            field.keeper = field.keeper.next();

            assertThat(Toucher.await(untouched)).isEqualTo("" + original(FAR));
            assertThat(Toucher.await(moved)).isEqualTo("7");
            assertThat(read(second, 2)).isEqualTo("" + original(2));
            assertThat(field.keeper.writeBack(0, 1_024)).isEqualTo(1);
            assertThat(field.word(1)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void whenItsNodeIsRemovedWhatNodesHaveStaysAndTheRestIsAnError(OwnershipMode mode)
            throws IOException {
        try (var field = new Field(directory, mode)) {
            var first = field.one.toucher();
            var second = field.two.toucher();
            store(first, 1, 7);
            assertThat(read(first, 2)).isEqualTo("" + original(2));
            field.agreement.crash(field.keeper);
            var missing = second.begin("read " + 3 * PAGE);
            await().until(field.agreement::isFileAwaited);

            field.agreement.removeFileNode();

            assertThat(Toucher.await(missing)).isEqualTo("sigbus");
            assertThat(read(second, 1)).isEqualTo("7");
            assertThat(read(second, 2)).isEqualTo("" + original(2));
            store(second, 1, 8);
            assertThat(read(first, 1)).isEqualTo("8");
            assertThat(read(second, FAR)).isEqualTo("sigbus");
        }
    }

    /// Pages go to and fro while the node of the file is lost, again and again.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void eachStoreIsThereOrItsPageIsToldAsLost(OwnershipMode mode) throws IOException {
        try (var field = new Field(directory, mode)) {
            var random = new SplittableRandom(7);
            var programs = List.of(field.one.toucher(), field.two.toucher());
            var stored = new TreeMap<Integer, Long>();
            var asked = new TreeSet<Integer>();
            for (var round = 1; round <= STORES; round++) {
                var page = random.nextInt(PAGES / 2);
                var answer =
                        programs.get(random.nextInt(2))
                                .begin("write %d %d".formatted(page * PAGE, 1_000 + round));
                asked.add(page);
                if (round % 40 == 0) {
                    field.keeper = field.keeper.startAgain();
                }
                if (Toucher.await(answer).equals("ok")) {
                    stored.put(page, 1_000L + round);
                }
                if (round % 50 == 0) {
                    syncWhatIsThere(field);
                }
            }

            for (var page = 0; page < PAGES; page++) {
                var expected = stored.getOrDefault(page, original(page));
                var mayBeLost = asked.contains(page);
                for (var program : programs) {
                    var found = read(program, page);
                    assertThat(found.equals("" + expected) || (mayBeLost && found.equals("sigbus")))
                            .as("page %d is %s, stored was %d", page, found, expected)
                            .isTrue();
                }
            }
            assertThat(stored).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatWasSyncedSinceGoesBackToAnImage(OwnershipMode mode) throws IOException {
        var image = directory.resolve("image");
        try (var field = new Field(directory, mode)) {
            var writer = field.one.toucher();
            store(writer, 1, 7);
            store(writer, 2, 0);
            field.one.save(image);
            store(writer, 1, 8);
            store(writer, 2, 9);
            store(writer, 3, 10);
            assertThat(field.keeper.writeBack(0, PAGES)).isEqualTo(3);
        }
        try (var field = Field.again(directory, mode)) {
            field.two.loadOver(image);

            var reader = field.one.toucher();
            assertThat(List.of(read(reader, 0), read(reader, 1), read(reader, 2), read(reader, 3)))
                    .containsExactly("" + original(0), "7", "0", "" + original(3));
            assertThat(List.of(field.word(1), field.word(2), field.word(3)))
                    .containsExactly(8L, 9L, 10L);
            // What was the same already is not lost with who put the pages back.
            field.agreement.crash(field.two);
            assertThat(read(field.keeper.toucher(), 4)).isEqualTo("" + original(4));
            assertThat(field.keeper.writeBack(0, PAGES)).isEqualTo(3);
            assertThat(List.of(field.word(1), field.word(2), field.word(3)))
                    .containsExactly(7L, 0L, original(3));
        }
    }

    private static void syncWhatIsThere(Field field) throws IOException {
        try {
            field.keeper.writeBack(0, PAGES);
        } catch (PagesFailed lost) {
            assertThat(lost).hasMessageContaining("is lost");
        }
    }

    private static long original(int page) {
        return 100L + page;
    }

    private static void store(Toucher process, int page, int value) {
        assertThat(process.ask("write %d %d".formatted(page * PAGE, value))).isEqualTo("ok");
    }

    private static String read(Toucher process, int page) {
        return process.ask("read " + page * PAGE);
    }
}
