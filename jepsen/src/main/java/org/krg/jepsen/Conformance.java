// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.workload.JobRequest;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;

/// Small programs that each hold something of the kernel's, and check themselves after they were
/// moved, or brought back from a checkpoint on another node.
public final class Conformance {
    /// Programs at once: as many as two cores bear.
    private static final int AT_ONCE = 4;

    private static final int MOVES = 10;

    private static final Duration TO_BE_READY = Duration.ofSeconds(60);
    private static final Duration TO_ACT = Duration.ofSeconds(90);

    /// What krg says when it saved nothing, and the program has been stopped for a moment or not at
    /// all.
    private static final Pattern REFUSAL =
            Pattern.compile("(preflight|freeze) failed: |nothing was done");

    private final Cluster cluster;
    private final Path program;
    private final Path directory;
    private final Optional<String> user;

    /// What happens to a program between its preparations and its check.
    public enum Trial {
        /// It is saved, and goes on.
        CHECKPOINT,
        /// It is saved, and brought back on another node.
        RESTORE,
        /// It is moved to another node.
        MIGRATE,
        /// It is moved ten times.
        TEN_MOVES,
        /// It is saved, and its node is killed.
        NODE_KILLED;

        /// {@return its name as a word of a command line or a job}
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// Whether all programs start on one node, which takes no more when they have.
        private boolean needsHome() {
            return this == RESTORE || this == NODE_KILLED;
        }
    }

    /// A program of the suite.
    ///
    /// @param engine that saves it: `criu`, or `cooperative` for one that is started again each
    ///   time
    public record Case(String name, String engine, String about) {
        private boolean isStartedAgain() {
            return engine.equals("cooperative");
        }
    }

    /// How a program fared.
    public enum Outcome {
        /// It is as it was.
        GOOD,
        /// krg said beforehand what it cannot save, and the program went on as it was.
        REFUSED,
        /// Anything else.
        BAD
    }

    /// What came of it.
    ///
    /// @param problem empty when it is as it was
    public record Result(Case of, Trial trial, Outcome outcome, String problem) {
        private static Result good(Case of, Trial trial) {
            return new Result(of, trial, Outcome.GOOD, "");
        }

        private boolean is(Outcome wanted) {
            return outcome == wanted;
        }
    }

    /// @param natives the directory of krg's native programs
    /// @param user whom they run as; empty for who runs the suite
    public Conformance(Cluster cluster, Path natives, Optional<String> user) {
        this.cluster = cluster;
        this.program = natives.resolve("krg-conform");
        this.user = user;
        var scratch = cluster.installation().scratch();
        this.directory = user.isPresent() ? forEverybody(scratch) : scratch;
    }

    private static Path forEverybody(Path scratch) {
        try {
            Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx--x--x"));
            var directory = Files.createTempDirectory(scratch, "programs");
            return Files.setPosixFilePermissions(
                    directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return the programs of the suite}
    public List<Case> cases() {
        try {
            var list = new ProcessBuilder(program.toString(), "--list").start();
            var text = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            var compiled =
                    text.lines()
                            .map(line -> line.split("\t", 3))
                            .map(words -> new Case(words[0], words[1], words[2]));
            return Stream.concat(compiled, Interpreted.CASES.stream()).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return what came of each program, in their order}
    public List<Result> run(List<Case> cases, Trial trial) {
        var home = cluster.nodes().getLast();
        try {
            if (trial.needsHome()) {
                cluster.nodes().forEach(node -> cluster.cordon(node, !node.equals(home)));
            }
            cases.forEach(each -> start(each, trial));
            cases.forEach(each -> awaitReady(each, trial));
            if (trial.needsHome()) {
                // What is brought back goes elsewhere.
                cluster.nodes().forEach(node -> cluster.cordon(node, node.equals(home)));
            }
            return trial == Trial.NODE_KILLED
                    ? killHome(cases, home)
                    : inParallel(cases, each -> checked(act(each, trial, () -> act(each, trial))));
        } finally {
            cluster.nodes().forEach(node -> cluster.cordon(node, false));
            cases.forEach(each -> stop(job(each, trial)));
        }
    }

    /// All are saved before the node goes, and whoever could not be saved starts again elsewhere.
    private List<Result> killHome(List<Case> cases, String home) {
        var trial = Trial.NODE_KILLED;
        var saved = inParallel(cases, each -> act(each, trial, () -> save(job(each, trial))));
        var settled = inParallel(saved, it -> it.is(Outcome.REFUSED) ? checked(it) : it);
        cluster.killNode(home);
        try {
            return inParallel(
                    settled,
                    it -> it.is(Outcome.GOOD) ? checked(awaited(it.of(), trial, home)) : it);
        } finally {
            cluster.start(home);
            cluster.awaitReady();
        }
    }

    private Result awaited(Case each, Trial trial, String home) {
        return act(each, trial, () -> awaitElsewhere(job(each, trial), home));
    }

    private static <S, T> List<T> inParallel(List<S> all, Function<S, T> work) {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var results = new ArrayList<Future<T>>();
            for (var each : all) {
                results.add(threads.submit(() -> work.apply(each)));
            }
            return all(threads, results);
        }
    }

    private static <T> List<T> all(ExecutorService threads, List<Future<T>> results) {
        var all = new ArrayList<T>();
        try {
            for (var result : results) {
                all.add(result.get());
            }
        } catch (InterruptedException | ExecutionException failure) {
            threads.shutdownNow();
            throw new CampaignFailed("the suite broke off", failure);
        }
        return all;
    }

    private void start(Case each, Trial trial) {
        var go = go(each, trial).toString();
        var command =
                Interpreted.find(each, go).orElse(List.of(program.toString(), each.name(), go));
        var isTyped = each.name().startsWith("terminal");
        var isApart = each.name().startsWith("cell-");
        var request =
                JobRequest.of(job(each, trial), directory, command)
                        .put("terminal", isTyped)
                        .put("stdin", isTyped)
                        .put("network", isApart ? "cell" : "host")
                        .put("cpuMillis", 10)
                        .put("memoryBytes", 8 << 20);
        request.putObject("checkpoint").put("engine", each.engine());
        user.ifPresent(name -> request.put("user", name));
        cluster.submit(request);
    }

    private void awaitReady(Case each, Trial trial) {
        var ready = Path.of(go(each, trial) + ".ready");
        var job = job(each, trial);
        Await.until(job + " to be ready", TO_BE_READY, () -> Files.exists(ready) || hasEnded(job));
    }

    /// Before that it has no callback yet.
    private void awaitReadyAgain(Case each, Trial trial) {
        awaitReady(each, trial);
        try {
            Files.delete(Path.of(go(each, trial) + ".ready"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String job(Case each, Trial trial) {
        return each.name() + "-" + trial.word();
    }

    private Path go(Case each, Trial trial) {
        return directory.resolve(job(each, trial));
    }

    private Result act(Case each, Trial trial, Runnable action) {
        try {
            action.run();
            return Result.good(each, trial);
        } catch (ApiFailure refused) {
            var said = String.valueOf(refused.getMessage());
            return new Result(each, trial, refusedOrBad(said), said);
        } catch (CampaignFailed failed) {
            if (failed.getCause() instanceof InterruptedException) {
                throw failed;
            }
            var said = String.valueOf(failed.getMessage());
            return new Result(each, trial, refusedOrBad(said), said);
        }
    }

    private static Outcome refusedOrBad(String said) {
        return REFUSAL.matcher(said).find() ? Outcome.REFUSED : Outcome.BAD;
    }

    /// Lets a program check itself, also one that was refused.
    private Result checked(Result result) {
        if (result.is(Outcome.BAD)) {
            return result;
        }
        var checked = act(result.of(), result.trial(), () -> check(result.of(), result.trial()));
        return checked.is(Outcome.GOOD) ? result : checked;
    }

    private void act(Case each, Trial trial) {
        var job = job(each, trial);
        switch (trial) {
            case CHECKPOINT -> save(job);
            case RESTORE -> restore(job);
            case MIGRATE -> migrate(job);
            case TEN_MOVES -> {
                for (var i = 0; i < MOVES; i++) {
                    if (each.isStartedAgain()) {
                        awaitReadyAgain(each, trial);
                    }
                    migrate(job);
                }
            }
            case NODE_KILLED -> throw new IllegalStateException("one node is killed for all");
        }
    }

    private void check(Case each, Trial trial) {
        var job = job(each, trial);
        try {
            Files.createFile(go(each, trial));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        var ended = cluster.awaitPhase(job, "ended", TO_ACT).path("outcome");
        if (ended.path("exitCode").asInt() != 0 || !ended.has("exitCode")) {
            throw new CampaignFailed(said(job) + ", exit code " + ended.path("exitCode").asText());
        }
    }

    private void migrate(String job) {
        try (var client = cluster.client()) {
            var begun =
                    client.post(
                            ApiPath.of("processes", job, "migrations"),
                            Json.object().put("to", "auto"),
                            TO_ACT);
            var path = ApiPath.of("operations", begun.path("id").asText(), "wait");
            var over = client.get(path.with("timeoutSeconds", 90), TO_ACT.multipliedBy(2));
            if (!over.path("step").asText().equals("moved")) {
                throw new CampaignFailed("not moved: " + over.path("reason").asText());
            }
        }
    }

    private void save(String job) {
        var _ = checkpoint(job);
    }

    private String checkpoint(String job) {
        try (var client = cluster.client()) {
            return client.post(ApiPath.of("processes", job, "checkpoints"), Json.object(), TO_ACT)
                    .path("id")
                    .asText();
        }
    }

    /// Its node is cordoned, so that it comes back on another one.
    private void restore(String job) {
        var node = cluster.process(job).path("node").asText();
        var id = checkpoint(job);
        try (var client = cluster.client()) {
            client.post(ApiPath.of("checkpoints", id, "restore"));
        }
        awaitElsewhere(job, node);
    }

    private void awaitElsewhere(String job, String home) {
        Await.until(
                job + " to be brought back",
                TO_ACT,
                () -> {
                    var process = cluster.process(job);
                    return process.path("epoch").asLong() > 1
                            && process.path("phase").asText().matches("running|ended");
                });
        var process = cluster.process(job);
        if (process.path("node").asText().equals(home)) {
            throw new CampaignFailed("it came back on the same node");
        }
        if (!process.path("origin").asText().startsWith("checkpoint")) {
            throw new CampaignFailed("it came back from " + process.path("origin").asText());
        }
    }

    private boolean hasEnded(String job) {
        return cluster.process(job).path("phase").asText().equals("ended");
    }

    private String said(String job) {
        return cluster.run("logs", job).out().strip();
    }

    private void stop(String job) {
        try (var client = cluster.client()) {
            client.post(ApiPath.of("jobs", job, "stop"), Json.object().put("signal", "KILL"));
        } catch (ApiFailure ended) {
            // As most have by themselves.
        }
    }
}
