// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.krg.pages.codec.PageMessageCodec;
import org.krg.pages.coherence.Advice;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.pages.model.SegmentStats.PageUse;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pages of all segments on one node, as long as its agent is one member of the cluster.
///
/// Owns no thread but that of the pins: faults, messages and news of the log are handled by those
/// who bring them. Safe for use from any thread.
public final class PageEngine implements PeerSink, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PageEngine.class);

    /// A page whose home or owner is lost comes when that is declared, or not at all.
    private static final Duration PAGE_LIMIT = Duration.ofSeconds(20);

    private final PageEngineConfig config;
    private final PeerLinks links;
    private final BlockEngine.Surroundings around;
    private final DelayedCalls delayed = DelayedCalls.start();
    private final FileLoads loads = new FileLoads();
    private final Map<SegmentId, Faults> open = new ConcurrentHashMap<>();
    private final Map<BlockId, BlockEngine> blocks = new ConcurrentHashMap<>();
    private final Map<SegmentId, SegmentCounters> counters = new ConcurrentHashMap<>();
    private final Map<SegmentId, AdvisedBlocks> advised = new ConcurrentHashMap<>();
    private final Map<NodeId, Long> goneRuns = new ConcurrentHashMap<>();
    private final Map<NodeId, Member> senders = new ConcurrentHashMap<>();

    private final PageRoom room;
    private final Recorder recorder;

    private PageEngine(
            PageEngineConfig config,
            PeerLinks links,
            Grants grants,
            OwnershipLog ownership,
            PageFiles files) {
        this.config = config;
        this.links = links;
        var frames = new Frames(config.self(), links);
        this.room = new PageRoom(config.mostPages(), config.mostBlocks());
        this.recorder = Recorder.start(ownership, this::recorded);
        this.around =
                new BlockEngine.Surroundings(
                        config,
                        frames,
                        grants,
                        ownership,
                        recorder,
                        delayed,
                        room,
                        new ReadOuts(),
                        files,
                        loads);
    }

    /// Starts without any page. Messages come by [#received].
    public static PageEngine start(
            PageEngineConfig config, PeerLinks links, Grants grants, OwnershipLog ownership) {
        return start(config, links, grants, ownership, PageFiles.NONE);
    }

    /// Starts without any page, for segments of which some have a file on this node.
    public static PageEngine start(
            PageEngineConfig config,
            PeerLinks links,
            Grants grants,
            OwnershipLog ownership,
            PageFiles files) {
        return new PageEngine(config, links, grants, ownership, files);
    }

    private void recorded(BlockRecords records, int bytes) {
        var known = blocks.get(records.block());
        if (known != null) {
            links.together(() -> known.recorded(records, bytes));
        }
    }

    /// Waits until the log has all owners of pages that this node has to tell, at most so long.
    ///
    /// @return whether it has
    public boolean settleRecords(Duration limit) throws InterruptedException {
        return recorder.settle(limit);
    }

    /// Takes over the memory of a segment, in which every page is absent.
    ///
    /// @return who is told of the faults of its processes
    public FaultSink open(SegmentId segment, PageMemory memory) {
        var faults = new Faults(segment, memory);
        if (open.putIfAbsent(segment, faults) != null) {
            throw new InvariantBroken("a segment has one memory on a node: " + segment);
        }
        return faults;
    }

    /// Programs that advise need not have the segment open: what they say after its end is not
    /// heard.
    private final class Faults implements FaultSink {
        private final SegmentId segment;
        private final PageMemory memory;
        private boolean isOver;

        Faults(SegmentId segment, PageMemory memory) {
            this.segment = segment;
            this.memory = memory;
        }

        synchronized void end() {
            isOver = true;
        }

        /// No process asks for a page of it meanwhile.
        synchronized void drop(BlockId block) {
            blocks.computeIfPresent(block, (_, known) -> known.drop() ? null : known);
        }

        @Override
        public synchronized void fault(int page, boolean write) {
            if (isOver) {
                return;
            }
            var number = page / BlockId.PAGES;
            var touched = at(number);
            if (touched.isEmpty()) {
                counters(segment).refused.increment();
                memory.poison(page);
                return;
            }
            links.together(() -> {
                var onward = touched.get().fault(page % BlockId.PAGES, write);
                var next = (number + 1) * BlockId.PAGES;
                if (onward > 0 && next < memory.pages()) {
                    at(number + 1).ifPresent(block -> block.readOn(onward));
                }
            });
        }

        @Override
        public synchronized void advise(int start, int end, Advice advice) {
            if (isOver) {
                return;
            }
            var first = start / BlockId.PAGES;
            var last = (end - 1) / BlockId.PAGES;
            advised(segment).put(first, last + 1, advice);
            blocks(segment, first, last).forEach(block -> block.advise(advice));
        }

        @Override
        public synchronized void willNeed(int start, int end) {
            if (isOver) {
                return;
            }
            for (var number = start / BlockId.PAGES; number * BlockId.PAGES < end; number++) {
                var first = number * BlockId.PAGES;
                var from = Math.max(start - first, 0);
                var to = Math.min(end - first, BlockId.PAGES);
                at(number).ifPresent(block -> links.together(() -> block.willNeed(from, to)));
            }
        }

        /// {@return a block; empty if there is no room for it}
        private Optional<BlockEngine> at(int number) {
            return findOrMake(new BlockId(segment, number));
        }
    }

    /// The segment is gone, and no process of this node has it mapped: nothing touches its memory
    /// when this returns. What others still say of it is not heard.
    public void forget(SegmentId segment) {
        var faults = open.get(segment);
        if (faults != null) {
            faults.end();
        }
        // Who looks at a block that is not over finds its memory.
        blocks.forEach((block, engine) -> {
            if (block.segment().equals(segment)) {
                engine.end();
            }
        });
        blocks.keySet().removeIf(block -> block.segment().equals(segment));
        open.remove(segment);
        counters.remove(segment);
        advised.remove(segment);
    }

    /// The log says who is the home of a block. May be told again.
    ///
    /// @param mode of the segment
    /// @param live all members that may have copies of its pages, this one included
    public void granted(
            BlockId block, Member home, long epoch, OwnershipMode mode, List<Member> live) {
        if (home.equals(config.self()) || blocks.containsKey(block)) {
            while (!block(block).granted(home, epoch, mode, live)) {
                // Another one takes its place.
                Thread.onSpinWait();
            }
        }
    }

    /// The log says that nobody can be the home of a block for now: who waits for a page of it gets
    /// an error, who touches another one asks again. What is of no use then is not kept.
    public void refused(BlockId block) {
        var known = blocks.get(block);
        if (known == null) {
            return;
        }
        known.refused();
        var faults = open.get(block.segment());
        if (faults != null) {
            faults.drop(block);
        }
    }

    /// The log has a block no more, nor its segment: whoever waits for a page of it, and whoever
    /// touches one that is not here, gets an error.
    public void poison(BlockId block) {
        var faults = open.get(block.segment());
        var known = blocks.get(block);
        if (faults != null && known != null) {
            known.poison(faults.memory);
        }
    }

    /// The log has a segment no more: [#poison] for all blocks that were touched here. Who touches
    /// another one asks for its home first.
    public void poison(SegmentId segment) {
        var faults = open.get(segment);
        if (faults != null) {
            blocks(segment).forEach(block -> block.poison(faults.memory));
        }
    }

    /// The log says that a member is over: what it has is lost, what it says is not heard.
    ///
    /// @param live who lives now, this one included
    public void gone(Member member, List<Member> live) {
        goneRuns.merge(member.node(), member.run(), Math::max);
        links.forget(member.node());
        blocks.values().forEach(block -> block.gone(member, live));
    }

    @Override
    public void received(NodeId peer, ByteBuffer frame) {
        var from = member(peer, frame.getLong());
        var toRun = frame.getLong();
        if (toRun != config.self().run() || from.run() <= goneRuns.getOrDefault(peer, -1L)) {
            log.debug("message of another run dropped from={} to={}", from, toRun);
            return;
        }
        var envelope =
                PageMessageCodec.decode(frame)
                        .orElseThrow(() -> new InvariantBroken("nodes speak one version: " + from));
        var payload = frame.hasRemaining() ? MemorySegment.ofBuffer(frame) : null;
        while (!block(envelope.block())
                .received(from, envelope.epoch(), envelope.message(), payload)) {
            // Another one takes its place.
            Thread.onSpinWait();
        }
    }

    /// A home notes it with each page: one object is soon found in the processor's cache.
    private Member member(NodeId node, long run) {
        var known = senders.get(node);
        if (known == null || known.run() != run) {
            known = new Member(node, run);
            senders.put(node, known);
        }
        return known;
    }

    private BlockEngine block(BlockId block) {
        var known = blocks.get(block);
        return known == null ? blocks.computeIfAbsent(block, this::created) : known;
    }

    /// {@return a block; empty if it is not known here and there are as many as there may be}
    private Optional<BlockEngine> findOrMake(BlockId block) {
        if (blocks.size() < room.mostBlocks() || blocks.containsKey(block)) {
            return Optional.of(block(block));
        }
        room.refused(block.segment());
        return Optional.empty();
    }

    private BlockEngine created(BlockId id) {
        var segment = id.segment();
        var block = new BlockEngine(id, around, () -> memory(segment), counters(segment));
        block.advise(advised(segment).at(id.number()));
        return block;
    }

    private AdvisedBlocks advised(SegmentId segment) {
        return advised.computeIfAbsent(segment, _ -> new AdvisedBlocks());
    }

    private SegmentCounters counters(SegmentId segment) {
        return counters.computeIfAbsent(segment, _ -> new SegmentCounters());
    }

    /// Copies pages of a segment, each as it is at one moment, from who has it. Blocks.
    ///
    /// @param start the first one, which begins a block or lies in it with all others
    /// @param end the first page that is not meant
    /// @throws PagesFailed if one is lost, or does not come
    public void read(SegmentId segment, int start, int end, PageSink into) {
        var number = start / BlockId.PAGES;
        var first = number * BlockId.PAGES;
        var block = block(new BlockId(segment, number));
        links.together(() -> block.bring(start - first, end - first));
        var copy = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES));
        for (var page = start; page < end; page++) {
            var index = page - first;
            require(segment, page, () -> block.read(index, copy, PAGE_LIMIT.toNanos()));
            into.page(page, copy);
        }
    }

    /// Puts other bytes into a page of a segment. Who reads it meanwhile may see some of them.
    /// Blocks.
    ///
    /// @throws PagesFailed if it is lost, or does not come
    public void write(SegmentId segment, int page, MemorySegment content) {
        var block = block(new BlockId(segment, page / BlockId.PAGES));
        require(
                segment,
                page,
                () -> block.write(page % BlockId.PAGES, content, PAGE_LIMIT.toNanos()));
    }

    /// {@return the pages, of some of one block, of which the file of the segment may lack the
    /// newest version} Has them come here.
    ///
    /// @param end the first page that is not meant
    List<Integer> unfiled(SegmentId segment, int start, int end) {
        var number = start / BlockId.PAGES;
        var first = number * BlockId.PAGES;
        var block = block(new BlockId(segment, number));
        var pages = new ArrayList<Integer>();
        links.together(() ->
                block.unfiled(start - first, end - first).forEach(page -> pages.add(first + page)));
        return pages;
    }

    /// Copies a page as it is at one moment, from who has it. Blocks.
    ///
    /// @return the version that was copied, if whoever stores into the page next makes a newer one
    /// @throws PagesFailed if it is lost, or does not come
    OptionalLong share(SegmentId segment, int page, MemorySegment copy) {
        var block = block(new BlockId(segment, page / BlockId.PAGES));
        var version = new AtomicReference<>(OptionalLong.empty());
        require(
                segment,
                page,
                () -> {
                    version.set(block.share(page % BlockId.PAGES, copy, PAGE_LIMIT.toNanos()));
                    return true;
                });
        return version.get();
    }

    /// {@return whether what the file of a segment has of a page is marked, for the next home}
    boolean keepsMarks(SegmentId segment, int page) {
        return block(new BlockId(segment, page / BlockId.PAGES)).keepsMarks();
    }

    /// {@return whether it may be marked that the file of the segment has a version of a page} So
    /// it is only once the log has that version.
    boolean mark(SegmentId segment, int page, long version) {
        return block(new BlockId(segment, page / BlockId.PAGES))
                .mark(page % BlockId.PAGES, version);
    }

    /// The file of the segment has a version of a page.
    void filed(SegmentId segment, int page, long version) {
        block(new BlockId(segment, page / BlockId.PAGES)).filed(page % BlockId.PAGES, version);
    }

    /// Waits until all pages have come that were asked for, at most so long. Nobody asks for others
    /// meanwhile.
    ///
    /// @return whether they have
    public boolean awaitArrivals(Duration limit) throws InterruptedException {
        var until = System.nanoTime() + limit.toNanos();
        var isAllHere = true;
        for (var block : blocks.values()) {
            isAllHere &= block.awaitArrivals(until);
        }
        return isAllHere;
    }

    /// {@return the pages that others are to have before this agent ends, block by block in order}
    ///
    /// Of a block whose home is here, those that nobody else has, zeros too where the next home
    /// could not know that they are; of others all that are here: a home that has a page itself
    /// takes it from nobody else.
    public List<Entrusted> entrusted() {
        return blocks.values().stream()
                .flatMap(block -> block.entrusted().stream())
                .sorted(Comparator.comparing(Entrusted::block))
                .toList();
    }

    /// Has pages of a block come here, to be read. Blocks.
    ///
    /// @param pages by their index in the block
    /// @return how many are not here after so long, lost ones not counted
    public int fetch(BlockId id, List<Integer> pages, Duration limit) throws InterruptedException {
        return block(id).fetch(pages, limit.toNanos());
    }

    /// Begins nothing more as the home of blocks, and has what is on its way arrive, at most so
    /// long. Who asks from now on waits for the next home.
    ///
    /// @return whether everything has
    public boolean rest(Duration limit) throws InterruptedException {
        var until = System.nanoTime() + limit.toNanos();
        blocks.values().forEach(BlockEngine::rest);
        var isAtRest = true;
        for (var block : blocks.values()) {
            isAtRest &= block.awaitRest(until);
        }
        return isAtRest;
    }

    private interface Attempt {
        boolean run() throws TimeoutException, InterruptedException;
    }

    private static void require(SegmentId segment, int page, Attempt attempt) {
        try {
            if (!attempt.run()) {
                throw new PagesFailed("page %d of segment %s is lost".formatted(page, segment));
            }
        } catch (TimeoutException late) {
            throw new PagesFailed(
                    "page %d of segment %s does not come for %d s"
                            .formatted(page, segment, PAGE_LIMIT.toSeconds()));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new PagesFailed("the agent stops");
        }
    }

    /// {@return what this node has seen of a segment}
    ///
    /// @param pages how many of the hottest pages to name
    public SegmentStats stats(SegmentId segment, int pages) {
        var all = pages == 0 ? Stream.<BlockEngine>empty() : blocks(segment);
        var hottest =
                all.flatMap(block -> block.uses().stream())
                        .sorted(
                                Comparator.comparingInt(PageUse::total)
                                        .reversed()
                                        .thenComparingInt(PageUse::page))
                        .limit(pages)
                        .toList();
        return counters(segment).stats(hottest);
    }

    /// What a node has, and may have, of all segments together.
    ///
    /// @param pages that are here, or asked for
    /// @param blocks of which it keeps account
    public record Use(long pages, long mostPages, int blocks, int mostBlocks) {}

    /// {@return how much there is of all segments together}
    public Use use() {
        return new Use(room.pages(), room.mostPages(), blocks.size(), room.mostBlocks());
    }

    /// {@return the segments that processes of this node have touched, in order}
    public List<SegmentId> segments() {
        return counters.keySet().stream().sorted().toList();
    }

    /// {@return what this node says of the blocks of a segment, in order}
    public List<BlockTable> tables(SegmentId segment) {
        var isOpen = open.containsKey(segment);
        return blocks(segment).map(block -> block.table(isOpen)).toList();
    }

    private Stream<BlockEngine> blocks(SegmentId segment) {
        return blocks(segment, 0, Integer.MAX_VALUE);
    }

    private Stream<BlockEngine> blocks(SegmentId segment, int first, int last) {
        return blocks.entrySet().stream()
                .filter(entry -> isWithin(entry.getKey(), segment, first, last))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue);
    }

    private static boolean isWithin(BlockId block, SegmentId segment, int first, int last) {
        return block.segment().equals(segment) && block.number() >= first && block.number() <= last;
    }

    private PageMemory memory(SegmentId segment) {
        var faults = open.get(segment);
        if (faults == null) {
            throw new InvariantBroken("pages of a segment are where it is open: " + segment);
        }
        return faults.memory;
    }

    @Override
    public void close() {
        recorder.close();
        loads.close();
        delayed.close();
    }
}
