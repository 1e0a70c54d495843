// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.host.HostFailure;
import org.krg.tools.demo.HostedProgram.State;
import org.krg.tools.demo.Measurements.Ending;
import org.krg.tools.demo.Measurements.Meanwhile;
import org.krg.tools.demo.Measurements.Recovery;
import org.krg.tools.demo.Measurements.Succession;
import org.krg.tools.dev.DevNodes;
import org.krg.tools.dev.Patience;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ClientConfig;

/// The play on a cluster that is up, act by act: a program runs, its node dies, it comes back; the
/// node returns; the leader dies; the program ends. Owned by one thread.
final class Play {
    private static final Duration ACT_LIMIT = Duration.ofMinutes(2);
    private static final Duration END_LIMIT = Duration.ofHours(2);

    private final DevNodes nodes;
    private final ApiClient client;
    private final HeatProgram program;
    private final Narration tell;
    private final ClusterView view;
    private boolean withCheckpoints;

    Play(DevNodes nodes, ApiClient client, HeatProgram program, Narration tell) {
        this.nodes = nodes;
        this.client = client;
        this.program = program;
        this.tell = tell;
        this.view = new ClusterView(nodes.cluster(), client);
    }

    /// {@return whether the cluster can save programs}
    boolean withCheckpoints() {
        return withCheckpoints;
    }

    /// Performs all acts.
    ///
    /// @param undisturbed the program's run outside the cluster, for comparison
    Measurements perform(Process undisturbed) throws IOException, InterruptedException {
        gather();
        var expected = await(undisturbed);
        tell.accept("the undisturbed run, outside the cluster, has ended: " + lastLine(expected));

        var hosted = HostedProgram.submit(client, program, withCheckpoints);
        try (var output = OutputFollower.of(anotherClient(), HostedProgram.NAME)) {
            var first = awaitStart(hosted);
            awaitGenerations(hosted, output);
            var recovery = loseNode(hosted, output, first);
            var catchUp = returnOf(first.node());
            var succession = loseLeader(hosted, output);
            var generations = hosted.generations();
            var end = awaitEnd(hosted, output, expected);
            return new Measurements(
                    Math.max(generations, hosted.generations()),
                    recovery,
                    catchUp,
                    succession,
                    end);
        }
    }

    private String await(Process undisturbed) throws IOException, InterruptedException {
        try (var _ =
                tell.meanwhile(
                        () -> "waiting for the undisturbed run, outside the cluster, to end")) {
            return HeatProgram.awaitOutput(undisturbed);
        }
    }

    private void gather() throws InterruptedException {
        var leader = awaitQuorum();
        withCheckpoints = view.offersCheckpoints();
        tell.accept(
                "%d agents, each a process with a directory of its own, form a quorum; %s leads"
                        .formatted(nodes.cluster().nodes().size(), leader));
        if (!withCheckpoints) {
            tell.accept(
                    "no checkpoints here (`krg-admin system doctor` says why): the program will"
                            + " start again from the beginning");
        }
    }

    private String awaitQuorum() throws InterruptedException {
        try (var _ = tell.meanwhile(() -> "waiting for a quorum")) {
            view.awaitAllReady();
            return view.awaitLeader("");
        }
    }

    private State awaitStart(HostedProgram hosted) throws InterruptedException {
        State state;
        try (var _ = tell.meanwhile(() -> "waiting for the program to start")) {
            state = hosted.await(ACT_LIMIT, "its start", State::isRunning);
        }
        tell.accept("submitted the program to the cluster; it runs on " + state.node());
        return state;
    }

    private void awaitGenerations(HostedProgram hosted, OutputFollower output)
            throws InterruptedException {
        if (!withCheckpoints) {
            awaitStep(output, output.lastStep() + program.steps() / 10);
            return;
        }
        for (var number = 1L; number <= DemoReport.MIN_GENERATIONS; number++) {
            var least = number;
            try (var _ =
                    tell.meanwhile(
                            () -> "waiting for checkpoint " + least + ", " + progress(output))) {
                hosted.await(
                        ACT_LIMIT, "checkpoint " + number, state -> state.generation() >= least);
            }
            hosted.findLastCheckpoint()
                    .ifPresent(checkpoint ->
                            tell.accept(
                                    "checkpoint %s at step %d: %.1f MB, %.1f MB stored new, copies on %s;"
                                                    .formatted(
                                                            checkpoint.path("id").asText(),
                                                            output.lastStep(),
                                                            megabytes(
                                                                    checkpoint.path("imageBytes")),
                                                            megabytes(
                                                                    checkpoint.path("storedBytes")),
                                                            words(checkpoint.path("copies")))
                                            + " the program stood still for %d ms"
                                                    .formatted(
                                                            checkpoint
                                                                    .path("frozenMillis")
                                                                    .asLong())));
        }
        // Some work that no checkpoint has: it will be done again.
        awaitStep(output, output.lastStep() + 2 * program.reportEvery());
    }

    private Recovery loseNode(HostedProgram hosted, OutputFollower output, State before)
            throws InterruptedException {
        var node = before.node();
        var isLeader = view.awaitLeader("").equals(node);
        tell.accept(
                "killing node %s, agent and all it hosts, with SIGKILL, at step %d%s"
                        .formatted(
                                node,
                                output.lastStep(),
                                isLeader ? "; it is also the leader" : ""));
        var killed = System.nanoTime();
        nodes.killNode(node);
        var after = awaitComeback(hosted, before);
        var recovered = since(killed);
        require(
                Patience.until(ACT_LIMIT, () -> output.comebacks() > 0),
                "the output says that the program was brought back");
        if (isLeader) {
            view.awaitLeader(node);
        }
        tell.accept(
                "the program runs again on %s, %.1f s later, from %s; %d steps are done again"
                        .formatted(
                                after.node(),
                                Narration.seconds(recovered),
                                after.origin(),
                                output.rolledBack()));
        return new Recovery(recovered, after.origin(), output.rolledBack());
    }

    private State awaitComeback(HostedProgram hosted, State before) throws InterruptedException {
        try (var _ =
                tell.meanwhile(() ->
                        "waiting until the lease of %s is over and the program runs elsewhere"
                                .formatted(before.node()))) {
            return hosted.await(
                    ACT_LIMIT,
                    "its start elsewhere",
                    state -> state.isRunning() && state.epoch() > before.epoch());
        }
    }

    private Duration returnOf(String node) throws IOException, InterruptedException {
        tell.accept("starting " + node + " again");
        var started = System.nanoTime();
        try (var _ = tell.meanwhile(() -> "waiting for " + node + " to catch up")) {
            nodes.start(List.of(node));
            view.awaitCaughtUp(node);
            view.awaitAllReady();
        }
        tell.accept(
                "%s has caught up, %.1f s after its start"
                        .formatted(node, Narration.seconds(since(started))));
        return since(started);
    }

    private Succession loseLeader(HostedProgram hosted, OutputFollower output)
            throws IOException, InterruptedException {
        var before = hosted.await(ACT_LIMIT, "its start", State::isRunning);
        var leader = view.awaitLeader("");
        tell.accept(
                "killing the agent of %s, which leads, with SIGKILL%s"
                        .formatted(
                                leader,
                                leader.equals(before.node())
                                        ? "; the program runs on that node and goes on without it"
                                        : ""));
        var killed = System.nanoTime();
        nodes.killAgent(leader);
        var next = awaitSuccessor(leader);
        var election = since(killed);
        tell.accept(
                "%s leads, %.1f s later; starting the agent of %s again"
                        .formatted(next, Narration.seconds(election), leader));
        Duration away;
        try (var _ = tell.meanwhile(() -> "waiting for " + leader + " to catch up")) {
            nodes.start(List.of(leader));
            away = since(killed);
            view.awaitCaughtUp(leader);
            awaitStep(output, output.lastStep() + program.reportEvery());
        }
        var after = hosted.await(ACT_LIMIT, "its start", State::isRunning);
        tell.accept(
                "%s has caught up; the program runs on %s, at step %d"
                        .formatted(leader, after.node(), output.lastStep()));
        var meanwhile =
                new Meanwhile(leader.equals(before.node()), away, after.epoch() == before.epoch());
        return new Succession(election, view.leaderChanges(), meanwhile);
    }

    private String awaitSuccessor(String leader) throws InterruptedException {
        try (var _ = tell.meanwhile(() -> "waiting for another leader")) {
            return view.awaitLeader(leader);
        }
    }

    private Ending awaitEnd(HostedProgram hosted, OutputFollower output, String expected)
            throws InterruptedException {
        try (var _ =
                tell.meanwhile(() -> "waiting for the end of the program, " + progress(output))) {
            hosted.await(END_LIMIT, "its end", State::hasEnded);
            require(output.awaitEnd(ACT_LIMIT), "the output comes to its end");
        }
        var exitCode = hosted.findExitCode();
        tell.accept("it has ended: " + lastLine(output.text()));
        return new Ending(exitCode, output.comebacks(), output.text(), expected);
    }

    private void awaitStep(OutputFollower output, long step) throws InterruptedException {
        var wanted = Math.min(step, program.steps());
        require(
                Patience.until(ACT_LIMIT, () -> output.lastStep() >= wanted),
                "the program prints step " + wanted);
    }

    private String progress(OutputFollower output) {
        return "at step %d of %d".formatted(output.lastStep(), program.steps());
    }

    private ApiClient anotherClient() {
        var endpoints = nodes.cluster().nodes().stream().map(node -> node.listen().api()).toList();
        return new ApiClient(ClientConfig.of(endpoints));
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static double megabytes(JsonNode bytes) {
        return bytes.asLong() / 1e6;
    }

    private static String words(JsonNode list) {
        var words = new ArrayList<String>();
        list.forEach(word -> words.add(word.asText()));
        return String.join(" and ", words);
    }

    private static String lastLine(String text) {
        return text.lines().reduce("", (_, later) -> later);
    }

    private static void require(boolean held, String what) {
        if (!held) {
            throw new HostFailure(
                    HostFailure.Code.TIMED_OUT,
                    "after " + ACT_LIMIT.toSeconds() + " s it still does not hold that " + what,
                    "the agents' logs are in nodes/*/data/log of the directory");
        }
    }
}
