// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.krg.host.TakeOver;
import org.krg.host.netty.PeerAsks;
import org.krg.pages.engine.HandOver;
import org.krg.pages.memory.AttachPort;
import org.krg.state.ClusterStore;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an agent that was told to end does about the shared memory of its node while it still holds
/// its lease: programs stand still until the next agent, and nodes that stay take the pages that
/// only this one has. Used once, by one thread.
final class Departure {
    private static final Logger log = LoggerFactory.getLogger(Departure.class);

    /// Whoever holds a lock now and then is soon without.
    private static final Duration HELD_LIMIT = Duration.ofSeconds(5);

    /// Some GiB between machines.
    private static final Duration PAGES_LIMIT = Duration.ofSeconds(30);

    /// What is on its way arrives within milliseconds.
    private static final Duration REST_LIMIT = Duration.ofSeconds(2);

    /// A live agent says at once whether it stays.
    private static final Duration ASK_LIMIT = Duration.ofSeconds(2);

    private static final BlockId NO_BLOCK = new BlockId(new SegmentId(0), 0);

    private final SharedMemory memory;
    private final ClusterStore store;
    private final PeerAsks asks;

    Departure(SharedMemory memory, ClusterStore store, PeerAsks asks) {
        this.memory = memory;
        this.store = store;
        this.asks = asks;
    }

    void run() throws InterruptedException {
        var port = memory.port();
        var isUsed = port.map(it -> !it.connected().isEmpty()).orElse(false);
        if (!isUsed && memory.engine().entrusted().isEmpty()) {
            return;
        }
        var others = others();
        var staying = staying(others);
        if (staying.isEmpty() && !others.isEmpty()) {
            log.info("shared memory ends with this agent: no other one stays");
            return;
        }
        keepNameless(staying);
        var started = System.nanoTime();
        port.ifPresent(Departure::endPrograms);
        var outcome = new HandOver(memory.engine(), this::ask, staying, PAGES_LIMIT).run();
        var isSettled = memory.settle(REST_LIMIT);
        log.info(
                "shared memory is left pages={} behind={} settled={} millis={}",
                outcome.given(),
                outcome.left(),
                isSettled,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    }

    private static void endPrograms(AttachPort port) {
        port.leave(HELD_LIMIT);
        port.close();
    }

    /// Nodes behind this one come first, so that different nodes give to different ones.
    private List<NodeId> others() {
        var self = memory.self().node();
        return store.image().nodes().values().stream()
                .filter(node -> !node.id().equals(self) && !Member.of(node).isGone(node))
                .sorted(
                        Comparator.<Node, Boolean>comparing(
                                        node -> node.state() != Node.State.READY)
                                .thenComparing(node -> node.id().compareTo(self) < 0)
                                .thenComparing(Node::id))
                .map(Node::id)
                .toList();
    }

    private List<NodeId> staying(List<NodeId> others) {
        var answers = new LinkedHashMap<NodeId, CompletableFuture<TakeOver.Answer>>();
        others.forEach(
                node -> answers.put(node, asks.takeOver(node, new TakeOver(NO_BLOCK, List.of()))));
        var staying = new ArrayList<NodeId>();
        answers.forEach((node, answer) -> {
            if (answer(answer, ASK_LIMIT) instanceof HandOver.Answer.Takes) {
                staying.add(node);
            }
        });
        return staying;
    }

    /// A segment without a name is destroyed when nobody has it open.
    private void keepNameless(List<NodeId> staying) {
        for (var segment : store.image().segments().known().values()) {
            var isHeld =
                    segment.holders().stream()
                            .anyMatch(holder -> holder.member().equals(memory.self()));
            if (segment.removed() && isHeld && !staying.isEmpty()) {
                var _ = ask(staying.getFirst(), new BlockId(segment.id(), 0), List.of());
            }
        }
    }

    private HandOver.Answer ask(NodeId node, BlockId block, List<Integer> pages) {
        return answer(asks.takeOver(node, new TakeOver(block, pages)), PAGES_LIMIT);
    }

    private static HandOver.Answer answer(
            CompletableFuture<TakeOver.Answer> answer, Duration limit) {
        try {
            return switch (answer.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join()) {
                case TakeOver.Answer.Takes(var missing) -> new HandOver.Answer.Takes(missing);
                case TakeOver.Answer.Declines(var why) -> new HandOver.Answer.Declines(why);
            };
        } catch (CompletionException unanswered) {
            return new HandOver.Answer.Declines("no answer: " + unanswered.getCause());
        }
    }
}
