// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Access;
import org.krg.pages.coherence.Advice;
import org.krg.pages.coherence.Content;
import org.krg.pages.coherence.Effect;
import org.krg.pages.coherence.HomeBlock;
import org.krg.pages.coherence.NodeBlock;
import org.krg.pages.coherence.PageMessage;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.pages.coherence.Payload;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.state.model.BlockId;
import org.krg.state.model.Invariant;
import org.krg.state.model.Member;

/// One block on this node: what the node has of it, and the home's book if this node is the home.
///
/// Whoever brings an input runs it to its end, page and network included; one at a time a block.
/// What node and home of this agent say to each other stays here.
final class BlockEngine {
    private final BlockId block;
    private final Surroundings around;
    private final Supplier<PageMemory> memory;
    private final NodeBlock node = new NodeBlock(this::pages);
    private final Queue<Spoken> local = new ArrayDeque<>();
    private final List<Spoken> early = new ArrayList<>();
    private final long[] pinnedUntil = new long[BlockId.PAGES];
    private final MemorySegment readOut =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PageMemory.PAGE_BYTES));
    private final BlockCounters counters;
    private @Nullable HomeBlock home;
    private long homeEpoch;
    private long grantedEpoch;

    /// What all blocks of a node share.
    record Surroundings(
            PageEngineConfig config, Frames frames, Grants grants, DelayedCalls delayed) {
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

    synchronized void fault(int page, boolean write) {
        var access = node.access(page);
        var needed = write ? Access.WRITE : Access.READ;
        counters.fault(page, write, access.compareTo(needed) >= 0, access == Access.READ);
        perform(node.fault(page, write), null);
        drain();
    }

    synchronized void advise(Advice advice) {
        node.advise(advice);
    }

    /// Asks for pages that a process is going to read; the last one is not included.
    synchronized void willNeed(int start, int end) {
        perform(node.willNeed(start, end), null);
        drain();
    }

    synchronized void received(
            Member from, long epoch, PageMessage message, @Nullable MemorySegment payload) {
        if (payload != null) {
            counters.received();
        }
        handle(new Spoken(from, epoch, message, payload));
        drain();
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
                isOpen ? astray() : List.of());
    }

    private List<Integer> astray() {
        return IntStream.range(0, pages())
                .filter(page ->
                        memory.get().hasPage(at(page)) != (node.access(page) != Access.NONE))
                .boxed()
                .toList();
    }

    /// The log says who is the home.
    ///
    /// @param live all members that may have copies
    synchronized void granted(Member newHome, long epoch, List<Member> live) {
        if (epoch > grantedEpoch) {
            grantedEpoch = epoch;
            home = null;
            if (newHome.equals(around.self())) {
                become(epoch, live);
            }
        }
        perform(node.granted(newHome, epoch), null);
        drain();
    }

    private void become(long epoch, List<Member> live) {
        homeEpoch = epoch;
        var created = new HomeBlock(around.self(), epoch, live);
        home = created;
        perform(created.start(), null);
        var waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::handle);
    }

    synchronized void gone(Member member) {
        perform(node.gone(member), null);
        if (home != null) {
            perform(home.gone(member), null);
        }
        drain();
    }

    private void drain() {
        for (var next = local.poll(); next != null; next = local.poll()) {
            handle(next);
        }
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
                    () -> received(spoken.from, spoken.epoch, message, null), remaining);
        } else {
            perform(node.received(spoken.from, spoken.epoch, message), spoken.payload);
        }
    }

    /// What comes before the log says here that this node is the home waits for that.
    private void handle(Spoken spoken, ToHome message) {
        if (home != null && spoken.epoch == homeEpoch) {
            perform(home.received(spoken.from, spoken.epoch, message), spoken.payload);
        } else if (spoken.epoch > grantedEpoch) {
            Invariant.holds(spoken.payload == null, "a page is sent to who asked for it", message);
            early.add(spoken);
        }
    }

    /// {@return how long the page asked for stays here yet; 0 or less if it may go}
    private long pinnedNanos(ToNode message) {
        return switch (message) {
            case Fetch(var page) -> pinnedUntil[page] - System.nanoTime();
            case Take(var page) -> pinnedUntil[page] - System.nanoTime();
            case Invalidate(var page) -> pinnedUntil[page] - System.nanoTime();
            default -> 0;
        };
    }

    private void perform(List<Effect> effects, @Nullable MemorySegment received) {
        for (var effect : effects) {
            var isToOther = effect instanceof Effect.Send send && !send.to().equals(around.self());
            counters.performed(effect, isToOther);
            perform(effect, received);
        }
    }

    private void perform(Effect effect, @Nullable MemorySegment received) {
        switch (effect) {
            case Effect.Send send -> send(send, received);
            case Effect.Install(var page, var writable, var content) -> {
                memory.get()
                        .install(at(page), content == Content.ZEROS ? null : received, writable);
                pin(page);
            }
            case Effect.Keep(var page, var content) ->
                    memory.get().keep(at(page), content == Content.ZEROS ? null : received);
            case Effect.Upgrade(var page) -> {
                memory.get().upgrade(at(page));
                pin(page);
            }
            case Effect.Downgrade(var page) -> memory.get().downgrade(at(page), readOut);
            case Effect.ReadOut(var page) -> memory.get().copy(at(page), readOut);
            case Effect.Revoke(var page, var writable, var copied) ->
                    memory.get().revoke(at(page), writable, copied ? readOut : null);
            case Effect.Resume(var page, var writable) -> memory.get().resume(at(page), writable);
            case Effect.Show(var start, var end) -> memory.get().show(at(start), end - start);
            case Effect.Poison(var page) -> memory.get().poison(at(page));
            case Effect.AskGrant() -> around.grants.ask(block);
        }
    }

    private void send(Effect.Send send, @Nullable MemorySegment received) {
        var payload =
                switch (send.payload()) {
                    case Payload.NONE -> null;
                    case Payload.RECEIVED -> received;
                    case Payload.READ_OUT -> readOut;
                };
        if (send.to().equals(around.self())) {
            // Handled before another page of the block is read out: the payload stays what it is.
            local.add(new Spoken(around.self(), send.epoch(), send.message(), payload));
        } else {
            around.frames.send(send.to(), block, send.epoch(), send.message(), payload);
        }
    }

    private void pin(int page) {
        pinnedUntil[page] = System.nanoTime() + around.config.pinWindow().toNanos();
    }

    private int pages() {
        return Math.min(BlockId.PAGES, memory.get().pages() - at(0));
    }

    private int at(int page) {
        return block.number() * BlockId.PAGES + page;
    }
}
