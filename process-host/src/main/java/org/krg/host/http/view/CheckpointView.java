// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.host.GenerationContents;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Job;
import org.krg.state.model.NodeId;
import org.krg.state.model.UnfitNode;

/// A checkpoint.
public final class CheckpointView {
    private CheckpointView() {}

    /// {@return one checkpoint}
    public static ObjectNode of(ClusterImage image, Generation generation) {
        var view =
                Json.object()
                        .put("id", generation.id().toString())
                        .put("process", generation.id().process().value());
        image.processes()
                .find(generation.id().process())
                .flatMap(process -> image.jobs().find(process.job()))
                .map(Job::name)
                .ifPresent(name -> view.put("job", name));
        view.put("number", generation.id().number()).put("epoch", generation.epoch().value());
        view.set("copies", Json.texts(generation.copies()));
        view.set("substitutes", OpeningView.substitutes(generation.substitutes()));
        view.set("unfit", Json.list(generation.unfit().stream().map(CheckpointView::of).toList()));
        return view.put("imageBytes", generation.imageBytes())
                .put("storedBytes", generation.storedBytes())
                .put("frozenMillis", generation.frozen().toMillis())
                .put("slowedMillis", generation.slowed().toMillis())
                .put("taken", generation.taken().toString())
                .put("good", generation.isGood())
                .put("restoreFailures", generation.restoreFailures())
                .put("pinned", generation.pinned())
                .put("manifest", generation.manifest().hex())
                .put("localOnly", generation.copies().size() < 2);
    }

    private static ObjectNode of(UnfitNode unfit) {
        return Json.object()
                .put("node", unfit.node().name())
                .put("reason", unfit.reason())
                .put("times", unfit.times())
                .put("until", unfit.until().toString());
    }

    /// {@return a copy of a checkpoint that was looked at}
    ///
    /// @param state `good`, `damaged` or `unreachable`
    public static ObjectNode copy(GenerationId id, NodeId node, String state) {
        return Json.object()
                .put("id", id.toString())
                .put("node", node.name())
                .put("state", state)
                .put("chunks", 0)
                .put("repaired", 0)
                .put("problem", "");
    }

    /// {@return what differs between two checkpoints}
    public static ObjectNode of(GenerationDiff diff) {
        var view =
                Json.object()
                        .put("from", diff.from().toString())
                        .put("to", diff.to().toString())
                        .put("newChunks", diff.newChunks())
                        .put("newBytes", diff.newBytes())
                        .put("newPages", diff.newPages())
                        .put("sharedChunks", diff.sharedChunks());
        view.set(
                "parts",
                Json.list(
                        diff.parts().stream()
                                .map(part ->
                                        Json.object()
                                                .put("kind", Json.word(part.kind()))
                                                .put("name", part.name())
                                                .put("change", Json.word(part.change()))
                                                .put("fromBytes", part.fromBytes())
                                                .put("toBytes", part.toBytes())
                                                .put("newChunks", part.newChunks()))
                                .toList()));
        return view;
    }

    /// {@return what is in a checkpoint}
    public static ObjectNode of(ObjectNode view, GenerationContents contents) {
        view.put("id", contents.id().toString())
                .put("engine", contents.engine())
                .put("stdoutBytes", contents.stdoutBytes())
                .put("stderrBytes", contents.stderrBytes());
        var parts = view.putArray("parts");
        contents.parts()
                .forEach(part ->
                        parts.addObject()
                                .put("kind", part.kind())
                                .put("name", part.name())
                                .put("bytes", part.bytes()));
        var facts = view.putArray("facts");
        contents.facts()
                .forEach(fact ->
                        facts.addObject().put("name", fact.name()).put("value", fact.value()));
        return view;
    }
}
