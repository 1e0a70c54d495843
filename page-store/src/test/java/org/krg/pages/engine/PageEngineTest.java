// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.pages.codec.PageMessageCodec;
import org.krg.pages.coherence.Access;
import org.krg.pages.coherence.Advice;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.fixture.AgreedOwners;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;

/// Whom an engine hears, and what it sends: this node is the home of a block, and another one asks
/// for its first page.
class PageEngineTest {
    private static final BlockId BLOCK = new BlockId(new SegmentId(1), 0);
    private static final Member SELF = new Member(new NodeId("self"), 3);
    private static final Member OTHER = new Member(new NodeId("other"), 5);
    private static final Member THIRD = new Member(new NodeId("third"), 1);

    private static final int MOST_PAGES = 6;
    private static final int MOST_BLOCKS = 2;

    private final List<NodeId> answered = new ArrayList<>();
    private final List<String> pages = new ArrayList<>();
    private PageEngine engine;

    @BeforeEach
    void start() {
        var config = new PageEngineConfig(SELF, Duration.ZERO, MOST_PAGES, MOST_BLOCKS);
        var owners = new AgreedOwners((_, _, _) -> true).of(SELF);
        engine = PageEngine.start(config, new Links(), _ -> {}, owners);
        engine.granted(BLOCK, SELF, 1, OwnershipMode.ASYNC, List.of(SELF, OTHER));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private final class Links implements PeerLinks {
        @Override
        public void send(NodeId peer, ByteBuffer head, ByteBuffer rest) {
            answered.add(peer);
            if (rest.hasRemaining()) {
                pages.add(
                        "%s: %d pages, the first is page %d"
                                .formatted(
                                        peer,
                                        rest.remaining() / PageMemory.PAGE_BYTES,
                                        rest.get()));
            }
        }

        @Override
        public void forget(NodeId peer) {}
    }

    @Test
    void aMemberIsAnswered() {
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).containsExactly(OTHER.node());
    }

    @Test
    void whoWasDeclaredLostIsNotHeardAndItsNextRunIs() {
        engine.gone(OTHER, List.of(SELF));
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).isEmpty();

        say(OTHER.run() + 1, SELF.run(), 1);
        assertThat(answered).hasSize(1);
    }

    @Test
    void whatIsMeantForAnEarlierRunOrEpochIsNotHeard() {
        say(OTHER.run(), SELF.run() - 1, 1);
        engine.granted(BLOCK, SELF, 2, OwnershipMode.ASYNC, List.of(SELF));
        say(OTHER.run(), SELF.run(), 1);
        assertThat(answered).isEmpty();
    }

    @Test
    void pagesThatAreReadOutForOneRequestKeepTheirBytes() {
        var sink = engine.open(BLOCK.segment(), new NumberedPages());
        sink.fault(0, true);
        sink.fault(1, true);
        say(OTHER, OTHER.run(), SELF.run(), 1, new Request(2, true));
        sink.fault(3, true);
        say(THIRD, THIRD.run(), SELF.run(), 1, new Request(0, 4, false));

        assertThat(pages)
                .containsExactly(
                        "third: 2 pages, the first is page 0",
                        "third: 1 pages, the first is page 3");
    }

    @Test
    void aProcessThatMayDoMoreThanItsNodeIsSeen() {
        var memory = new NumberedPages();
        var sink = engine.open(BLOCK.segment(), memory);
        for (var page = 0; page < 3; page++) {
            sink.fault(page, true);
        }
        say(THIRD, THIRD.run(), SELF.run(), 1, new Request(1, 2, false));
        assertThat(astray()).isEmpty();

        memory.mapped.put(0, Access.WRITE);
        memory.mapped.put(1, Access.WRITE);
        memory.mapped.put(2, Access.READ);
        memory.mapped.put(5, Access.READ);
        assertThat(astray()).containsExactly(1, 5);
    }

    @Test
    void whatIsToldOfASegmentThatIsGoneIsNotHeard() {
        var sink = engine.open(BLOCK.segment(), new NumberedPages());
        sink.fault(0, true);
        engine.forget(BLOCK.segment());

        sink.fault(3, false);
        sink.willNeed(0, 8);
        sink.advise(0, 8, Advice.SEQUENTIAL);

        assertThat(engine.tables(BLOCK.segment())).isEmpty();
        assertThat(engine.segments()).isEmpty();
    }

    @Test
    void whoTouchesMorePagesThanTheNodeMayHaveGetsAnErrorUntilSomeAreGone() {
        var memory = new NumberedPages();
        var sink = engine.open(BLOCK.segment(), memory);
        for (var page = 0; page < MOST_PAGES; page++) {
            sink.fault(page, true);
        }
        assertThat(engine.use().pages()).isEqualTo(MOST_PAGES);

        sink.fault(6, true);
        sink.willNeed(0, 8);
        sink.fault(3, true);

        assertThat(memory.poisoned).containsExactly(6);
        assertThat(engine.stats(BLOCK.segment(), 0).refused()).isEqualTo(1);
        assertThat(engine.use().pages()).isEqualTo(MOST_PAGES);

        say(OTHER, OTHER.run(), SELF.run(), 1, new Request(1, true));
        sink.fault(7, true);
        assertThat(memory.poisoned).containsExactly(6);
        engine.forget(BLOCK.segment());
        assertThat(engine.use().pages()).isZero();
    }

    @Test
    void whatTheAgentItselfReadsTakesNoRoomOfThePrograms() {
        var memory = new NumberedPages();
        var sink = engine.open(BLOCK.segment(), memory);

        engine.read(BLOCK.segment(), 10, 10 + 2 * MOST_PAGES, (_, _) -> {});
        assertThat(engine.use().pages()).isZero();
        for (var page = 0; page < MOST_PAGES - 1; page++) {
            sink.fault(page, true);
        }
        sink.fault(10, true);
        assertThat(memory.poisoned).isEmpty();
        assertThat(engine.use().pages()).isEqualTo(MOST_PAGES);

        sink.fault(6, true);
        sink.fault(11, true);
        assertThat(memory.poisoned).containsExactly(6);
    }

    @Test
    void whoTouchesMoreBlocksThanTheNodeMayKnowGetsAnErrorAndOneWithoutAHomeIsNotKept() {
        var memory = new NumberedPages();
        var sink = engine.open(BLOCK.segment(), memory);
        sink.fault(BlockId.PAGES, false);
        sink.fault(2 * BlockId.PAGES, false);
        assertThat(memory.poisoned).containsExactly(2 * BlockId.PAGES);
        assertThat(engine.use().blocks()).isEqualTo(2);

        engine.refused(new BlockId(BLOCK.segment(), 1));

        assertThat(memory.poisoned).containsExactly(2 * BlockId.PAGES, BlockId.PAGES);
        assertThat(engine.use().blocks()).isEqualTo(1);
        assertThat(engine.use().pages()).isZero();
        sink.fault(2 * BlockId.PAGES, false);
        assertThat(engine.use().blocks()).isEqualTo(2);
        engine.refused(BLOCK);
        assertThat(engine.use().blocks()).isEqualTo(2);
    }

    @Test
    void faultsForWhichNobodyElseIsAskedAreToldApart() {
        var sink = engine.open(BLOCK.segment(), new NumberedPages());
        sink.fault(0, true);
        sink.fault(1, false);
        say(OTHER, OTHER.run(), SELF.run(), 1, new Request(0, 2, false));
        sink.fault(0, true);
        assertThat(waits()).containsExactlyInAnyOrder("WRITE here", "READ here");

        say(OTHER, OTHER.run(), SELF.run(), 1, new Invalidated(0));

        assertThat(waits())
                .containsExactlyInAnyOrder("WRITE here", "READ here", "UPGRADE elsewhere");
    }

    private List<String> waits() {
        return engine.stats(BLOCK.segment(), 0).times().stream()
                .filter(times -> times.count() == 1 && times.within().getLast() == 1)
                .map(times -> times.kind() + (times.elsewhere() ? " elsewhere" : " here"))
                .toList();
    }

    private List<Integer> astray() {
        return engine.tables(BLOCK.segment()).getFirst().astray();
    }

    /// Every byte of a page is its number.
    private static final class NumberedPages implements PageMemory {
        final Map<Integer, Access> mapped = new HashMap<>();
        final List<Integer> poisoned = new ArrayList<>();
        private final Set<Integer> there = new HashSet<>();

        @Override
        public List<Access> mapped(int page, int count) {
            return IntStream.range(page, page + count)
                    .mapToObj(each -> mapped.getOrDefault(each, Access.NONE))
                    .toList();
        }

        @Override
        public int pages() {
            return 3 * BlockId.PAGES;
        }

        @Override
        public boolean hasPage(int page) {
            return there.contains(page);
        }

        @Override
        public void downgrade(int page, MemorySegment copy) {
            copy(page, copy);
        }

        @Override
        public void copy(int page, MemorySegment copy) {
            for (var at = 0L; at < copy.byteSize(); at++) {
                copy.set(JAVA_BYTE, at, (byte) (page + at / PAGE_BYTES));
            }
        }

        @Override
        public void install(int page, @Nullable MemorySegment content, boolean writable) {
            there.add(page);
        }

        @Override
        public void keep(int page, @Nullable MemorySegment content) {}

        @Override
        public void upgrade(int page) {}

        @Override
        public void revoke(int page, boolean writable, @Nullable MemorySegment copy) {}

        @Override
        public void resume(int page, boolean writable) {}

        @Override
        public void poison(int page) {
            poisoned.add(page);
        }
    }

    private void say(long fromRun, long toRun, long epoch) {
        say(OTHER, fromRun, toRun, epoch, new Request(0, false));
    }

    private void say(Member from, long fromRun, long toRun, long epoch, ToHome message) {
        var frame = ByteBuffer.allocate(2 * Long.BYTES + PageMessageCodec.MAX_BYTES);
        frame.putLong(fromRun).putLong(toRun);
        PageMessageCodec.encode(BLOCK, epoch, message, frame);
        engine.received(from.node(), frame.flip());
    }
}
