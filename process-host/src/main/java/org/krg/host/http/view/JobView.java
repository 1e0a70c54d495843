// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Predicate;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.CheckpointSchedule;
import org.krg.state.model.GroupCut;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Phase;
import org.krg.state.model.Program;
import org.krg.state.model.RestartPolicy;

/// A job, with its processes.
public final class JobView {
    private JobView() {}

    /// {@return all jobs, without their environments: those often hold secrets, and who lists jobs
    /// does so on screens and in reports that others see}
    public static List<ObjectNode> all(ClusterImage image) {
        return image.jobs().values().stream().map(job -> brief(image, job)).toList();
    }

    private static ObjectNode brief(ClusterImage image, Job job) {
        var view = of(image, job);
        view.withObject("/spec").remove("environment");
        return view;
    }

    /// {@return one job}
    public static ObjectNode of(ClusterImage image, Job job) {
        var processes = image.processesOf(job.id());
        var view =
                Json.object()
                        .put("id", job.id().value())
                        .put("name", job.name())
                        .put("state", state(job, processes));
        if (isOver(processes)) {
            view.put("exitCode", exitCode(job, processes));
        }
        view.put("submitted", job.submitted().toString()).put("owner", job.owner().name());
        view.set("command", Json.texts(job.spec().program().command()));
        view.set(
                "processes",
                Json.list(processes.stream().map(it -> ProcessView.brief(image, it)).toList()));
        job.cut().ifPresent(cut -> view.set("cut", of(cut)));
        view.set("spec", of(job.spec()));
        return view;
    }

    private static ObjectNode of(GroupCut cut) {
        var view = Json.object().put("number", cut.number());
        return switch (cut.state()) {
            case GroupCut.State.UnderWay _ ->
                    view.put("state", "under-way")
                            .put("still", count(cut, GroupCut.Part::still))
                            .put("saved", count(cut, part -> part.saved().isPresent()));
            case GroupCut.State.Committed _ -> view.put("state", "committed");
            case GroupCut.State.Abandoned(var reason) ->
                    view.put("state", "abandoned").put("reason", reason);
        };
    }

    private static long count(GroupCut cut, Predicate<GroupCut.Part> those) {
        return cut.parts().stream().filter(those).count();
    }

    static String state(Job job, List<HostedProcess> processes) {
        if (isOver(processes)) {
            return "ended";
        }
        if (job.stop().isPresent()) {
            return "stopping";
        }
        return processes.stream().anyMatch(it -> it.phase() instanceof Phase.Running)
                ? "running"
                : "waiting";
    }

    private static boolean isOver(List<HostedProcess> processes) {
        return processes.stream().allMatch(it -> it.phase() instanceof Phase.Ended);
    }

    /// The code of the rank whose failure ended the others, else the first that is not 0 in the
    /// order of the ranks.
    private static int exitCode(Job job, List<HostedProcess> processes) {
        var failed =
                processes.stream()
                        .map(HostedProcess::phase)
                        .filter(Phase.Ended.class::isInstance)
                        .map(Phase.Ended.class::cast)
                        .filter(end -> end.outcome().exitCode() != 0)
                        .toList();
        return failed.stream()
                .filter(end -> job.stop().filter(stop -> stop.at().equals(end.at())).isPresent())
                .findFirst()
                .or(() -> failed.stream().findFirst())
                .map(end -> end.outcome().exitCode())
                .orElse(0);
    }

    private static ObjectNode of(JobSpec spec) {
        var view = of(spec.program());
        view.put("user", spec.runAs().name())
                .put("uid", spec.runAs().uid())
                .put("cpuMillis", spec.reserve().cpuMillis())
                .put("memoryBytes", spec.reserve().memoryBytes());
        view.set(
                "limits",
                Json.object()
                        .put("cpuMillis", spec.limits().cpuMillis())
                        .put("memoryBytes", spec.limits().memoryBytes())
                        .put("processes", spec.limits().processes()));
        view.set("restart", of(spec.restart()));
        view.put("recovery", Json.word(spec.recovery()));
        view.set("checkpoint", of(spec.checkpoint()));
        view.put("onPartition", Json.word(spec.onPartition()));
        view.put("network", spec.cellNetwork().isPresent() ? "cell" : "host");
        view.put("ranks", spec.ranks());
        view.set("onlyOn", Json.texts(spec.onlyOn()));
        return view;
    }

    private static ObjectNode of(Program program) {
        var view = Json.object();
        view.set("command", Json.texts(program.command()));
        view.put("executable", program.executable())
                .put("digest", program.digest().hex())
                .put("workingDirectory", program.workingDirectory());
        var environment = view.putObject("environment");
        program.environment().forEach(it -> environment.put(it.name(), it.value()));
        var rlimits = view.putObject("rlimits");
        for (var limit : program.rlimits()) {
            rlimits.putObject(Json.word(limit.resource()))
                    .put("soft", limit.soft())
                    .put("hard", limit.hard());
        }
        return view.put("umask", program.umask())
                .put("stdin", program.stdinOpen())
                .put("terminal", program.terminal());
    }

    private static ObjectNode of(RestartPolicy restart) {
        return Json.object()
                .put("when", Json.word(restart.when()))
                .put("max", restart.maxRestarts())
                .put("backOffSeconds", Json.seconds(restart.backOff()));
    }

    private static ObjectNode of(CheckpointPolicy checkpoint) {
        var view = Json.object().put("engine", Json.word(checkpoint.engine()));
        switch (checkpoint.schedule()) {
            case CheckpointSchedule.OnDemand _ -> view.put("everySeconds", 0);
            case CheckpointSchedule.Every(var interval) ->
                    view.put("everySeconds", Json.seconds(interval));
            case CheckpointSchedule.Adaptive _ -> view.put("everySeconds", "auto");
        }
        view.put("copies", checkpoint.copies())
                .put("fileLimitBytes", checkpoint.fileLimitBytes())
                .put("keep", checkpoint.keep())
                .put("keepForSeconds", Json.seconds(checkpoint.keepFor()))
                .put("quotaBytes", checkpoint.quotaBytes());
        checkpoint.ownDirectory().ifPresent(path -> view.put("ownDirectory", path));
        return view;
    }
}
