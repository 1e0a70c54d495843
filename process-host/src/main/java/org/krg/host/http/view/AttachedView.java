// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.krg.host.model.SegmentProgram;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.model.Attachment.Mapping;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Segment;

/// Which processes of one node have a segment.
public final class AttachedView {
    private AttachedView() {}

    /// {@return the node's answer}
    public static ObjectNode of(
            ClusterImage image, Segment segment, List<SegmentProgram> programs) {
        var view = Json.object().put("segment", segment.name()).put("id", segment.id().value());
        view.set("attached", Json.list(programs.stream().map(it -> program(image, it)).toList()));
        return view;
    }

    private static ObjectNode program(ClusterImage image, SegmentProgram program) {
        var attachment = program.attachment();
        var view = Json.object().put("pid", attachment.pid()).put("uid", attachment.uid());
        view.put("gid", attachment.gid());
        program.user().ifPresent(name -> view.put("user", name));
        view.put("command", program.command());
        program.process().ifPresent(id -> process(view, image, id));
        view.put("handles", attachment.handles())
                .put("threads", attachment.threads())
                .put("detached", attachment.detached());
        view.set(
                "mappings",
                Json.list(attachment.mappings().stream().map(AttachedView::mapping).toList()));
        return view;
    }

    private static void process(ObjectNode view, ClusterImage image, ProcessId id) {
        view.put("process", id.value());
        image.processes()
                .find(id)
                .flatMap(process ->
                        image.jobs().find(process.job()).map(job -> target(job.name(), process)))
                .ifPresent(target -> view.put("target", target));
    }

    private static String target(String job, HostedProcess process) {
        return job + "/" + process.rank();
    }

    private static ObjectNode mapping(Mapping mapping) {
        var view =
                Json.object()
                        .put("address", "%#x".formatted(mapping.address()))
                        .put("page", mapping.first())
                        .put("pages", mapping.pages())
                        .put("offset", bytes(mapping.first()))
                        .put("bytes", bytes(mapping.pages()));
        mapping.writable().ifPresent(writable -> view.put("writable", writable));
        return view;
    }

    private static long bytes(int pages) {
        return (long) pages * PageMemory.PAGE_BYTES;
    }
}
