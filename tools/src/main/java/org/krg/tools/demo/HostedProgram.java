// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.krg.host.HostFailure;
import org.krg.tools.dev.Patience;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// The program as a job of the cluster, seen through the API.
final class HostedProgram {
    static final String NAME = "heat";

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ApiClient client;

    private HostedProgram(ApiClient client) {
        this.client = client;
    }

    /// Submits the program.
    ///
    /// @param withCheckpoints whether generations are taken; if not it starts from the beginning
    static HostedProgram submit(ApiClient client, HeatProgram program, boolean withCheckpoints) {
        var job = Json.object().put("name", NAME);
        var command = job.putArray("command");
        program.command().forEach(command::add);
        job.put("workingDirectory", "/");
        var environment = job.putObject("environment").put("PATH", "/usr/bin:/bin");
        HeatProgram.environment().forEach(environment::put);
        if (withCheckpoints) {
            job.put("recovery", "checkpoint-only");
            job.putObject("checkpoint")
                    .put("engine", "criu")
                    .put("everySeconds", DemoSettings.CHECKPOINT_EVERY_SECONDS)
                    .put("copies", 2);
        }
        client.post(ApiPath.of("jobs"), job);
        return new HostedProgram(client);
    }

    /// How the process is.
    ///
    /// @param epoch counts its incarnations
    /// @param generation number of its last checkpoint; 0 if it has none
    record State(String phase, String node, long epoch, String origin, long generation) {
        boolean isRunning() {
            return phase.equals("running");
        }

        boolean hasEnded() {
            return phase.equals("ended");
        }
    }

    /// {@return how the process is; empty while there is no quorum to tell}
    Optional<State> find() {
        try {
            return Optional.of(state(process()));
        } catch (ApiFailure withoutQuorum) {
            if (withoutQuorum.code().equals(ApiFailure.NO_QUORUM) || withoutQuorum.isUncertain()) {
                return Optional.empty();
            }
            throw withoutQuorum;
        }
    }

    /// Waits until the process is as wanted.
    ///
    /// @param wanted in words, for the failure
    /// @throws HostFailure if it ends before, or at the limit
    State await(Duration limit, String wanted, Predicate<State> condition)
            throws InterruptedException {
        var last = new AtomicReference<>(Optional.<State>empty());
        var held =
                Patience.until(
                        limit,
                        PAUSE,
                        () -> {
                            find().ifPresent(now -> last.set(Optional.of(now)));
                            return last.get()
                                    .filter(now -> condition.test(now) || now.hasEnded())
                                    .isPresent();
                        });
        return last.get()
                .filter(condition)
                .orElseThrow(
                        () -> held ? ended(wanted, last.get()) : late(wanted, limit, last.get()));
    }

    private static HostFailure ended(String wanted, Optional<State> last) {
        return new HostFailure(
                HostFailure.Code.FAILED,
                "the program ended before " + wanted + ": " + words(last),
                "give it more to do with --steps");
    }

    private static HostFailure late(String wanted, Duration limit, Optional<State> last) {
        return new HostFailure(
                HostFailure.Code.TIMED_OUT,
                "%d s have passed without %s; %s".formatted(limit.toSeconds(), wanted, words(last)),
                "the agents' logs are in nodes/*/data/log of the directory");
    }

    private static String words(Optional<State> last) {
        return last.map(state -> "it is %s on %s".formatted(state.phase(), state.node()))
                .orElse("nobody knows it");
    }

    /// {@return the exit code, once the process has ended}
    OptionalInt findExitCode() {
        var code = process().path("outcome").path("exitCode");
        return code.isInt() ? OptionalInt.of(code.asInt()) : OptionalInt.empty();
    }

    /// {@return how many generations were committed}
    long generations() {
        return state(process()).generation();
    }

    /// {@return what the last checkpoint was like}
    Optional<JsonNode> findLastCheckpoint() {
        var list = client.get(ApiPath.of("checkpoints").with("target", NAME)).path("checkpoints");
        return list.valueStream()
                .max(Comparator.comparingLong(checkpoint -> checkpoint.path("number").asLong()));
    }

    private JsonNode process() {
        return client.get(ApiPath.of("processes", NAME));
    }

    static State state(JsonNode process) {
        return new State(
                process.path("phase").asText(),
                process.path("node").asText(),
                process.path("epoch").asLong(),
                process.path("origin").asText(),
                process.path("lastCheckpoint").path("number").asLong());
    }
}
