// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.krg.pages.coherence.Copy;
import org.krg.pages.coherence.HomeEntry;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.FaultTimes;
import org.krg.pages.model.SegmentStats;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Member;
import org.krg.state.model.PageOwner;
import org.krg.state.model.Segment;

/// What one node has and has seen of a segment, and what the log, as it knows it, says of its
/// blocks. Pages in a row that are alike are one entry with their `count`.
public final class SegmentPagesView {
    private static final double NANOS_A_MICRO = 1_000;

    private SegmentPagesView() {}

    /// {@return the node's answer}
    public static ObjectNode of(
            ClusterImage image, Segment segment, SegmentStats stats, List<BlockTable> tables) {
        var view = Json.object().put("segment", segment.name()).put("id", segment.id().value());
        view.set("stats", stats(stats));
        var hottest = view.putArray("hottest");
        for (var use : stats.hottest()) {
            hottest.addObject()
                    .put("page", use.page())
                    .put("reads", use.reads())
                    .put("writes", use.writes());
        }
        var grants = view.putArray("grants");
        for (var block : image.segments().blocksOf(segment.id())) {
            var grant = image.segments().grants().require(block);
            grants.addObject()
                    .put("block", block.number())
                    .put("home", grant.home().toString())
                    .put("epoch", grant.epoch().value());
        }
        var members = view.putArray("live");
        for (var node : image.nodes().values()) {
            if (!Member.of(node).isGone(node)) {
                members.add(Member.of(node).toString());
            }
        }
        var blocks = view.putArray("blocks");
        tables.forEach(table -> blocks.add(block(table)));
        return view;
    }

    private static ObjectNode stats(SegmentStats stats) {
        var view =
                Json.object()
                        .put("readFaults", stats.read())
                        .put("writeFaults", stats.write())
                        .put("upgrades", stats.upgrade())
                        .put("present", stats.present())
                        .put("ahead", stats.ahead())
                        .put("promoted", stats.promoted())
                        .put("promotedInVain", stats.promotedInVain())
                        .put("invalidated", stats.invalidated())
                        .put("taken", stats.taken())
                        .put("shared", stats.shared())
                        .put("lost", stats.lost())
                        .put("refused", stats.refused())
                        .put("bytesIn", stats.bytesIn())
                        .put("bytesOut", stats.bytesOut())
                        .put("owners", stats.owners())
                        .put("records", stats.records())
                        .put("recordBytes", stats.recordBytes());
        var times = view.putArray("faultMicros");
        stats.times().stream()
                .filter(it -> it.count() > 0)
                .forEach(it -> times.add(SegmentPagesView.times(it)));
        return view;
    }

    private static ObjectNode times(FaultTimes times) {
        return Json.object()
                .put("kind", Json.word(times.kind()))
                .put("elsewhere", times.elsewhere())
                .put("count", times.count())
                .put("p50", times.p50Nanos() / NANOS_A_MICRO)
                .put("p90", times.p90Nanos() / NANOS_A_MICRO)
                .put("p99", times.p99Nanos() / NANOS_A_MICRO)
                .put("max", times.maxNanos() / NANOS_A_MICRO);
    }

    private static ObjectNode block(BlockTable table) {
        var view = Json.object().put("block", table.number()).put("epoch", table.epoch());
        table.home().ifPresent(home -> view.put("home", home.toString()));
        view.put("homeEpoch", table.homeEpoch());
        view.set("copies", runs(table.copies(), SegmentPagesView::follows, SegmentPagesView::copy));
        view.set(
                "entries",
                runs(table.entries(), SegmentPagesView::follows, SegmentPagesView::entry));
        var owners =
                table.owners().entrySet().stream()
                        .map(entry -> new Owned(entry.getKey(), entry.getValue()))
                        .toList();
        view.set("owners", runs(owners, SegmentPagesView::follows, SegmentPagesView::owned));
        view.set("astray", Json.texts(table.astray()));
        return view;
    }

    private static <T> ArrayNode runs(
            List<T> items, BiPredicate<T, T> follows, Function<T, ObjectNode> show) {
        var runs = JsonNodeFactory.instance.arrayNode();
        for (var start = 0; start < items.size(); ) {
            var end = start + 1;
            while (end < items.size() && follows.test(items.get(end - 1), items.get(end))) {
                end++;
            }
            runs.add(show.apply(items.get(start)).put("count", end - start));
            start = end;
        }
        return runs;
    }

    private static boolean follows(Copy before, Copy next) {
        return next.equals(new Copy(before.page() + 1, before.access(), before.version()));
    }

    private static boolean follows(HomeEntry before, HomeEntry next) {
        return next.equals(
                new HomeEntry(
                        before.page() + 1,
                        before.holders(),
                        before.exclusive(),
                        before.version(),
                        before.moving(),
                        before.lost(),
                        before.owner()));
    }

    private record Owned(int page, PageOwner owner) {}

    private static boolean follows(Owned before, Owned next) {
        return next.equals(new Owned(before.page + 1, before.owner));
    }

    private static ObjectNode owned(Owned owned) {
        return Json.object()
                .put("page", owned.page)
                .put("owner", owned.owner.owner().toString())
                .put("version", owned.owner.version())
                .put("epoch", owned.owner.epoch().value())
                .put("unaccounted", owned.owner.unaccounted());
    }

    private static ObjectNode copy(Copy copy) {
        return Json.object()
                .put("page", copy.page())
                .put("access", copy.access().name().toLowerCase(Locale.ROOT))
                .put("version", copy.version());
    }

    private static ObjectNode entry(HomeEntry entry) {
        var view = Json.object().put("page", entry.page());
        view.set("holders", Json.texts(entry.holders()));
        entry.owner().ifPresent(owner -> view.put("owner", owner.toString()));
        return view.put("exclusive", entry.exclusive())
                .put("version", entry.version())
                .put("moving", entry.moving())
                .put("lost", entry.lost());
    }
}
