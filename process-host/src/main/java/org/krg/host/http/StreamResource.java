// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.host.HostFailure;
import org.krg.host.OutputStreamName;
import org.krg.host.http.body.SignalBody;
import org.krg.host.http.body.TerminalBody;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.stream.LogFollower;
import org.krg.host.http.stream.Outputs;
import org.krg.host.http.stream.Streams;
import org.krg.host.http.view.Json;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// What reaches a running program and what comes from it: signals, input, output.
final class StreamResource {
    private static final long LARGEST_OFFSET = LogFollower.LARGEST_OFFSET;

    /// What is sent to a process that is being moved waits so long.
    private static final Duration MOVE_LIMIT = Duration.ofSeconds(20);

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Peers peers;
    private final Outputs outputs;
    private final Streams streams;

    StreamResource(NodeId self, ApiParts parts, Replica replica, Peers peers, Streams streams) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.peers = peers;
        this.outputs = new Outputs(self, parts.local(), peers, replica);
        this.streams = streams;
    }

    HttpResponse logs(Call call) {
        var image = replica.read(call.isStale());
        var wish =
                new LogFollower.Wish(
                        Targets.process(image, call.path("target")).id(),
                        streams(call.find("stream").orElse("stdout")),
                        call.number("offset", 0, LARGEST_OFFSET),
                        call.number("last", LARGEST_OFFSET, LARGEST_OFFSET),
                        call.flag("follow"),
                        call.caller());
        var follower = new LogFollower(replica, outputs, wish);
        if (!wish.follow()) {
            follower.requireReadable();
        }
        return streams.open(follower::run);
    }

    private static List<OutputStreamName> streams(String text) {
        return switch (text) {
            case "stdout" -> List.of(OutputStreamName.STDOUT);
            case "stderr" -> List.of(OutputStreamName.STDERR);
            case "both" -> List.of(OutputStreamName.STDOUT, OutputStreamName.STDERR);
            default ->
                    throw new HostFailure(
                            HostFailure.Code.USAGE,
                            "the parameter stream is stdout, stderr or both, not \"" + text + "\"",
                            "");
        };
    }

    /// A piece of output that this node has, for another agent.
    HttpResponse output(Call call) {
        var chunk =
                parts.local()
                        .output(
                                number(call),
                                epoch(call),
                                streams(call.find("stream").orElse("stdout")).getFirst(),
                                call.number("offset", 0, LARGEST_OFFSET),
                                Outputs.PIECE);
        return Call.json(HttpStatus.OK, Outputs.view(chunk));
    }

    /// Where an incarnation of this node was brought back, for another agent.
    HttpResponse restartMark(Call call) {
        var marks = parts.local().restartMarks(number(call), epoch(call));
        return Call.json(HttpStatus.OK, Outputs.view(marks.stream().reduce((_, newer) -> newer)));
    }

    /// This node may not have heard of it yet.
    private static ProcessId number(Call call) {
        var text = call.path("target");
        if (!text.matches("[0-9]{1,18}")) {
            throw new HostFailure(
                    HostFailure.Code.USAGE, "agents name a process by its number", "");
        }
        return new ProcessId(Long.parseLong(text));
    }

    private static Epoch epoch(Call call) {
        return new Epoch(call.number("epoch", 0, Long.MAX_VALUE));
    }

    /// Hands bytes to a program. While it is being moved nothing is taken: whoever sends tries
    /// again.
    HttpResponse stdin(Call call) {
        var image = standing(call, call.path("target"));
        var process = Targets.process(image, call.path("target"));
        var host = Targets.host(image, process);
        if (!host.equals(self)) {
            return call.caller().forwarded()
                    ? written(image, 0, false)
                    : peers.pass(
                            Targets.node(image, host.name()),
                            call.caller(),
                            call.request(),
                            Failures::response);
        }
        var bytes = call.request().content().array();
        var end = call.flag("eof");
        try {
            var taken = parts.local().writeStdin(process.id(), process.epoch(), bytes, end);
            return written(image, taken, end && taken == bytes.length);
        } catch (HostFailure failure) {
            var now = replica.image();
            if (wasRefused(failure) && (isHeld(now, process.id()) || hasMoved(now, process))) {
                return written(now, 0, false);
            }
            throw failure;
        }
    }

    /// {@return whether nothing was handed over} After another failure nobody knows how much was.
    private static boolean wasRefused(HostFailure failure) {
        return failure.code() == HostFailure.Code.CONFLICT
                || failure.code() == HostFailure.Code.NOT_FOUND;
    }

    /// Tells a program how large its terminal is; the node that hosts it does.
    HttpResponse resize(Call call) {
        var size = call.body(TerminalBody.class);
        var image = standing(call, call.path("target"));
        var process = Targets.process(image, call.path("target"));
        var host = Targets.host(image, process);
        if (!host.equals(self)) {
            return peers.pass(
                    Targets.node(image, host.name()),
                    call.caller(),
                    call.request(),
                    Failures::response);
        }
        if (!image.jobs().require(process.job()).spec().program().terminal()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "process " + process.id() + " has no terminal",
                    "`krg-admin run -it` gives a program one");
        }
        parts.local().resize(process.id(), process.epoch(), size.height(), size.width());
        return Call.one(
                image, Json.object().put("rows", size.height()).put("columns", size.width()));
    }

    private static HttpResponse written(ClusterImage image, int bytes, boolean ended) {
        return Call.one(image, Json.object().put("written", bytes).put("ended", ended));
    }

    private static boolean hasMoved(ClusterImage image, HostedProcess process) {
        return image.migrations().values().stream()
                .map(Migration::route)
                .filter(route -> route.process().equals(process.id()))
                .filter(route -> route.epoch().equals(process.epoch()))
                .anyMatch(route ->
                        image.processes()
                                .find(process.id())
                                .filter(now -> now.epoch().compareTo(process.epoch()) > 0)
                                .isPresent());
    }

    /// {@return the state once a process is not being moved, or has been for too long}
    private ClusterImage standing(Call call, String target) {
        var image = replica.read(false);
        var process = Targets.process(image, target).id();
        return replica.await(
                        now -> !isHeld(now, process) || call.context().isCancelled(), MOVE_LIMIT)
                .orElse(image);
    }

    private static boolean isHeld(ClusterImage image, ProcessId process) {
        return image.activeMigration(process).filter(Migration::holdsSource).isPresent();
    }

    /// Signals the processes of a job, each where it runs.
    HttpResponse signal(Call call) {
        var body = call.body(SignalBody.class);
        var number = body.number();
        var job = Targets.job(replica.read(false), call.path("job"));
        var image =
                replica.await(
                                now ->
                                        now.processesOf(job.id()).stream()
                                                .noneMatch(it -> isHeld(now, it.id())),
                                MOVE_LIMIT)
                        .orElseGet(replica::image);
        var reached = new ArrayList<Long>();
        var hosts = new ArrayList<NodeId>();
        for (var process : image.processesOf(job.id())) {
            var host = process.phase().host();
            if (host.filter(self::equals).isPresent()) {
                parts.local().signal(process.id(), process.epoch(), number, body.isForAll());
                reached.add(process.id().value());
            } else if (host.isPresent() && !hosts.contains(host.get())) {
                hosts.add(host.get());
            }
        }
        if (!call.caller().forwarded()) {
            for (var host : hosts) {
                reached.addAll(signalAt(call, image, host));
            }
        }
        if (reached.isEmpty()) {
            throw nothingRuns(image, job.name(), image.processesOf(job.id()));
        }
        var view = Json.object().put("job", job.name()).put("signal", number);
        var processes = view.putArray("processes");
        reached.forEach(processes::add);
        return Call.one(image, view);
    }

    private List<Long> signalAt(Call call, ClusterImage image, NodeId host) {
        var reply = peers.post(Targets.node(image, host.name()), call.caller(), call.request());
        var reached = new ArrayList<Long>();
        reply.path("processes").forEach(id -> reached.add(id.asLong()));
        return reached;
    }

    private static HostFailure nothingRuns(
            ClusterImage image, String job, List<HostedProcess> processes) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "no process of job " + job + " runs now",
                image.lives(processes.getFirst().job())
                        ? "`krg-admin job explain " + job + "` tells what it waits for"
                        : "it has ended");
    }
}
