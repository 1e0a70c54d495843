// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.krg.state.model.BlockId;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has nodes that stay take the pages that would be lost with this agent. Comes when no process of
/// this node can store anything any more. Used once, by one thread.
public final class HandOver {
    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    /// A page that was asked for comes from a live node within milliseconds.
    private static final Duration ARRIVAL_LIMIT = Duration.ofSeconds(2);

    private static final Duration PROGRESS = Duration.ofSeconds(2);

    private final PageEngine engine;
    private final Takers takers;
    private final List<NodeId> staying;
    private final long untilNanos;
    private long toldNanos = System.nanoTime();

    /// The other nodes.
    public interface Takers {
        /// Asks a node to have copies of pages. Blocks for some seconds at most.
        ///
        /// @param pages by their index in the block
        Answer ask(NodeId node, BlockId block, List<Integer> pages);
    }

    /// What a node says.
    public sealed interface Answer {
        /// It does.
        ///
        /// @param missing how many it does not have yet; asked again it goes on
        record Takes(int missing) implements Answer {}

        /// It takes none.
        record Declines(String why) implements Answer {}
    }

    /// What became of the pages.
    ///
    /// @param given how many others have now
    /// @param left how many are lost with this agent
    public record Outcome(int given, int left) {}

    /// @param staying the nodes that may take pages, the one first that is asked first
    /// @param limit how long all of it may take
    public HandOver(PageEngine engine, Takers takers, List<NodeId> staying, Duration limit) {
        this.engine = engine;
        this.takers = takers;
        this.staying = new ArrayList<>(staying);
        this.untilNanos = System.nanoTime() + limit.toNanos();
    }

    /// Gives up when no other node takes pages, or the time is up.
    public Outcome run() throws InterruptedException {
        if (!engine.awaitArrivals(ARRIVAL_LIMIT)) {
            log.warn("pages that processes asked for do not come");
        }
        var given = 0;
        var left = 0;
        var behind = new TreeSet<BlockId>();
        var all = engine.entrusted();
        var total = all.stream().mapToInt(it -> it.pages().size()).sum();
        for (var entrusted : all) {
            var missing = give(entrusted);
            given += entrusted.pages().size() - missing;
            left += missing;
            if (missing > 0) {
                behind.add(entrusted.block());
            }
            tellProgress(given, total);
        }
        if (left > 0) {
            log.warn("pages stay behind and are lost pages={} blocks={}", left, behind);
        }
        if (given > 0) {
            log.info("pages given away pages={}", given);
        }
        return new Outcome(given, left);
    }

    /// @return how many stay behind
    private int give(Entrusted entrusted) {
        var missing = entrusted.pages().size();
        while (missing > 0 && !staying.isEmpty() && System.nanoTime() < untilNanos) {
            var node = taker(entrusted.home());
            switch (takers.ask(node, entrusted.block(), entrusted.pages())) {
                case Answer.Takes(var yet) -> missing = yet;
                case Answer.Declines(var why) -> {
                    log.info("no pages go to node={} reason={}", node, why);
                    staying.remove(node);
                }
            }
        }
        return missing;
    }

    /// The home of a block that stays sends no reader to anybody else for what it has itself.
    private NodeId taker(Optional<Member> home) {
        return home.map(Member::node).filter(staying::contains).orElseGet(staying::getFirst);
    }

    private void tellProgress(int given, int total) {
        if (System.nanoTime() - toldNanos > PROGRESS.toNanos()) {
            toldNanos = System.nanoTime();
            log.info("pages are given away pages={} of={}", given, total);
        }
    }
}
