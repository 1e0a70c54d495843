// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.krg.state.event.AccessEvent;
import org.krg.state.event.GenerationEvent;
import org.krg.state.event.JobEvent;
import org.krg.state.event.LeaseEvent;
import org.krg.state.event.MigrationEvent;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.PolicyEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.event.Recorded;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Lease;
import org.krg.state.model.ProcessId;

/// An event. Names of jobs are looked up in the present image: an event names only what it changed.
public final class EventView {
    private EventView() {}

    /// {@return one event}
    public static ObjectNode of(ClusterImage image, Recorded recorded) {
        var view =
                Json.object()
                        .put("revision", recorded.revision().value())
                        .put("ordinal", recorded.ordinal());
        switch (recorded.event()) {
            case NodeEvent(var kind, var node, _) ->
                    view.put("type", "node." + Json.word(kind))
                            .put("target", node.id().name())
                            .put("node", node.id().name())
                            .set("object", NodeView.plain(node));
            case JobEvent(var kind, var job, _) ->
                    view.put("type", "job." + Json.word(kind))
                            .put("target", job.name())
                            .set("object", of(job));
            case ProcessEvent(var kind, var process, _) ->
                    of(view, image, Json.word(kind), process);
            case MigrationEvent(var kind, var migration, _) -> {
                view.put("type", "migration." + Json.word(kind))
                        .put("target", target(image, migration.route().process()));
                view.put("node", migration.route().to().name())
                        .set("object", MigrationView.of(image, migration));
            }
            case GenerationEvent event -> of(view, image, event);
            case LeaseEvent(var kind, var lease, _) ->
                    view.put("type", "lease." + Json.word(kind))
                            .put("target", lease.id().toString())
                            .set("object", of(lease));
            case AccessEvent event -> AccessView.of(view, event);
            case SegmentEvent event -> SegmentView.of(view, image, event);
            case PolicyEvent event -> PolicyView.of(view, event);
        }
        if (!recorded.event().detail().isEmpty()) {
            view.put("detail", recorded.event().detail());
        }
        return view;
    }

    private static void of(
            ObjectNode view, ClusterImage image, String kind, HostedProcess process) {
        view.put("type", "process." + kind).put("target", target(image, process));
        process.phase().host().or(process::lastNode).ifPresent(it -> view.put("node", it.name()));
        view.set("object", ProcessView.of(image, process, image.jobs().find(process.job())));
    }

    private static void of(ObjectNode view, ClusterImage image, GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Committed(var generation, _) ->
                    of(view.put("type", "generation.committed"), image, generation);
            case GenerationEvent.Changed(var generation, _) ->
                    of(view.put("type", "generation.changed"), image, generation);
            case GenerationEvent.Dropped(var id, _) ->
                    view.put("type", "generation.dropped")
                            .put("target", target(image, id.process()))
                            .set("object", of(id));
            case GenerationEvent.Failed(var process, var epoch, _) -> {
                view.put("type", "generation.failed").put("target", target(image, process));
                host(image, process).ifPresent(node -> view.put("node", node));
                view.set(
                        "object",
                        Json.object().put("process", process.value()).put("epoch", epoch.value()));
            }
        }
    }

    private static void of(ObjectNode view, ClusterImage image, Generation generation) {
        view.put("target", target(image, generation.id().process()));
        generation.copies().stream().findFirst().ifPresent(it -> view.put("node", it.name()));
        view.set("object", CheckpointView.of(image, generation));
    }

    private static ObjectNode of(GenerationId id) {
        return Json.object()
                .put("id", id.toString())
                .put("process", id.process().value())
                .put("number", id.number());
    }

    private static ObjectNode of(Job job) {
        var view =
                Json.object()
                        .put("id", job.id().value())
                        .put("name", job.name())
                        .put("submitted", job.submitted().toString())
                        .put("owner", job.owner().name());
        view.set("command", Json.texts(job.spec().program().command()));
        return view;
    }

    private static ObjectNode of(Lease lease) {
        return Json.object()
                .put("id", lease.id().value())
                .put("holder", lease.holder())
                .put("ttlSeconds", Json.seconds(lease.ttl()))
                .put("token", lease.token());
    }

    private static Optional<String> host(ClusterImage image, ProcessId id) {
        return image.processes()
                .find(id)
                .flatMap(process -> process.phase().host().or(process::lastNode))
                .map(Object::toString);
    }

    private static String target(ClusterImage image, ProcessId id) {
        return image.processes()
                .find(id)
                .map(process -> target(image, process))
                .orElseGet(id::toString);
    }

    private static String target(ClusterImage image, HostedProcess process) {
        return image.jobs()
                .find(process.job())
                .map(job -> job.name() + "/" + process.rank())
                .orElseGet(process.id()::toString);
    }
}
