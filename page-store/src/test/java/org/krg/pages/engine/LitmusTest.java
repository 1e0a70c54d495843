// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.PageTables;
import org.krg.pages.fixture.Toucher;
import org.krg.state.model.OwnershipMode;

/// Small programs whose outcome tells whether memory is sequentially consistent between nodes: one
/// process on one node for each thread, on variables of blocks of their own (with homes of their
/// own), of neighbouring pages, and of one page.
class LitmusTest {
    private static final int ROUNDS = 500;
    private static final int WAITING_ROUNDS = 120;
    private static final int LONG_ROUNDS = 100_000;
    private static final int LONG_WAITING_ROUNDS = 10_000;

    /// In the long form, so many begin together, each on pages of its own: processes wait for each
    /// other once for all of them, and pages are on their way at the same time.
    private static final int TOGETHER = 16;

    private static final int BLOCK = 2 << 20;
    private static final int PAGE = 4_096;
    private static final int SAME_PAGE = 8;

    /// Initially all variables are 0. `wX` stores 1 in variable X, `wbX` stores 2, `rX` loads, `xX`
    /// stores 1 and loads what was there, `b` waits for all threads; the digits of an outcome are
    /// the loads in the order of threads. The names are those of Alglave et al., "Herding Cats"
    /// (2014).
    static final List<Shape> SHAPES =
            List.of(
                    new Shape("SB", "00", "w0 r1", "w1 r0"),
                    new Shape("MP", "10", "w0 w1", "r1 r0"),
                    new Shape("LB", "11", "r0 w1", "r1 w0"),
                    new Shape("CoRR", "10", "w0", "r0 r0"),
                    new Shape("CoWW", "1", "w0 wb0 b", "b r0"),
                    new Shape("2+2W", "11", "w0 wb1 b r0 r1", "w1 wb0 b"),
                    new Shape("R", "20", "w0 w1 b r1", "wb1 r0 b"),
                    new Shape("S", "21", "wb0 w1 b r0", "r1 w0 b"),
                    new Shape("WRC", "110", "w0", "r0 w1", "r1 r0"),
                    new Shape("IRIW", "1010", "w0", "w1", "r0 r1", "r1 r0"),
                    new Shape("CoRW", "22", "wb0 b r0", "r0 w0 b"),
                    new Shape("CoWR", "21", "w0 r0 b r0", "wb0 b"),
                    new Shape("RWC", "100", "w0", "r0 r1", "w1 r0"),
                    new Shape("W+RWC", "100", "w0 w1", "r1 r2", "w2 r0"),
                    new Shape("ISA2", "110", "w0 w1", "r1 w2", "r2 r0"),
                    new Shape("Z6", "120", "w0 w1 b", "r1 w2 b r2", "wb2 r0 b"),
                    new Shape("3.SB", "000", "w0 r1", "w1 r2", "w2 r0"),
                    new Shape("3.LB", "111", "r0 w1", "r1 w2", "r2 w0"),
                    new Shape("exchanged twice", "00", "x0", "x0"),
                    new Shape("MP by exchange", "010", "w0 x1", "r1 r0"));

    static final List<Waiting> ALL_WAITING =
            SHAPES.stream()
                    .flatMap(shape ->
                            Stream.of(OwnershipMode.SEMISYNC, OwnershipMode.SYNC)
                                    .map(mode -> new Waiting(shape, mode)))
                    .toList();

    private static final Set<String> FEW = Set.of("SB", "MP", "WRC", "IRIW");

    static final List<Waiting> WAITING =
            ALL_WAITING.stream().filter(it -> FEW.contains(it.shape().name())).toList();

    @TempDir private Path directory;

    private Agreement agreement = new Agreement();
    private List<PageNode> nodes = List.of();

    record Shape(String name, String forbidden, List<String> threads) {
        Shape(String name, String forbidden, String... threads) {
            this(name, forbidden, List.of(threads));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Waiting(Shape shape, OwnershipMode mode) {}

    @ParameterizedTest
    @FieldSource("SHAPES")
    void noForbiddenOutcomeIsSeen(Shape shape) throws IOException {
        run(shape, ROUNDS, 1);
    }

    /// Where pages wait for a mirror or for the log on their way.
    @ParameterizedTest
    @FieldSource("WAITING")
    void noForbiddenOutcomeIsSeenWherePagesWait(Waiting waiting) throws IOException {
        await(waiting.mode());
        run(waiting.shape(), WAITING_ROUNDS, 1);
    }

    private void await(OwnershipMode mode) {
        agreement.close();
        agreement = new Agreement(mode);
    }

    @Tag("long")
    @ParameterizedTest
    @FieldSource("SHAPES")
    void noForbiddenOutcomeIsSeenInManyRounds(Shape shape) throws IOException {
        run(shape, LONG_ROUNDS, TOGETHER);
    }

    @Tag("long")
    @ParameterizedTest
    @FieldSource("ALL_WAITING")
    void noForbiddenOutcomeIsSeenInManyRoundsWherePagesWait(Waiting waiting) throws IOException {
        await(waiting.mode());
        run(waiting.shape(), LONG_WAITING_ROUNDS, TOGETHER);
    }

    private void run(Shape shape, int rounds, int atOnce) throws IOException {
        nodes =
                IntStream.range(0, shape.threads().size())
                        .mapToObj(i -> new PageNode("n" + i, agreement, directory))
                        .toList();
        var processes = nodes.stream().map(PageNode::toucher).toList();
        check(shape, outcomes(shape, processes, rounds, atOnce, BLOCK, 0));
        check(shape, outcomes(shape, processes, rounds, atOnce, PAGE, 16 << 20));
        check(shape, outcomes(shape, processes, rounds, atOnce, SAME_PAGE, 48 << 20));
        PageTables.requireAgreement(nodes);
    }

    private SortedMap<String, Integer> outcomes(
            Shape shape, List<Toucher> processes, int rounds, int atOnce, int spread, int offset)
            throws IOException {
        var barrier = Files.write(Files.createTempFile(directory, "barrier", ""), new byte[8]);
        var answers =
                IntStream.range(0, processes.size())
                        .mapToObj(i ->
                                processes
                                        .get(i)
                                        .begin(
                                                "litmus %s %d %d %d %d %d %s"
                                                        .formatted(
                                                                barrier,
                                                                processes.size(),
                                                                offset,
                                                                rounds,
                                                                spread,
                                                                atOnce,
                                                                shape.threads().get(i))))
                        .toList();
        var loads = answers.stream().map(Toucher::awaitLong).map(it -> it.split(",", -1)).toList();
        var seen = new TreeMap<String, Integer>();
        for (var round = 0; round < rounds; round++) {
            var at = round;
            var outcome = String.join("", loads.stream().map(it -> it[at]).toList());
            seen.merge(outcome, 1, Integer::sum);
        }
        return seen;
    }

    private static void check(Shape shape, SortedMap<String, Integer> seen) {
        assertThat(seen.keySet())
                .as("outcomes of %s: %s", shape, seen)
                .doesNotContain(shape.forbidden());
    }

    @AfterEach
    void close() {
        nodes.forEach(PageNode::close);
        agreement.close();
    }
}
