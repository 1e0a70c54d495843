// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.cluster;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.krg.host.HostFailure;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Migration;
import org.krg.state.model.MigrationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// What the words in a path name. Each method throws [HostFailure] when there is no such thing.
public final class Targets {
    private static final String NUMBER = "[0-9]{1,18}";

    /// Jobs that a failure names: as many as are read at a glance.
    private static final int MOST_NAMED = 5;

    private Targets() {}

    /// {@return the node of that name}
    public static Node node(ClusterImage image, String name) {
        return image.nodes().stream()
                .map(entry -> entry.value())
                .filter(node -> node.id().name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        missing("node " + name, "`krg-admin node list` shows those there are"));
    }

    /// {@return what a node of that name is called, whether there is one or not}
    public static NodeId nodeId(String name) {
        if (!NodeId.isValid(name)) {
            throw missing("node " + name, "`krg-admin node list` shows those there are");
        }
        return new NodeId(name);
    }

    /// {@return the job of that name, the living one first, else the newest, or of that number}
    public static Job job(ClusterImage image, String text) {
        return findJob(image, text).orElseThrow(() -> noJob(image, text));
    }

    /// {@return the process that a job's name or number (its only one), `JOB/RANK` or a process
    /// number means}
    public static HostedProcess process(ClusterImage image, String target) {
        var slash = target.indexOf('/');
        if (slash > 0) {
            var rank = target.substring(slash + 1);
            return image.processesOf(job(image, target.substring(0, slash)).id()).stream()
                    .filter(process -> Integer.toString(process.rank()).equals(rank))
                    .findFirst()
                    .orElseThrow(() -> noProcess(image, target));
        }
        if (target.matches(NUMBER)) {
            var numbered = image.processes().find(new ProcessId(Long.parseLong(target)));
            if (numbered.isPresent()) {
                return numbered.get();
            }
        }
        return only(image, findJob(image, target).orElseThrow(() -> noProcess(image, target)));
    }

    /// {@return the processes that a job's name or number (all its ranks), `JOB/RANK` or a process
    /// number means; never none}
    public static List<HostedProcess> ranks(ClusterImage image, String target) {
        var isProcess =
                target.indexOf('/') > 0
                        || (target.matches(NUMBER)
                                && image.processes()
                                        .find(new ProcessId(Long.parseLong(target)))
                                        .isPresent());
        return isProcess
                ? List.of(process(image, target))
                : findJob(image, target)
                        .map(job -> image.processesOf(job.id()))
                        .orElseThrow(() -> noProcess(image, target));
    }

    /// {@return what `target` means now, by numbers: these mean the same for ever, where a name
    /// goes to the next job that takes it}
    public static String numbered(ClusterImage image, String target) {
        var first = ranks(image, target).getFirst();
        if (target.indexOf('/') > 0) {
            return first.job() + "/" + first.rank();
        }
        return target.matches(NUMBER) ? target : first.job().toString();
    }

    /// {@return the process of that number}
    public static HostedProcess process(ClusterImage image, ProcessId id) {
        return image.processes().find(id).orElseThrow(() -> noProcess(image, id.toString()));
    }

    /// {@return the checkpoint that `PROCESS.NUMBER` means}
    public static Generation checkpoint(ClusterImage image, String text) {
        return image.generations().find(checkpointId(text)).orElseThrow(() -> noCheckpoint(text));
    }

    /// {@return what `PROCESS.NUMBER` means, whether there is one or not}
    public static GenerationId checkpointId(String text) {
        if (!text.matches(NUMBER + "\\." + NUMBER)) {
            throw noCheckpoint(text);
        }
        var dot = text.indexOf('.');
        var process = new ProcessId(Long.parseLong(text.substring(0, dot)));
        return new GenerationId(process, Long.parseLong(text.substring(dot + 1)));
    }

    private static HostFailure noCheckpoint(String text) {
        return missing(
                "checkpoint " + text,
                "`krg-admin checkpoint list` shows those there are, as PROCESS.NUMBER");
    }

    /// {@return the operation of that number}
    public static Migration operation(ClusterImage image, String text) {
        if (!text.matches(NUMBER)) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "an operation has a number, not \"" + text + "\"",
                    "`krg-admin op list` shows those there are");
        }
        return image.migrations()
                .find(new MigrationId(Long.parseLong(text)))
                .orElseThrow(() ->
                        missing("operation " + text, "`krg-admin op list` shows those there are"));
    }

    /// {@return the segment of that name, else of that number; `#` and a number is no name}
    public static Segment segment(ClusterImage image, String text) {
        return findSegment(image, text).orElseThrow(() -> noSegment(text));
    }

    /// {@return the same, if there is one}
    public static Optional<Segment> findSegment(ClusterImage image, String text) {
        return text.startsWith("#")
                ? numberedSegment(image, text.substring(1))
                : image.segments().find(text).or(() -> numberedSegment(image, text));
    }

    private static Optional<Segment> numberedSegment(ClusterImage image, String text) {
        return text.matches(NUMBER)
                ? image.segments().known().find(new SegmentId(Long.parseLong(text)))
                : Optional.empty();
    }

    /// {@return what is told where there is none}
    public static HostFailure noSegment(String text) {
        var name = text.startsWith("#") ? text.substring(1) : text;
        return missing("segment " + name, "`krg-admin segment list` shows those there are");
    }

    /// {@return the node that hosts a process now}
    public static NodeId host(ClusterImage image, HostedProcess process) {
        return process.phase()
                .host()
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.CONFLICT,
                                "process " + name(image, process) + " does not run now",
                                "`krg-admin job explain` tells what it waits for or how it"
                                        + " ended"));
    }

    private static Optional<Job> findJob(ClusterImage image, String text) {
        return text.matches(NUMBER)
                ? image.jobs().find(new JobId(Long.parseLong(text)))
                : image.findJob(text);
    }

    private static HostedProcess only(ClusterImage image, Job job) {
        var all = image.processesOf(job.id());
        if (all.size() != 1) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "job " + job.name() + " has " + all.size() + " processes",
                    "name one: "
                            + all.stream()
                                    .limit(5)
                                    .map(it -> job.name() + "/" + it.rank())
                                    .collect(Collectors.joining(", ")));
        }
        return all.getFirst();
    }

    private static String name(ClusterImage image, HostedProcess process) {
        return process.id()
                + image.jobs()
                        .find(process.job())
                        .map(job -> " (" + job.name() + "/" + process.rank() + ")")
                        .orElse("");
    }

    private static HostFailure noJob(ClusterImage image, String text) {
        return missing(
                "job " + text,
                living(image) + "; `krg-admin job list` shows all, those that have ended too");
    }

    private static HostFailure noProcess(ClusterImage image, String target) {
        return missing(
                "process " + target,
                living(image) + "; `krg-admin ps --all` shows those that have ended too");
    }

    /// {@return which jobs have not ended, the newest first}
    private static String living(ClusterImage image) {
        var names =
                image.processes().values().reversed().stream()
                        .filter(process -> !(process.phase() instanceof Phase.Ended))
                        .map(HostedProcess::job)
                        .distinct()
                        .map(job -> image.jobs().require(job).name())
                        .limit(MOST_NAMED + 1)
                        .toList();
        if (names.isEmpty()) {
            return "no job runs or waits now";
        }
        return names.size() > MOST_NAMED
                ? "now there are " + String.join(", ", names.subList(0, MOST_NAMED)) + " and others"
                : "now there " + (names.size() == 1 ? "is " : "are ") + String.join(", ", names);
    }

    private static HostFailure missing(String what, String remedy) {
        return new HostFailure(HostFailure.Code.NOT_FOUND, "there is no " + what, remedy);
    }
}
