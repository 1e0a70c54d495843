// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.host.core.CheckpointInterval;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.FailedStart;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Usage;
import org.krg.state.model.Verdict;

/// A process.
public final class ProcessView {
    private ProcessView() {}

    /// {@return all processes, without what was thought of each node}
    public static List<ObjectNode> all(ClusterImage image) {
        return image.processes().values().stream().map(process -> brief(image, process)).toList();
    }

    /// {@return one process with its latest placement decision and how often it is checkpointed}
    public static ObjectNode of(ClusterImage image, HostedProcess process) {
        var view = brief(image, process);
        interval(image, process).ifPresent(interval -> view.set("checkpointInterval", interval));
        process.decision().ifPresent(decision -> view.set("decision", of(decision)));
        return view;
    }

    /// {@return how often a process that is not over is checkpointed; empty if only on demand}
    public static Optional<ObjectNode> interval(ClusterImage image, HostedProcess process) {
        return process.phase() instanceof Phase.Ended
                ? Optional.empty()
                : CheckpointInterval.of(image, process).map(IntervalView::of);
    }

    static ObjectNode brief(ClusterImage image, HostedProcess process) {
        return brief(image, process, image.jobs().require(process.job()));
    }

    /// {@return a process whose job may be forgotten already}
    static ObjectNode of(ClusterImage image, HostedProcess process, Optional<Job> job) {
        return job.map(known -> brief(image, process, known)).orElseGet(() -> bare(process));
    }

    private static ObjectNode brief(ClusterImage image, HostedProcess process, Job job) {
        var spec = job.spec();
        var view =
                bare(process)
                        .put("target", job.name() + "/" + process.rank())
                        .put("job", job.name())
                        .put("user", spec.runAs().name())
                        .put("cpuMillis", spec.reserve().cpuMillis())
                        .put("memoryBytes", spec.reserve().memoryBytes());
        view.set("command", Json.texts(spec.program().command()));
        if (process.epoch().value() == 0 && process.phase() instanceof Phase.Waiting) {
            view.put("since", job.submitted().toString());
        }
        image.generationsOf(process.id()).stream()
                .reduce((_, newer) -> newer)
                .ifPresent(last ->
                        view.set(
                                "lastCheckpoint",
                                Json.object()
                                        .put("id", last.id().toString())
                                        .put("number", last.id().number())
                                        .put("taken", last.taken().toString())));
        return view;
    }

    private static ObjectNode bare(HostedProcess process) {
        var view =
                Json.object()
                        .put("id", process.id().value())
                        .put("jobId", process.job().value())
                        .put("rank", process.rank())
                        .put("phase", phase(process.phase()))
                        .put("epoch", process.epoch().value())
                        .put("restarts", process.restarts());
        process.address().ifPresent(address -> view.put("address", address.toString()));
        if (process.frozen()) {
            view.put("frozen", true);
        }
        switch (process.phase()) {
            case Phase.Waiting(var origin, _, _, var reason) ->
                    view.put("origin", text(origin)).put("reason", reason);
            case Phase.Starting(var node, var origin, var since) ->
                    stand(view, node.name(), origin, since);
            case Phase.Running(var node, var origin, var since) ->
                    stand(view, node.name(), origin, since);
            case Phase.Ended(var outcome, var node, var at) -> {
                node.ifPresent(last -> view.put("node", last.name()));
                view.put("since", at.toString()).set("outcome", of(outcome));
            }
        }
        if (!process.failures().isEmpty()) {
            view.set(
                    "failures",
                    Json.list(process.failures().stream().map(ProcessView::of).toList()));
        }
        return view;
    }

    private static void stand(ObjectNode view, String node, Origin origin, Instant since) {
        view.put("node", node).put("origin", text(origin)).put("since", since.toString());
    }

    /// {@return `start` or `checkpoint N`}
    static String text(Origin origin) {
        return switch (origin) {
            case Origin.Beginning _ -> "start";
            case Origin.Checkpoint(var number) -> "checkpoint " + number;
        };
    }

    private static String phase(Phase phase) {
        return switch (phase) {
            case Phase.Waiting _ -> "waiting";
            case Phase.Starting _ -> "starting";
            case Phase.Running _ -> "running";
            case Phase.Ended _ -> "ended";
        };
    }

    private static ObjectNode of(Outcome outcome) {
        var view = Json.object();
        switch (outcome) {
            case Outcome.Exited(var code, var usage) ->
                    used(view.put("kind", "exited").put("code", code), usage);
            case Outcome.Signaled(var signal, var usage) ->
                    used(view.put("kind", "signaled").put("signal", signal), usage);
            case Outcome.NotStarted(var code, var reason) ->
                    view.put("kind", "not-started").put("code", code).put("reason", reason);
            case Outcome.LostForGood(var reason) -> view.put("kind", "lost").put("reason", reason);
            case Outcome.Cancelled _ ->
                    view.put("kind", "cancelled")
                            .put("reason", "stopped while it waited for a node");
        }
        return view.put("exitCode", outcome.exitCode());
    }

    private static void used(ObjectNode view, Usage usage) {
        view.put("cpuSeconds", Json.seconds(usage.cpu()))
                .put("maxMemoryBytes", usage.maxMemoryBytes());
    }

    private static ObjectNode of(FailedStart failed) {
        return Json.object()
                .put("node", failed.node().name())
                .put("epoch", failed.epoch().value())
                .put("origin", text(failed.origin()))
                .put("reason", failed.reason())
                .put("at", failed.at().toString());
    }

    static ObjectNode of(PlacementDecision decision) {
        var view = Json.object().put("policy", decision.policy());
        decision.chosen().ifPresent(node -> view.put("chosen", node.name()));
        view.put("at", decision.at().toString());
        view.set("verdicts", Json.list(decision.verdicts().stream().map(ProcessView::of).toList()));
        return view;
    }

    private static ObjectNode of(Verdict verdict) {
        var view =
                Json.object()
                        .put("node", verdict.node().name())
                        .put("feasible", verdict.feasible())
                        .put("score", verdict.score());
        view.set("reasons", Json.texts(verdict.reasons()));
        return view;
    }
}
