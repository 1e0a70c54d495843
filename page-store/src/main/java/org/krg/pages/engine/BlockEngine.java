// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Access;
import org.krg.pages.coherence.Advice;
import org.krg.pages.coherence.Content;
import org.krg.pages.coherence.Effect;
import org.krg.pages.coherence.HomeBlock;
import org.krg.pages.coherence.HomeEntry;
import org.krg.pages.coherence.NodeBlock;
import org.krg.pages.coherence.Origin;
import org.krg.pages.coherence.PageMessage;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.pages.coherence.PageNumbers;
import org.krg.pages.coherence.Payload;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.state.model.BlockId;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Invariant;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One block on this node: what the node has of it, and the home's book if this node is the home.
///
/// Whoever brings an input runs it to its end, page and network included; one at a time a block.
/// What node and home of this agent say to each other stays here.
final class BlockEngine {
    private static final Logger log = LoggerFactory.getLogger(BlockEngine.class);

    private final BlockId block;
    private final Surroundings around;
    private final Supplier<PageMemory> memory;
    private final NodeBlock node = new NodeBlock(this::pages);
    private final Queue<Spoken> local = new ArrayDeque<>();
    private final List<Spoken> early = new ArrayList<>();
    private final PageNumbers pinnedUntil = new PageNumbers();
    private final BlockCounters counters;
    private @Nullable MemorySegment lastReadOut;
    private @Nullable HomeBlock home;
    private long homeEpoch;

    /// Whether pages wait for records.
    private boolean isAwaited;

    private long grantedEpoch;
    private int refusals;
    private boolean isOver;

    /// Whether it is of no use any more, and another one takes its place.
    private boolean isDropped;

    /// Pages that are counted as taken.
    private int taken;

    /// Pages that the agent itself had come here, and no process has touched since: they are not
    /// counted. A process would else be refused for what a cut, a sync or the end of another agent
    /// has brought.
    private final BitSet own = new BitSet();

    private boolean isResting;

    /// What all blocks of a node share.
    record Surroundings(
            PageEngineConfig config,
            Frames frames,
            Grants grants,
            OwnershipLog ownership,
            Recorder recorder,
            DelayedCalls delayed,
            PageRoom room,
            ReadOuts readOuts,
            PageFiles files,
            FileLoads loads) {
        Member self() {
            return config.self();
        }
    }

    private record Spoken(
            Member from, long epoch, PageMessage message, @Nullable MemorySegment payload) {}

    /// @param memory of the segment; asked only for pages that a process of this node has touched
    BlockEngine(
            BlockId block,
            Surroundings around,
            Supplier<PageMemory> memory,
            SegmentCounters counters) {
        this.block = block;
        this.around = around;
        this.memory = memory;
        this.counters = new BlockCounters(counters);
    }

    /// The segment is gone from this node: its memory is not touched any more.
    synchronized void end() {
        isOver = true;
        around.room.changed(-taken);
        taken = 0;
        notifyAll();
    }

    /// Ends if this node has nothing to do with the block.
    ///
    /// @return whether it did: who has it asks for another one
    synchronized boolean drop() {
        if (grantedEpoch == 0 && early.isEmpty() && node.isUnused()) {
            isDropped = true;
            end();
        }
        return isDropped;
    }

    /// The log has nothing of the block any more: whoever waits for a page of it, and whoever
    /// touches one that is not here, gets an error.
    synchronized void poison(PageMemory shown) {
        if (!isOver) {
            var end = Math.min(BlockId.PAGES, shown.pages() - at(0));
            IntStream.range(0, end).forEach(page -> shown.poison(at(page)));
        }
    }

    /// {@return how many pages of the next block the process is going to need; 0 if nobody knows}
    synchronized int fault(int page, boolean write) {
        if (isOver) {
            return 0;
        }
        if (lacksRoom(page)) {
            counters.refused();
            around.room.refused(block.segment());
            memory.get().poison(at(page));
            return 0;
        }
        own.clear(page);
        var access = node.shown(page);
        var needed = write ? Access.WRITE : Access.READ;
        counters.fault(page, write, access.compareTo(needed) >= 0, access == Access.READ);
        perform(node.fault(page, write), null);
        drain();
        return node.takeOnward();
    }

    /// {@return whether a page is not here, nor asked for, and cannot come}
    private boolean lacksRoom(int page) {
        return around.room.isFull()
                && node.access(page) == Access.NONE
                && !node.isAsked(page)
                && !node.isLost(page);
    }

    /// A process reads on from the block before.
    synchronized void readOn(int length) {
        if (around.room.isFull()) {
            return;
        }
        perform(node.readOn(length), null);
        drain();
    }

    synchronized void advise(Advice advice) {
        node.advise(advice);
    }

    /// Asks for pages that a process is going to read; the last one is not included.
    synchronized void willNeed(int start, int end) {
        if (around.room.isFull()) {
            return;
        }
        perform(node.willNeed(start, end), null);
        drain();
    }

    /// Has pages come here that the agent itself is going to read, whether there is room or not.
    synchronized void bring(int start, int end) {
        bring(IntStream.range(start, Math.min(end, pages())).boxed().toList());
    }

    private void bring(List<Integer> pages) {
        pages.forEach(this::markOwn);
        perform(node.willNeed(pages), null);
        drain();
    }

    private void markOwn(int page) {
        if (node.access(page) == Access.NONE && !node.isAsked(page) && !node.isWaiting(page)) {
            own.set(page);
        }
    }

    /// Copies a page as it is at one moment, and has it come here for that.
    ///
    /// @return false if it is lost
    /// @throws TimeoutException if it has not come after so long
    synchronized boolean read(int page, MemorySegment copy, long limitNanos)
            throws TimeoutException, InterruptedException {
        if (!await(page, Access.READ, limitNanos)) {
            return false;
        }
        if (node.shown(page) == Access.WRITE) {
            // Nobody stores into it while it is copied.
            memory.get().downgrade(at(page), copy);
            memory.get().upgrade(at(page));
        } else {
            memory.get().copy(at(page), copy);
        }
        return true;
    }

    /// Copies a page as [#read] does, and has the processes of this node only read it before.
    ///
    /// @return the version that was copied; empty if a process of this node may be storing into it
    ///   again, or the page is lost, of which `copy` says nothing
    synchronized OptionalLong share(int page, MemorySegment copy, long limitNanos)
            throws TimeoutException, InterruptedException {
        if (home != null && node.access(page) == Access.WRITE) {
            perform(home.share(page), null);
            drain();
        }
        if (!read(page, copy, limitNanos)) {
            throw new PagesFailed(
                    "page %d of segment %s is lost".formatted(at(page), block.segment()));
        }
        return node.access(page) == Access.READ
                ? OptionalLong.of(node.version(page))
                : OptionalLong.empty();
    }

    /// {@return the pages, of those meant, of which the file may lack the newest version} Has them
    /// come here. What a home elsewhere knows is not asked: all of them, then.
    ///
    /// @param end the first page that is not meant
    synchronized List<Integer> unfiled(int start, int end) {
        var known = home != null && !home.isRecovering() ? home : null;
        var pages =
                IntStream.range(start, Math.min(end, pages()))
                        .filter(page -> known == null || known.isUnfiled(page))
                        .boxed()
                        .toList();
        bring(pages);
        return pages;
    }

    /// The file has a version of a page.
    synchronized void filed(int page, long version) {
        if (home != null) {
            home.filed(page, version);
        }
    }

    /// {@return whether what the file has is marked, for the next home}
    synchronized boolean keepsMarks() {
        return home != null && home.keepsMarks();
    }

    /// {@return whether it may be marked that the file has a version of a page}
    synchronized boolean mark(int page, long version) {
        return home != null && home.mark(page, version);
    }

    /// Puts other bytes into a page, which this node has alone then.
    ///
    /// @return false if it is lost
    /// @throws TimeoutException if it has not come after so long
    synchronized boolean write(int page, MemorySegment content, long limitNanos)
            throws TimeoutException, InterruptedException {
        if (!await(page, Access.WRITE, limitNanos)) {
            return false;
        }
        memory.get().install(at(page), content, true);
        return true;
    }

    /// Has pages come here, to be read: they would be lost with the agent that has them.
    ///
    /// @return how many are not here after so long, lost ones not counted
    synchronized int fetch(List<Integer> needed, long limitNanos) throws InterruptedException {
        var until = System.nanoTime() + limitNanos;
        var meant = needed.stream().filter(page -> page < pages()).toList();
        bring(meant);
        while (true) {
            var missing = meant.stream().filter(page -> !has(page, Access.READ)).count();
            var left = until - System.nanoTime();
            if (missing == 0 || left <= 0 || isOver) {
                return Math.toIntExact(missing);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// {@return whether nothing is on its way here any more} Waits for that until then.
    synchronized boolean awaitArrivals(long untilNanos) throws InterruptedException {
        while (!isOver && node.isExpecting()) {
            var left = untilNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /// {@return the pages that others are to have before this agent ends, if there are any}
    synchronized Optional<Entrusted> entrusted() {
        if (isOver) {
            return Optional.empty();
        }
        var pages = home == null || home.isRecovering() ? here() : home.onlyHere();
        return pages.isEmpty()
                ? Optional.empty()
                : Optional.of(new Entrusted(block, node.home(), pages));
    }

    private List<Integer> here() {
        return IntStream.range(0, BlockId.PAGES)
                .filter(page -> node.access(page) != Access.NONE)
                .boxed()
                .toList();
    }

    /// Begins nothing more as the home: who asks from now on asks the next home again.
    synchronized void rest() {
        isResting = true;
    }

    /// {@return whether no page is on its way through this home} Waits for that until then.
    synchronized boolean awaitRest(long untilNanos) throws InterruptedException {
        while (home != null && home.entries().stream().anyMatch(HomeEntry::moving)) {
            var left = untilNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private boolean await(int page, Access needed, long limitNanos)
            throws TimeoutException, InterruptedException {
        var until = System.nanoTime() + limitNanos;
        var refusedBefore = refusals;
        while (!isOver && !has(page, needed)) {
            if (refusals != refusedBefore) {
                return false;
            }
            if (!node.isWaiting(page)) {
                markOwn(page);
                perform(node.need(page, needed == Access.WRITE), null);
                drain();
            }
            var left = until - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("page %d of %s does not come".formatted(page, block));
            }
            if (!has(page, needed)) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
        return !isOver && !node.isLost(page);
    }

    private boolean has(int page, Access needed) {
        return node.isLost(page) || node.shown(page).compareTo(needed) >= 0;
    }

    /// Hears what a member says.
    ///
    /// @return false if it was dropped, and hears nothing
    synchronized boolean received(
            Member from, long epoch, PageMessage message, @Nullable MemorySegment payload) {
        if (isDropped) {
            return false;
        }
        if (payload != null) {
            counters.received(payload.byteSize());
        }
        handle(new Spoken(from, epoch, message, payload));
        drain();
        return true;
    }

    /// {@return which pages came to this node how often}
    synchronized List<SegmentStats.PageUse> uses() {
        return counters.uses(at(0));
    }

    /// {@return what this node says of the block now}
    ///
    /// @param isOpen whether the segment is open here, and its memory can be looked at
    synchronized BlockTable table(boolean isOpen) {
        var copies = node.copies();
        return new BlockTable(
                block.number(),
                node.home(),
                node.epoch(),
                copies,
                home == null ? 0 : homeEpoch,
                home == null ? List.of() : home.entries(),
                home == null ? Collections.emptySortedMap() : around.ownership.owners(block),
                isOpen && !isOver ? astray() : List.of());
    }

    private List<Integer> astray() {
        var mapped = memory.get().mapped(at(0), pages());
        return IntStream.range(0, mapped.size())
                .filter(page ->
                        memory.get().hasPage(at(page)) != (node.access(page) != Access.NONE)
                                || mapped.get(page).compareTo(node.shown(page)) > 0)
                .boxed()
                .toList();
    }

    /// The log says who is the home.
    ///
    /// @param live all members that may have copies
    /// @param mode of the segment
    /// @return false if it was dropped, and hears nothing
    synchronized boolean granted(
            Member newHome, long epoch, OwnershipMode mode, List<Member> live) {
        if (isDropped) {
            return false;
        }
        if (epoch > grantedEpoch) {
            grantedEpoch = epoch;
            home = null;
            if (newHome.equals(around.self())) {
                become(epoch, mode, live);
            }
        }
        perform(node.granted(newHome, epoch), null);
        drain();
        return true;
    }

    /// The log says that nobody can be the home for now.
    synchronized void refused() {
        refusals++;
        perform(node.refused(), null);
        notifyAll();
    }

    private void become(long epoch, OwnershipMode mode, List<Member> live) {
        homeEpoch = epoch;
        isAwaited = mode != OwnershipMode.ASYNC;
        // Before the first home there was nobody to record anything.
        SortedMap<Integer, PageOwner> records =
                epoch == 1 ? Collections.emptySortedMap() : around.ownership.owners(block);
        var marks = epoch == 1 ? Collections.<Integer, Long>emptySortedMap() : marks();
        var created = new HomeBlock(around.self(), epoch, live, mode, records, origin(), marks);
        home = created;
        perform(created.start(), null);
        var waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::handle);
    }

    /// Owners of pages are in the log.
    ///
    /// @param bytes of log they took
    synchronized void recorded(BlockRecords records, int bytes) {
        counters.recorded(records.records().size(), bytes);
        if (home == null || records.epoch().value() != homeEpoch) {
            return;
        }
        var effects = new ArrayList<Effect>();
        for (var record : records.records()) {
            effects.addAll(home.recorded(record.page(), record.version()));
        }
        perform(effects, null);
        drain();
    }

    synchronized void gone(Member member, List<Member> live) {
        perform(node.gone(member), null);
        if (home != null) {
            perform(home.gone(member, live), null);
        }
        drain();
    }

    private Origin origin() {
        if (around.files.isElsewhere(block.segment())) {
            return Origin.FILE_ELSEWHERE;
        }
        return file().isPresent() ? Origin.FILE : Origin.ZEROS;
    }

    /// {@return which versions of its pages the file has for certain, by their index in the block}
    private SortedMap<Integer, Long> marks() {
        var known = new TreeMap<Integer, Long>();
        try {
            if (file().isPresent()) {
                file().get()
                        .marks(at(0), at(BlockId.PAGES))
                        .forEach((page, version) -> known.put(page - at(0), version));
            }
        } catch (FileFailed failure) {
            log.warn(
                    "what was synced is not known block={} reason={}", block, failure.getMessage());
        }
        return known;
    }

    private Optional<PageFile> file() {
        return around.files.find(block.segment());
    }

    private void load(int page, int count) {
        var epoch = homeEpoch;
        var file = file().orElseThrow(() -> new InvariantBroken("a file is there: " + block));
        around.loads.load(
                file,
                block,
                page,
                count,
                (first, some, content) -> loaded(epoch, first, some, content));
    }

    private synchronized void loaded(
            long epoch, int page, int count, @Nullable MemorySegment content) {
        if (home == null || homeEpoch != epoch) {
            return;
        }
        var message = new Data(page, count);
        var effects = content == null ? home.unreadable(page, count) : home.loaded(page, count);
        perform(effects, new Spoken(around.self(), epoch, message, content));
        drain();
    }

    private void drain() {
        for (var next = local.poll(); next != null; next = local.poll()) {
            handle(next);
        }
        around.readOuts.free();
    }

    private void handle(Spoken spoken) {
        switch (spoken.message) {
            case ToNode message -> handle(spoken, message);
            case ToHome message -> handle(spoken, message);
        }
    }

    private void handle(Spoken spoken, ToNode message) {
        var remaining = pinnedNanos(message);
        if (remaining > 0) {
            around.delayed.call(
                    () -> {
                        var _ = received(spoken.from, spoken.epoch, message, null);
                    },
                    remaining);
        } else {
            perform(node.received(spoken.from, spoken.epoch, message), spoken);
        }
    }

    /// What comes before the log says here that this node is the home waits for that.
    private void handle(Spoken spoken, ToHome message) {
        if (isResting && message instanceof Request) {
            return;
        }
        if (home != null && spoken.epoch == homeEpoch) {
            perform(home.received(spoken.from, spoken.epoch, message), spoken);
        } else if (spoken.epoch > grantedEpoch) {
            Invariant.holds(spoken.payload == null, "a page is sent to who asked for it", message);
            early.add(spoken);
        }
    }

    /// {@return how long a page asked for stays here yet; 0 or less if all may go}
    private long pinnedNanos(ToNode message) {
        return switch (message) {
            case Fetch(var page, var count) -> pinnedNanos(page, count);
            case Take(var page) -> pinnedNanos(page, 1);
            case Invalidate(var page) -> pinnedNanos(page, 1);
            default -> 0;
        };
    }

    private long pinnedNanos(int page, int count) {
        var now = System.nanoTime();
        var longest = 0L;
        for (var each = page; each < page + count; each++) {
            longest = Math.max(longest, pinnedUntil.get(each) - now);
        }
        return longest;
    }

    private void perform(List<Effect> effects, @Nullable Spoken cause) {
        if (isOver) {
            return;
        }
        tellLost(effects);
        for (var effect : effects) {
            var isToOther = effect instanceof Effect.Send send && !send.to().equals(around.self());
            counters.performed(effect, isToOther);
            perform(effect, cause);
        }
        var now = node.pagesTaken(own);
        around.room.changed(now - taken);
        taken = now;
        // Pages may have come that somebody waits for.
        notifyAll();
    }

    private void perform(Effect effect, @Nullable Spoken cause) {
        switch (effect) {
            case Effect.Send send -> send(send, payload(send, cause));
            case Effect.Install(var page, var count, var writable, var content) -> {
                if (content == Content.ZEROS) {
                    zeros(page, count, each -> memory.get().install(each, null, writable));
                } else {
                    memory.get().install(at(page), received(cause, page, count), writable);
                }
                pin(page, count);
            }
            case Effect.Keep(var page, var content) ->
                    memory.get()
                            .keep(
                                    at(page),
                                    content == Content.ZEROS ? null : received(cause, page, 1));
            case Effect.Upgrade(var page) -> {
                memory.get().upgrade(at(page));
                pin(page, 1);
            }
            case Effect.Downgrade(var page, var count) ->
                    memory.get().downgrade(at(page), readOut(count));
            case Effect.ReadOut(var page, var count) -> memory.get().copy(at(page), readOut(count));
            case Effect.Revoke(var page, var writable, var isCopied) ->
                    memory.get().revoke(at(page), writable, isCopied ? readOut(1) : null);
            case Effect.Resume(var page, var writable) -> memory.get().resume(at(page), writable);
            case Effect.Poison(var page) -> memory.get().poison(at(page));
            case Effect.RecordOwner record ->
                    around.recorder.record(block, homeEpoch, record, isAwaited);
            case Effect.NoteLost _, Effect.NotePromoted _ -> {}
            case Effect.Load(var page, var count) -> load(page, count);
            case Effect.AskGrant() -> around.grants.ask(block);
        }
    }

    private void tellLost(List<Effect> effects) {
        var pages = new TreeMap<Member, List<Integer>>();
        for (var effect : effects) {
            if (effect instanceof Effect.NoteLost(var page, var owner)) {
                pages.computeIfAbsent(owner, _ -> new ArrayList<>()).add(at(page));
            }
        }
        pages.forEach((owner, lost) ->
                log.warn(
                        "pages are lost segment={} owner={} pages={}",
                        block.segment(),
                        owner,
                        lost));
    }

    private void zeros(int page, int count, IntConsumer action) {
        for (var each = page; each < page + count; each++) {
            action.accept(at(each));
        }
    }

    private MemorySegment readOut(int count) {
        var place = around.readOuts.next(count);
        lastReadOut = place;
        return place;
    }

    private @Nullable MemorySegment payload(Effect.Send send, @Nullable Spoken cause) {
        return switch (send.payload()) {
            case Payload.NONE -> null;
            case Payload.RECEIVED -> {
                var message = (Grant) send.message();
                yield received(cause, message.page(), message.pages());
            }
            case Payload.READ_OUT -> lastReadOut;
        };
    }

    /// {@return the pages as they came with a message, which may have brought others too}
    private static MemorySegment received(@Nullable Spoken cause, int page, int count) {
        if (cause == null || cause.payload == null) {
            throw new InvariantBroken("the page came with the message: " + page);
        }
        var first =
                switch (cause.message) {
                    case Grant grant -> grant.page();
                    case Data data -> data.page();
                    default -> throw new InvariantBroken("no page comes with " + cause.message);
                };
        return cause.payload.asSlice(
                (long) (page - first) * PageMemory.PAGE_BYTES,
                (long) count * PageMemory.PAGE_BYTES);
    }

    private void send(Effect.Send send, @Nullable MemorySegment payload) {
        if (send.to().equals(around.self())) {
            local.add(new Spoken(around.self(), send.epoch(), send.message(), payload));
        } else {
            around.frames.send(send.to(), block, send.epoch(), send.message(), payload);
        }
    }

    private void pin(int page, int count) {
        var until = System.nanoTime() + around.config.pinWindow().toNanos();
        for (var each = page; each < page + count; each++) {
            pinnedUntil.set(each, until);
        }
    }

    private int pages() {
        return Math.min(BlockId.PAGES, memory.get().pages() - at(0));
    }

    private int at(int page) {
        return block.number() * BlockId.PAGES + page;
    }
}
