// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.Chains;
import org.krg.pages.fixture.Exchange;
import org.krg.pages.fixture.Exchange.Outcome;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.PageTables;
import org.krg.pages.fixture.Toucher;
import org.krg.state.model.OwnershipMode;

/// Words are linearizable: real processes of several nodes exchange what is in them for values that
/// were never there before, and what they found is one chain a word, in time.
class ExchangesTest {
    private static final int EACH = 2_500;
    private static final int EACH_OF_THE_LOST = 6_000;
    private static final int EACH_WHO_WAITS = 1_500;
    private static final int MANY_EACH = 150_000;

    /// Of so many exchanges one finds what another process has stored, or more: were the pages
    /// hardly on their way, nothing would be shown.
    private static final int SELDOM = 20;

    /// Of each process before a node is killed.
    private static final int SOME = 500;

    /// Two of one page, others of other pages and blocks.
    private static final List<Long> WORDS =
            List.of(0L, 8L, 4_096L, 8_192L + 64, 2L << 20, (2L << 20) + 40, (6L << 20) + 4_096);

    @TempDir private Path directory;

    private Agreement agreement = new Agreement();
    private final List<PageNode> nodes = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();

    private record Run(Path noted, CompletableFuture<String> end) {
        List<Exchange> exchanges() {
            try {
                return Exchange.read(noted);
            } catch (IOException unreadable) {
                throw new AssertionError(unreadable);
            }
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(PageNode::close);
        agreement.close();
    }

    @Test
    void whatProcessesOfThreeNodesFindIsOneChainAWord() throws IOException {
        exchangeUndisturbed(3, EACH);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void whatProcessesFindIsOneChainAWordForLong(int count) throws IOException {
        exchangeUndisturbed(count, MANY_EACH);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void whatANodeTakesAlongIsReportedAndTheRestIsOneChainAWord(int lost) throws IOException {
        exchangeWhileOneIsLost(3, lost, EACH_OF_THE_LOST);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ASYNC")
    void wherePagesWaitOnTheirWayTheRestIsOneChainAWord(OwnershipMode mode) throws IOException {
        agreement.close();
        agreement = new Agreement(mode);
        exchangeWhileOneIsLost(3, 0, EACH_WHO_WAITS);
    }

    @Tag("long")
    @RepeatedTest(160)
    void whateverNodeIsLostTheRestIsOneChainAWord(RepetitionInfo info) throws IOException {
        exchangeWhileOneIsLost(4, info.getCurrentRepetition() % 4, EACH_OF_THE_LOST);
    }

    private void exchangeUndisturbed(int count, int each) throws IOException {
        start(count);
        var second = nodes.getFirst().toucher();
        nodes.forEach(node -> begin(node.toucher(), each));
        begin(second, each);

        var exchanges = ended();

        assertThat(exchanges).hasSize((count + 1) * each);
        assertThat(exchanges).allMatch(it -> it.outcome() == Outcome.DONE);
        requireMoves(exchanges);
        assertThat(Chains.violations(exchanges)).isEmpty();
        PageTables.requireAgreement(nodes);
    }

    private void exchangeWhileOneIsLost(int count, int lost, int each) throws IOException {
        start(count);
        nodes.forEach(node -> begin(node.toucher(), each));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> runs.stream().allMatch(run -> run.exchanges().size() > SOME));
        agreement.crash(nodes.remove(lost));

        var exchanges = new ArrayList<>(ended());
        requireMoves(exchanges);
        exchanges.addAll(last(nodes.getLast().toucher()));

        assertThat(Chains.violations(exchanges)).isEmpty();
        PageTables.requireAgreement(nodes);
    }

    private void start(int count) {
        IntStream.range(0, count)
                .mapToObj(i -> new PageNode("n" + i, agreement, directory))
                .forEach(nodes::add);
    }

    private void begin(Toucher process, int count) {
        try {
            var noted = Exchange.file(directory, count);
            var first = (1 + (long) runs.size()) * MANY_EACH;
            var words = String.join(" ", WORDS.stream().map(String::valueOf).toList());
            var command = "exchanges %s %d %d %s".formatted(noted, count, first, words);
            runs.add(new Run(noted, process.begin(command)));
        } catch (IOException full) {
            throw new AssertionError(full);
        }
    }

    private List<Exchange> ended() {
        for (var run : runs) {
            assertThat(Toucher.awaitLong(run.end())).isIn("ok", "ended");
        }
        return runs.stream().flatMap(run -> run.exchanges().stream()).toList();
    }

    private static void requireMoves(List<Exchange> exchanges) {
        var moves =
                exchanges.stream()
                        .filter(it -> it.outcome() == Outcome.DONE)
                        .filter(it -> it.before() / MANY_EACH != it.value() / MANY_EACH)
                        .count();
        assertThat(moves).isGreaterThan(exchanges.size() / SELDOM);
    }

    /// Looks what is in each word when nobody else uses it any more.
    private static List<Exchange> last(Toucher process) {
        var exchanges = new ArrayList<Exchange>();
        for (var word : WORDS) {
            var value = Long.MAX_VALUE - word;
            var answer = process.ask("exchange %d %d".formatted(word, value));
            var now = System.nanoTime();
            exchanges.add(
                    answer.equals("sigbus")
                            ? new Exchange(Outcome.LOST, word, value, 0, now, now)
                            : new Exchange(
                                    Outcome.DONE, word, value, Long.parseLong(answer), now, now));
        }
        return exchanges;
    }
}
