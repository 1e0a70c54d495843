// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.ALICE;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.event.JobEvent;
import org.krg.state.event.ProcessEvent;
import org.krg.state.model.CheckpointPolicy;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Identity;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Program;
import org.krg.state.model.ResourceLimits;
import org.krg.state.model.Resources;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.StopOrder;
import org.krg.testkit.Samples;

class JobRulesTest {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aSubmittedJobHasOneProcessThatWaits() {
        var accepted = scene.accepted(submit("heat", Samples.spec()));

        assertThat(accepted.created()).isEqualTo(1);
        assertThat(accepted.events()).hasSize(2);
        var job = scene.image().jobs().require(new JobId(1));
        assertThat(job)
                .isEqualTo(
                        new Job(
                                new JobId(1),
                                "heat",
                                Samples.spec(),
                                ALICE,
                                scene.now(),
                                Optional.empty()));
        var process = scene.process(new ProcessId(2));
        assertThat(process.epoch()).isEqualTo(Epoch.ZERO);
        assertThat(process.phase())
                .isEqualTo(new Phase.Waiting(new Origin.Beginning(), scene.now(), "new"));
        assertThat(process.lastNode()).isEmpty();
        assertThat(scene.image().nextNumber()).isEqualTo(3);
    }

    @Test
    void aNameIsTakenAsLongAsItsJobLives() {
        var process = scene.running("heat", Samples.spec(), HOME);

        assertThat(scene.refuse(Refusal.NAME_TAKEN, submit("heat", Samples.spec())))
                .contains("job 1 (heat)");

        scene.exit(process, 0);
        assertThat(scene.accepted(submit("heat", Samples.spec())).created()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-x", ".x", "1234", "a b", "a/0", "ä", "a\n"})
    void anOddNameIsRefused(String name) {
        scene.refuse(Refusal.INVALID, submit(name, Samples.spec()));
    }

    @Test
    void aLongNameIsRefused() {
        scene.accept(submit("a".repeat(63), Samples.spec()));
        scene.refuse(Refusal.INVALID, submit("a".repeat(64), Samples.spec()));
    }

    static List<JobSpec> nonsense() {
        var spec = Samples.spec();
        var program = spec.program();
        return List.of(
                Samples.with(spec, words(program, "x".repeat(256 * 1024))),
                Samples.with(spec, words(program, "a\0b")),
                Samples.with(spec, umask(program, -1)),
                Samples.with(spec, umask(program, 0_1000)),
                Samples.with(spec, new Resources(1_000_000_001L, 0), ResourceLimits.NONE),
                Samples.with(spec, Resources.NONE, new ResourceLimits(1_000_000_001L, 0, 0)),
                Samples.with(spec, new Resources(0, Long.MAX_VALUE), ResourceLimits.NONE),
                Samples.with(spec, Resources.NONE, new ResourceLimits(0, 1L << 51, 0)),
                Samples.with(spec, Resources.NONE, new ResourceLimits(0, 0, 1_000_000_001L)),
                Samples.with(
                        spec,
                        new RestartPolicy(RestartPolicy.When.ALWAYS, 1, Duration.ofDays(366))),
                Samples.with(spec, checkpoints(Duration.ofMillis(99), 2, 0, 2)),
                Samples.with(spec, checkpoints(Duration.ofDays(366), 2, 0, 2)),
                Samples.with(spec, checkpoints(Duration.ZERO, 65, 0, 2)),
                Samples.with(spec, checkpoints(Duration.ZERO, 2, 1L << 51, 2)),
                Samples.with(spec, checkpoints(Duration.ZERO, 2, 0, 1_001)),
                inGroups(spec, JobCheck.MAX_GROUPS + 1),
                onlyOnHome(spec, JobCheck.MAX_NODES + 1));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseIsRefusedWithASentence(JobSpec spec) {
        assertThat(scene.refuse(Refusal.INVALID, submit("heat", spec))).contains(" ");
    }

    static List<JobSpec> extremes() {
        var spec = Samples.spec();
        return List.of(
                Samples.with(spec, words(spec.program(), "x".repeat(255 * 1024))),
                Samples.with(spec, umask(spec.program(), 0_777)),
                Samples.with(
                        spec,
                        new Resources(1_000_000_000L, 1L << 50),
                        new ResourceLimits(1_000_000_000L, 1L << 50, 1_000_000_000L)),
                Samples.with(
                        spec,
                        new RestartPolicy(
                                RestartPolicy.When.ALWAYS,
                                Integer.MAX_VALUE,
                                Duration.ofDays(365))),
                Samples.with(spec, checkpoints(Duration.ofMillis(100), 64, 1L << 50, 1_000)),
                inGroups(spec, JobCheck.MAX_GROUPS),
                onlyOnHome(spec, JobCheck.MAX_NODES));
    }

    @ParameterizedTest
    @MethodSource("extremes")
    void whatIsLargeButPossibleIsAccepted(JobSpec spec) {
        scene.accept(submit("heat", spec));
    }

    @Test
    void aStopOrderIsRecordedForTheAgents() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.stop(process);

        assertThat(job().stop()).contains(new StopOrder(15, GRACE, scene.now()));
        assertThat(scene.phase(process)).isInstanceOf(Phase.Running.class);
    }

    @Test
    void aWaitingProcessIsOverWhenItsJobIsStopped() {
        var process = scene.submit("heat", Samples.spec());

        scene.stop(process);

        assertThat(scene.phase(process))
                .isEqualTo(new Phase.Ended(new Outcome.Cancelled(), Optional.empty(), scene.now()));
    }

    @Test
    void aProcessThatRanBeforeKeepsItsLastNodeWhenItIsStoppedWaiting() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.lose(HOME);

        scene.stop(process);

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Ended(new Outcome.Cancelled(), Optional.of(HOME), scene.now()));
    }

    @Test
    void aSecondOrderMayShortenTheFirstButNotLengthenIt() {
        scene.running("heat", Samples.spec(), HOME);
        scene.accept(stop(15, GRACE));

        assertThat(scene.accept(stop(15, Duration.ofMinutes(1)))).isEmpty();
        assertThat(scene.accept(stop(15, GRACE))).isEmpty();
        scene.accept(stop(9, Duration.ZERO));

        assertThat(job().stop()).contains(new StopOrder(9, Duration.ZERO, scene.now()));
    }

    @Test
    void aJobThatHasEndedIsNotStopped() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.exit(process, 0);

        assertThat(scene.refuse(Refusal.CONFLICT, stop(15, GRACE))).contains("has ended");
    }

    @Test
    void aJobThatNobodyKnowsIsNotStopped() {
        scene.refuse(Refusal.NOT_FOUND, stop(15, GRACE));
    }

    @Test
    void anOddStopOrderIsRefused() {
        scene.running("heat", Samples.spec(), HOME);

        scene.refuse(Refusal.INVALID, stop(0, GRACE));
        scene.refuse(Refusal.INVALID, stop(65, GRACE));
        scene.refuse(Refusal.INVALID, stop(15, Duration.ofSeconds(-1)));
        scene.refuse(Refusal.INVALID, stop(15, Duration.ofDays(2)));
    }

    @Test
    void theOldestEndedJobsMakeRoomForNewOnes() {
        var first = scene.running("first", Samples.spec(), HOME);
        scene.commit(first, 1, HOME, AWAY);
        var firstJob = scene.process(first).job();
        scene.exit(first, 0);
        var living = scene.submit("living", Samples.spec());
        for (var i = 0; i < JobRules.MAX_ENDED; i++) {
            scene.stop(scene.submit("short", Samples.spec()));
        }

        var events = scene.accept(submit("next", Samples.spec()));

        assertThat(events).hasSize(5);
        assertThat(events.get(1))
                .isInstanceOfSatisfying(
                        ProcessEvent.class,
                        event -> assertThat(event.kind()).isEqualTo(ProcessEvent.Kind.FORGOTTEN));
        assertThat(events.get(2))
                .isInstanceOfSatisfying(
                        JobEvent.class,
                        event -> assertThat(event.kind()).isEqualTo(JobEvent.Kind.FORGOTTEN));
        assertThat(scene.image().jobs().find(firstJob)).isEmpty();
        assertThat(scene.image().processes().find(first)).isEmpty();
        assertThat(scene.image().generations().size()).isZero();
        assertThat(scene.phase(living)).isInstanceOf(Phase.Waiting.class);
    }

    @Test
    void thereIsABoundOnLivingProcesses() {
        var image = scene.image();
        var process = scene.process(scene.submit("heat", Samples.spec()));
        var processes = image.processes();
        for (var i = 0; i < JobRules.MAX_LIVING; i++) {
            var id = new ProcessId(1_000_000 + i);
            processes = processes.with(id, copy(id, process));
        }
        var full = image.withProcesses(processes);

        var decision = ClusterStateMachine.decide(full, submit("one-more", Samples.spec()));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.refusal()).isEqualTo(Refusal.LIMIT));
    }

    @Test
    void oneUsersQueueIsBoundedAndKeepsNobodyElseOut() {
        var process = scene.process(scene.submit("heat", Samples.spec()));
        var processes = scene.image().processes();
        for (var i = 0; i < JobRules.MAX_WAITING_OF_USER - 1; i++) {
            var id = new ProcessId(1_000_000 + i);
            processes = processes.with(id, copy(id, process));
        }
        var waiting = scene.image().withProcesses(processes);
        var other = as(Samples.spec(), new Identity(1001, 1001, List.of(), "bob"));

        assertThat(ClusterStateMachine.decide(waiting, submit("one-more", Samples.spec())))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.refusal()).isEqualTo(Refusal.LIMIT));
        assertThat(ClusterStateMachine.decide(waiting, submit("other", other)))
                .isInstanceOf(Decision.Accept.class);
    }

    private static HostedProcess copy(ProcessId id, HostedProcess process) {
        return new HostedProcess(
                id,
                process.job(),
                0,
                process.epoch(),
                process.phase(),
                0,
                List.of(),
                Optional.empty());
    }

    private SubmitJob submit(String name, JobSpec spec) {
        return new SubmitJob(name, spec, ALICE, scene.now());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data", "/data/heat", "/home/ann/.heat", "/tmp/x", "/a/..b/.c"})
    void aDirectoryOfTheJobsOwnIsTaken(String path) {
        scene.accept(submit("heat", owning(path)));

        assertThat(job().spec().checkpoint().ownDirectory()).contains(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "data",
                "/data/",
                "//data",
                "/data/..",
                "/./data",
                "/data//x",
                "/a\0b",
                "/home",
                "/etc",
                "/usr",
                "/lib64",
                "/proc",
                "/proc/1",
                "/sys/kernel",
                "/dev/shm",
                "/run/krg",
                "/run/krg/cell"
            })
    void aDirectoryThatIsNobodysOwnIsRefused(String path) {
        scene.refuse(Refusal.INVALID, submit("heat", owning(path)));
    }

    @Test
    void aDirectoryOfItsOwnHasAJobOfOneRankThatCriuSaves() {
        assertThat(scene.refuse(Refusal.INVALID, submit("heat", owning("/data").withRanks(2))))
                .contains("put back each other's files");
        for (var engine : List.of(Engine.COOPERATIVE, Engine.RESTART)) {
            var policy =
                    new CheckpointPolicy(engine, Duration.ZERO, 2, 0, 2).withOwnDirectory("/data");

            assertThat(
                            scene.refuse(
                                    Refusal.INVALID,
                                    submit("heat", Samples.with(Samples.spec(), policy))))
                    .contains("KRG_STATE_DIR");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data/heat", "/data", "/data/heat/runs"})
    void aDirectoryBelongsToOneLivingJob(String path) {
        var first = scene.running("heat", owning("/data/heat"), HOME);

        assertThat(scene.refuse(Refusal.CONFLICT, submit("other", owning(path))))
                .contains("heat", "/data/heat is its own directory");
        scene.exit(first, 0);
        scene.accept(submit("other", owning(path)));
    }

    @Test
    void directoriesBesideEachOtherAreTwoJobs() {
        scene.running("heat", owning("/data/heat"), HOME);

        scene.accept(submit("other", owning("/data/heat2")));
    }

    private static JobSpec owning(String path) {
        return Samples.with(Samples.spec(), CheckpointPolicy.ON_DEMAND.withOwnDirectory(path));
    }

    private StopJob stop(int signal, Duration grace) {
        return new StopJob(new JobId(1), new StopOrder(signal, grace, scene.now()));
    }

    private Job job() {
        return scene.image().jobs().require(new JobId(1));
    }

    private static Program words(Program program, String word) {
        return new Program(
                List.of("heat", word),
                program.executable(),
                program.digest(),
                program.environment(),
                program.workingDirectory(),
                program.umask(),
                false);
    }

    private static Program umask(Program program, int umask) {
        return new Program(
                program.command(),
                program.executable(),
                program.digest(),
                program.environment(),
                program.workingDirectory(),
                umask,
                false);
    }

    private static CheckpointPolicy checkpoints(
            Duration every, int copies, long fileLimitBytes, int keep) {
        return new CheckpointPolicy(Engine.CRIU, every, copies, fileLimitBytes, keep);
    }

    private static JobSpec inGroups(JobSpec spec, int groups) {
        return as(spec, new Identity(1000, 1000, Collections.nCopies(groups, 27), "alice"));
    }

    private static JobSpec as(JobSpec spec, Identity runAs) {
        return new JobSpec(
                spec.program(),
                runAs,
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                spec.recovery(),
                spec.checkpoint(),
                spec.onPartition(),
                spec.onlyOn());
    }

    private static JobSpec onlyOnHome(JobSpec spec, int times) {
        return new JobSpec(
                spec.program(),
                spec.runAs(),
                spec.reserve(),
                spec.limits(),
                spec.restart(),
                spec.recovery(),
                spec.checkpoint(),
                spec.onPartition(),
                Collections.nCopies(times, HOME));
    }
}
