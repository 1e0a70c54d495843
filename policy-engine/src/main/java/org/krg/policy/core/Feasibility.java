// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.policy.model.ProgramFacts;
import org.krg.policy.model.Situation;
import org.krg.state.core.FileHome;
import org.krg.state.model.Capabilities;
import org.krg.state.model.Engine;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Phase;
import org.krg.state.model.Resources;

/// The rules that a node must pass before it is scored. Each answers with the reason it rejects a
/// node.
final class Feasibility {
    private final Situation situation;
    private final HostedProcess process;
    private final JobSpec spec;

    Feasibility(Situation situation, HostedProcess process) {
        this.situation = situation;
        this.process = process;
        this.spec = situation.image().jobs().require(process.job()).spec();
    }

    /// {@return every reason why the process cannot go to `node` now; empty when it can}
    List<String> objections(Node node) {
        return Stream.of(
                        ready(node),
                        open(node),
                        allowed(node),
                        user(node),
                        engine(node),
                        network(node),
                        restorable(node),
                        tried(node),
                        copy(),
                        file(),
                        program(node),
                        room("cpu", node, Resources::cpuMillis, Feasibility::cores),
                        room("memory", node, Resources::memoryBytes, Feasibility::mebibytes))
                .flatMap(Optional::stream)
                .toList();
    }

    /// {@return what `node` would have set aside with the process on it}
    Resources reservedWith(Node node) {
        return reserved(node).plus(spec.reserve());
    }

    private Resources reserved(Node node) {
        return situation.occupancy().on(node.id()).reserved();
    }

    private static Optional<String> ready(Node node) {
        return reject(node.state() != Node.State.READY, "the node is lost since " + node.since());
    }

    private static Optional<String> open(Node node) {
        return reject(node.cordoned(), "the node is cordoned: it gets nothing new");
    }

    private Optional<String> allowed(Node node) {
        return reject(
                !spec.onlyOn().isEmpty() && !spec.onlyOn().contains(node.id()),
                "the job may only run on " + spec.onlyOn());
    }

    private Optional<String> user(Node node) {
        var capabilities = node.capabilities();
        return reject(
                !capabilities.root() && capabilities.uid() != spec.runAs().uid(),
                "its agent runs as uid "
                        + capabilities.uid()
                        + " and cannot host uid "
                        + spec.runAs().uid());
    }

    private Optional<String> engine(Node node) {
        var wanted = spec.checkpoint().engine();
        var periodic = spec.checkpoint().schedule().isPeriodic();
        return reject(
                periodic && !node.capabilities().engines().contains(wanted),
                "it does not offer the checkpoint engine " + wanted.word());
    }

    private Optional<String> network(Node node) {
        return spec.cellNetwork()
                .filter(pool -> !node.capabilities().cellNetwork().equals(Optional.of(pool)))
                .map(pool -> "cells cannot have addresses of " + pool + " there");
    }

    private Optional<String> restorable(Node node) {
        if (!(process.phase() instanceof Phase.Waiting(Origin.Checkpoint(var number), _, _, _))) {
            return Optional.empty();
        }
        var capabilities = node.capabilities();
        var engine = spec.checkpoint().engine();
        if (!capabilities.engines().contains(engine)) {
            return Optional.of(
                    "it cannot restore a checkpoint: "
                            + (engine == Engine.COOPERATIVE
                                    ? "cells are not isolated there"
                                    : "no CRIU passed its self-test"));
        }
        return takenOn(number)
                .filter(_ -> engine == Engine.CRIU)
                .filter(source -> !source.architecture().equals(capabilities.architecture()))
                .map(source -> "the checkpoint was taken on " + source.architecture());
    }

    /// A node that could not restore it is not asked again at once.
    private Optional<String> tried(Node node) {
        if (node.state() != Node.State.READY) {
            return Optional.empty();
        }
        return origin().flatMap(generation ->
                generation.unfit().stream()
                        .filter(unfit -> unfit.holds(node, situation.now()))
                        .findFirst()
                        .map(unfit ->
                                "it could not bring checkpoint %s back and is tried again at %s: %s"
                                        .formatted(
                                                generation.id(), unfit.until(), unfit.reason())));
    }

    /// It has to come from somewhere.
    private Optional<String> copy() {
        return origin().filter(generation -> generation.copies().stream().noneMatch(this::isReady))
                .map(generation ->
                        generation.copies().isEmpty()
                                ? "no node has checkpoint " + generation.id()
                                : "no node that has checkpoint %s is ready: it is on %s"
                                        .formatted(
                                                generation.id(),
                                                generation.copies().stream()
                                                        .map(NodeId::name)
                                                        .collect(Collectors.joining(", "))));
    }

    private boolean isReady(NodeId id) {
        return situation
                .image()
                .nodes()
                .find(id)
                .filter(node -> node.state() == Node.State.READY)
                .isPresent();
    }

    private Optional<Generation> origin() {
        return process.phase() instanceof Phase.Waiting(Origin.Checkpoint(var number), _, _, _)
                ? generation(number)
                : Optional.empty();
    }

    /// Whoever puts shared memory back needs the file that it is.
    private Optional<String> file() {
        if (!(process.phase() instanceof Phase.Waiting(Origin.Checkpoint(var number), _, _, _))) {
            return Optional.empty();
        }
        var image = situation.image();
        return generation(number).stream()
                .flatMap(generation -> generation.segments().stream())
                .flatMap(saved -> image.segments().current(saved.segment().id()).stream())
                .filter(segment -> segment.returning() && FileHome.isLost(image, segment))
                .findFirst()
                .map(segment ->
                        "segment %s is put back into the file %s, whose node is lost"
                                .formatted(segment.name(), segment.backing().orElseThrow()));
    }

    private Optional<Generation> generation(long number) {
        return situation.image().generations().find(new GenerationId(process.id(), number));
    }

    private Optional<Capabilities> takenOn(long number) {
        return generation(number)
                .flatMap(generation -> generation.copies().stream().findFirst())
                .flatMap(situation.image().nodes()::find)
                .map(Node::capabilities);
    }

    private Optional<String> program(Node node) {
        if (node.state() != Node.State.READY) {
            return Optional.empty();
        }
        var facts = situation.factsOf(node.id());
        return reject(
                facts.presence() != ProgramFacts.Presence.SAME,
                switch (facts.presence()) {
                    case SAME -> "";
                    case MISSING -> "no such program: " + facts.detail();
                    case DIFFERENT -> "another program of that name: " + facts.detail();
                    case UNKNOWN -> "it did not say whether it has the program: " + facts.detail();
                });
    }

    private Optional<String> room(
            String what, Node node, ToLongFunction<Resources> amount, LongFunction<String> text) {
        var has = amount.applyAsLong(node.capacity());
        var wants = amount.applyAsLong(spec.reserve());
        var free = has - amount.applyAsLong(reserved(node));
        return reject(
                wants > free,
                "%s: wants %s, has %s of %s free"
                        .formatted(what, text.apply(wants), text.apply(free), text.apply(has)));
    }

    private static String cores(long millis) {
        return String.format(Locale.ROOT, "%.1f", millis / 1_000.0);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private static Optional<String> reject(boolean rejected, String reason) {
        return rejected ? Optional.of(reason) : Optional.empty();
    }
}
