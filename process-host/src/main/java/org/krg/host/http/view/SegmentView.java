// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.TreeMap;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;

/// A segment of shared memory.
public final class SegmentView {
    private SegmentView() {}

    /// {@return a segment and where the homes of its blocks are}
    public static ObjectNode of(ClusterImage image, Segment segment) {
        var grants =
                image.segments().blocksOf(segment.id()).stream()
                        .map(block -> image.segments().grants().require(block))
                        .toList();
        var blocks = new TreeMap<NodeId, Integer>();
        var homeless = 0;
        for (var grant : grants) {
            if (isOver(image, grant.home())) {
                homeless++;
            } else {
                blocks.merge(grant.home().node(), 1, Integer::sum);
            }
        }
        var view = plain(segment).put("touchedBlocks", grants.size()).put("homeless", homeless);
        view.put("regrantedBlocks", grants.stream().filter(SegmentView::isLater).count());
        var homes = view.putArray("homes");
        blocks.forEach(
                (node, count) -> homes.addObject().put("node", node.name()).put("blocks", count));
        var holders = view.putArray("holders");
        for (var holder : segment.holders()) {
            if (!isOver(image, holder.member())) {
                holders.addObject()
                        .put("node", holder.member().node().name())
                        .put("handles", holder.count());
            }
        }
        return view;
    }

    /// {@return a segment by itself}
    static ObjectNode plain(Segment segment) {
        var view = Json.object();
        segment.backing()
                .ifPresent(
                        file -> view.put("file", file.path()).put("fileNode", file.node().name()));
        return view.put("id", segment.id().value())
                .put("name", segment.name())
                .put("sizeBytes", segment.sizeBytes())
                .put("owner", segment.owner().name())
                .put("uid", segment.owner().uid())
                .put("mode", "%04o".formatted(segment.mode()))
                .put("ownership", segment.ownership().name().toLowerCase(Locale.ROOT))
                .put("created", segment.created().toString())
                .put("removed", segment.removed())
                .put("returning", segment.returning())
                .put("blocks", segment.blocks());
    }

    /// Adds what an event is about.
    static void of(ObjectNode view, ClusterImage image, SegmentEvent event) {
        switch (event) {
            case SegmentEvent.Created(var segment, _) ->
                    view.put("type", "segment.created")
                            .put("target", segment.name())
                            .set("object", plain(segment));
            case SegmentEvent.Changed(var segment, _) ->
                    view.put("type", "segment.changed")
                            .put("target", segment.name())
                            .set("object", plain(segment));
            case SegmentEvent.Returned(var segment, _, _) ->
                    view.put("type", "segment.returned")
                            .put("target", segment.name())
                            .set("object", plain(segment));
            case SegmentEvent.Destroyed(var segment, _) ->
                    view.put("type", "segment.destroyed")
                            .put("target", segment.name())
                            .set("object", plain(segment));
            case SegmentEvent.Granted(var block, var grant, _) -> {
                var segment = image.segments().known().find(block.segment());
                var name = segment.map(Segment::name).orElseGet(block.segment()::toString);
                view.put("type", "segment.granted")
                        .put("target", name + "/" + block.number())
                        .put("node", grant.home().node().name());
                view.set(
                        "object",
                        Json.object()
                                .put("segment", block.segment().value())
                                .put("block", block.number())
                                .put("home", grant.home().node().name())
                                .put("run", grant.home().run())
                                .put("epoch", grant.epoch().value()));
            }
        }
    }

    private static boolean isOver(ClusterImage image, Member home) {
        return image.nodes().find(home.node()).map(home::isGone).orElse(true);
    }

    private static boolean isLater(BlockGrant grant) {
        return grant.epoch().value() > 1;
    }
}
