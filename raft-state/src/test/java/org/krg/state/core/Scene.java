// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.Command;
import org.krg.state.command.GenerationCommand.CommitGeneration;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.NodeCommand.DeclareNodeLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.ProcessCommand.Place;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportStarted;
import org.krg.state.command.Refusal;
import org.krg.state.event.Event;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StopOrder;
import org.krg.state.model.Usage;
import org.krg.testkit.Samples;

/// A cluster state that a test leads to where it wants it, and a clock that only the test moves.
final class Scene {
    static final Usage USAGE = new Usage(Duration.ofMillis(1_500), 1 << 20);

    private ClusterImage image = ClusterImage.EMPTY;
    private Instant now = Samples.START;

    /// {@return a scene with nodes n1, n2 and n3 registered}
    static Scene withThreeNodes() {
        var scene = new Scene();
        List.of(Samples.HOME, Samples.AWAY, Samples.THIRD).forEach(scene::register);
        return scene;
    }

    ClusterImage image() {
        return image;
    }

    Instant now() {
        return now;
    }

    Scene later(Duration time) {
        now = now.plus(time);
        return this;
    }

    /// Has the rules accept `command`, and returns the events.
    List<Event> accept(Command command) {
        return accepted(command).events();
    }

    Decision.Accept accepted(Command command) {
        var decision = ClusterStateMachine.decide(image, command);
        assertThat(decision).isInstanceOf(Decision.Accept.class);
        var accept = (Decision.Accept) decision;
        if (!accept.events().isEmpty()) {
            var reached = image.revision().next();
            image = ClusterStateMachine.fold(image, reached, accept.events());
        }
        return accept;
    }

    /// Has the rules refuse `command` for that reason, and returns the sentence.
    String refuse(Refusal refusal, Command command) {
        var decision = ClusterStateMachine.decide(image, command);
        assertThat(decision).isInstanceOf(Decision.Refuse.class);
        var refuse = (Decision.Refuse) decision;
        assertThat(refuse.refusal()).as(refuse.detail()).isEqualTo(refusal);
        return refuse.detail();
    }

    void register(NodeId node) {
        accept(new RegisterNode(Samples.node(node, 1), now));
    }

    ProcessId submit(String name, JobSpec spec) {
        var created = accepted(new SubmitJob(name, spec, Samples.ALICE, now)).created();
        return image.processesOf(new JobId(created)).getFirst().id();
    }

    void place(ProcessId process, NodeId node) {
        accept(new Place(process, epoch(process), node, Samples.chooses(node), now));
    }

    void start(ProcessId process) {
        accept(new ReportStarted(process, epoch(process), host(process), now));
    }

    /// {@return a job's process that runs on `node`}
    ProcessId running(String name, JobSpec spec, NodeId node) {
        var process = submit(name, spec);
        place(process, node);
        start(process);
        return process;
    }

    Generation commit(ProcessId process, long number, NodeId... copies) {
        var generation = Samples.generation(process, number, epoch(process), copies);
        accept(new CommitGeneration(generation, 1));
        return generation;
    }

    void lose(NodeId node) {
        var starts = image.nodes().require(node).agentStarts();
        accept(new DeclareNodeLost(node, starts, now));
    }

    void stop(ProcessId process) {
        var order = new StopOrder(15, Duration.ofSeconds(10), now);
        accept(new StopJob(process(process).job(), order));
    }

    List<Event> exit(ProcessId process, int code) {
        return accept(exitReport(process, code));
    }

    ReportExit exitReport(ProcessId process, int code) {
        return new ReportExit(
                process, epoch(process), host(process), new Outcome.Exited(code, USAGE), now);
    }

    List<Event> failStart(ProcessId process, String reason) {
        return accept(startFailed(process, reason));
    }

    ReportStartFailed startFailed(ProcessId process, String reason) {
        return new ReportStartFailed(
                process, epoch(process), host(process), reason, false, 125, now);
    }

    HostedProcess process(ProcessId process) {
        return image.processes().require(process);
    }

    Phase phase(ProcessId process) {
        return process(process).phase();
    }

    Epoch epoch(ProcessId process) {
        return process(process).epoch();
    }

    NodeId host(ProcessId process) {
        return phase(process).host().orElseThrow();
    }

    Optional<Generation> generation(ProcessId process, long number) {
        return image.generations().find(new GenerationId(process, number));
    }
}
