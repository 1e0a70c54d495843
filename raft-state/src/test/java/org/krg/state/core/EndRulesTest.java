// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.THIRD;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.Refusal;
import org.krg.state.model.Epoch;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.PartitionPolicy;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.RecoveryPolicy;
import org.krg.state.model.RestartPolicy;
import org.krg.testkit.Samples;

class EndRulesTest {
    private static final JobSpec ALWAYS =
            Samples.with(
                    Samples.spec(),
                    new RestartPolicy(RestartPolicy.When.ALWAYS, 3, Duration.ofSeconds(2)));
    private static final JobSpec ON_FAILURE =
            Samples.with(
                    Samples.spec(),
                    new RestartPolicy(RestartPolicy.When.ON_FAILURE, 3, Duration.ofSeconds(2)));

    private final Scene scene = Scene.withThreeNodes();

    @Test
    void aProgramThatExitsHasEnded() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.exit(process, 3);

        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.Exited(3, Scene.USAGE)));
    }

    @Test
    void aProgramMayEndBeforeItsStartIsReported() {
        var process = scene.submit("true", Samples.spec());
        scene.place(process, HOME);

        scene.exit(process, 0);

        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.Exited(0, Scene.USAGE)));
    }

    @Test
    void anExitMayBeReportedTwice() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var report = scene.exitReport(process, 3);
        scene.accept(report);

        assertThat(scene.accept(report)).isEmpty();
    }

    @Test
    void anExitOfAnotherIncarnationIsRefused() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.refuse(Refusal.CONFLICT, exit(process, 0, HOME, 3));
        scene.refuse(Refusal.CONFLICT, exit(process, 2, HOME, 3));
        scene.refuse(Refusal.CONFLICT, exit(process, 1, AWAY, 3));
        scene.exit(process, 3);
        scene.refuse(Refusal.CONFLICT, exit(process, 0, HOME, 3));
        scene.refuse(Refusal.CONFLICT, exit(process, 1, HOME, 4));
        scene.refuse(Refusal.CONFLICT, exit(process, 1, AWAY, 3));
    }

    @Test
    void anExitAfterTheNodeWasLostIsRefused() {
        var process = scene.running("heat", Samples.spec(), HOME);
        var report = scene.exitReport(process, 0);
        scene.lose(HOME);

        scene.refuse(Refusal.CONFLICT, report);
    }

    @Test
    void onlyAProgramsOwnEndIsReportedAsAnExit() {
        var process = scene.running("heat", Samples.spec(), HOME);

        for (var outcome :
                new Outcome[] {
                    new Outcome.Cancelled(),
                    new Outcome.LostForGood("x"),
                    new Outcome.NotStarted(1, "x")
                }) {
            scene.refuse(
                    Refusal.INVALID,
                    new ReportExit(process, new Epoch(1), HOME, outcome, scene.now()));
        }
    }

    @Test
    void aProgramThatCouldNotBeExecutedAfterAllEndsWhateverItsPolicy() {
        var process = scene.running("heat", ALWAYS, HOME);
        var outcome = new Outcome.NotStarted(126, "cannot enter the working directory");

        scene.accept(new ReportExit(process, new Epoch(1), HOME, outcome, scene.now()));

        assertThat(scene.phase(process)).isEqualTo(ended(outcome));
    }

    @Test
    void aProgramIsStartedAgainUntilItsPolicyIsUsedUp() {
        var process = scene.running("heat", ALWAYS, HOME);

        for (var seconds : new int[] {2, 4, 8}) {
            scene.exit(process, 0);
            assertThat(scene.phase(process))
                    .isEqualTo(
                            new Phase.Waiting(
                                    new Origin.Beginning(),
                                    scene.now(),
                                    Duration.ofSeconds(seconds),
                                    "exited with 0"));
            scene.later(Duration.ofSeconds(seconds)).place(process, HOME);
            scene.start(process);
        }
        scene.exit(process, 0);

        assertThat(scene.process(process).restarts()).isEqualTo(3);
        assertThat(scene.epoch(process)).isEqualTo(new Epoch(4));
        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.Exited(0, Scene.USAGE)));
    }

    @Test
    void theWaitBeforeARestartIsBounded() {
        var spec =
                Samples.with(
                        Samples.spec(),
                        new RestartPolicy(RestartPolicy.When.ALWAYS, 100, Duration.ofMinutes(3)));
        var process = scene.running("heat", spec, HOME);
        scene.exit(process, 1);
        scene.later(Duration.ofMinutes(3)).place(process, HOME);

        scene.exit(process, 1);

        assertThat(notBefore(process)).isEqualTo(scene.now().plus(Duration.ofMinutes(5)));
    }

    @Test
    void aRestartWithoutBackOffIsAtOnce() {
        var spec =
                Samples.with(
                        Samples.spec(),
                        new RestartPolicy(RestartPolicy.When.ALWAYS, 100, Duration.ZERO));
        var process = scene.running("heat", spec, HOME);

        scene.exit(process, 1);

        assertThat(notBefore(process)).isEqualTo(scene.now());
    }

    @Test
    void aRestartOnFailureIsForFailuresOnly() {
        var exited = scene.running("exited", ON_FAILURE, HOME);
        var signaled = scene.running("signaled", ON_FAILURE, HOME);
        var failed = scene.running("failed", ON_FAILURE, HOME);

        scene.exit(exited, 0);
        scene.accept(
                new ReportExit(
                        signaled,
                        new Epoch(1),
                        HOME,
                        new Outcome.Signaled(11, Scene.USAGE),
                        scene.now()));
        scene.exit(failed, 1);

        assertThat(scene.phase(exited)).isInstanceOf(Phase.Ended.class);
        assertThat(scene.phase(signaled)).isInstanceOf(Phase.Waiting.class);
        assertThat(scene.phase(failed)).isInstanceOf(Phase.Waiting.class);
    }

    @Test
    void aProgramThatWasStoppedIsNotStartedAgain() {
        var process = scene.running("heat", ALWAYS, HOME);
        scene.stop(process);

        scene.exit(process, 143);

        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.Exited(143, Scene.USAGE)));
    }

    @Test
    void aProgramThatCannotRunAnywhereHasEnded() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);

        scene.accept(permanent(process, 126));

        assertThat(scene.phase(process))
                .isEqualTo(ended(new Outcome.NotStarted(126, "not executable")));
        assertThat(scene.process(process).failures()).hasSize(1);
    }

    @Test
    void aProgramThatNeverRanEndsWithACodeThatSaysSo() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);

        scene.refuse(Refusal.INVALID, permanent(process, 0));
        scene.refuse(Refusal.INVALID, permanent(process, 128));
    }

    @Test
    void aFailedStartIsTriedAgainAfterLongerAndLongerWaits() {
        var process = scene.submit("heat", Samples.spec());

        for (var seconds : new int[] {1, 2, 4, 8, 16, 32, 60}) {
            scene.place(process, HOME);
            scene.failStart(process, "no space");
            assertThat(scene.phase(process))
                    .isEqualTo(
                            new Phase.Waiting(
                                    new Origin.Beginning(),
                                    scene.now(),
                                    Duration.ofSeconds(seconds),
                                    "no space"));
            scene.later(Duration.ofSeconds(seconds));
        }
        scene.place(process, HOME);
        scene.failStart(process, "no space");

        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.NotStarted(125, "no space")));
        assertThat(scene.process(process).failures()).hasSize(HostedProcess.MAX_FAILURES);
    }

    @Test
    void aFailedStartOfAnotherIncarnationIsRefused() {
        var process = scene.submit("heat", Samples.spec());
        scene.refuse(Refusal.CONFLICT, startFailed(process, 0, HOME));
        scene.place(process, HOME);

        scene.refuse(Refusal.CONFLICT, startFailed(process, 0, HOME));
        scene.refuse(Refusal.CONFLICT, startFailed(process, 2, HOME));
        scene.refuse(Refusal.CONFLICT, startFailed(process, 1, AWAY));
        scene.start(process);
        scene.refuse(Refusal.CONFLICT, startFailed(process, 1, HOME));
    }

    @Test
    void aProcessThatWasStoppedWhileItStartedIsCancelled() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);
        scene.stop(process);

        scene.failStart(process, "no space");

        assertThat(scene.phase(process)).isEqualTo(ended(new Outcome.Cancelled()));
    }

    @Test
    void aCheckpointThatFailsTwiceMakesPlaceForAnOlderOne() {
        var process = restoring(Samples.spec());

        scene.failStart(process, "bad page");
        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(2));
        assertThat(scene.generation(process, 2).orElseThrow().restoreFailures()).isEqualTo(1);

        scene.place(process, AWAY);
        scene.failStart(process, "bad page");
        assertThat(origin(process)).isEqualTo(new Origin.Checkpoint(1));
        assertThat(scene.generation(process, 2).orElseThrow().isGood()).isFalse();
        assertThat(notBefore(process)).isEqualTo(scene.now());
    }

    @Test
    void aProcessBeginsAgainWhenEveryCheckpointFails() {
        var process = restoring(Samples.spec());

        failAllCheckpoints(process);

        assertThat(origin(process)).isEqualTo(new Origin.Beginning());
    }

    @Test
    void aProcessThatMayNotBeginAgainIsLostWhenEveryCheckpointFails() {
        var process = restoring(Samples.with(Samples.spec(), RecoveryPolicy.CHECKPOINT_ONLY));

        failAllCheckpoints(process);

        assertThat(scene.phase(process))
                .isInstanceOfSatisfying(
                        Phase.Ended.class,
                        ended ->
                                assertThat(ended.outcome())
                                        .isEqualTo(
                                                new Outcome.LostForGood(
                                                        "bad page, and no checkpoint of it can be restored")));
    }

    @Test
    void failedRestoresDoNotCountAsFailedStartsFromTheBeginning() {
        var process = restoring(Samples.spec());
        failAllCheckpoints(process);
        scene.place(process, AWAY);

        scene.failStart(process, "no space");

        assertThat(notBefore(process)).isEqualTo(scene.now().plusSeconds(1));
        assertThat(scene.process(process).failures()).hasSize(5);
    }

    @Test
    void aLongReasonIsCutNeverInsideACharacter() {
        var process = scene.submit("heat", Samples.spec());
        scene.place(process, HOME);

        scene.failStart(process, "x" + "\uD83D\uDE00".repeat(5_000));

        assertThat(scene.process(process).failures().getFirst().reason())
                .hasSize(Text.MAX_LENGTH - 1)
                .endsWith("\uD83D\uDE00");
    }

    @Test
    void aCellThatVanishedIsLikeALostNode() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.later(Duration.ofMinutes(1));

        scene.accept(vanished(process));

        assertThat(scene.phase(process))
                .isEqualTo(
                        new Phase.Waiting(
                                new Origin.Checkpoint(1),
                                scene.now(),
                                "its cell on n1 vanished: the machine restarted"));
        assertThat(scene.process(process).failures()).isEmpty();
    }

    @Test
    void aCellThatVanishedIsReplacedAlsoWhenItGoesOnThroughPartitions() {
        var spec = Samples.with(Samples.spec(), PartitionPolicy.CONTINUE);
        var process = scene.running("heat", spec, HOME);

        scene.accept(vanished(process));

        assertThat(origin(process)).isEqualTo(new Origin.Beginning());
    }

    @Test
    void aCellThatVanishesAgainAndAgainSoonAfterItsStartWaitsLongerAndLonger() {
        var process = scene.submit("heat", Samples.spec());

        for (var seconds : new int[] {0, 1, 2, 4, 8, 16, 32}) {
            scene.place(process, HOME);
            scene.start(process);
            scene.later(Duration.ofSeconds(9)).accept(vanished(process));
            assertThat(notBefore(process)).isEqualTo(scene.now().plusSeconds(seconds));
            scene.later(Duration.ofSeconds(seconds));
        }
        scene.place(process, HOME);
        scene.accept(vanished(process));

        assertThat(scene.phase(process))
                .isEqualTo(
                        ended(
                                new Outcome.LostForGood(
                                        "its cell on n1 vanished: the machine restarted, the last of 8 failures")));
    }

    @Test
    void aLongRunMakesUpForEarlierFailures() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.accept(vanished(process));
        scene.place(process, HOME);
        scene.start(process);

        scene.later(Duration.ofSeconds(10)).lose(HOME);

        assertThat(scene.process(process).failures()).isEmpty();
    }

    @Test
    void aCellThatVanishedWhileItWasStoppedIsNotReplaced() {
        var process = scene.running("heat", Samples.spec(), HOME);
        scene.stop(process);

        scene.accept(vanished(process));

        assertThat(scene.phase(process))
                .isEqualTo(
                        ended(
                                new Outcome.LostForGood(
                                        "its cell on n1 vanished: the machine restarted while it was being stopped")));
    }

    @Test
    void aCellOfAnotherIncarnationDoesNotVanish() {
        var process = scene.running("heat", Samples.spec(), HOME);

        scene.refuse(
                Refusal.CONFLICT,
                new ReportVanished(process, Epoch.ZERO, HOME, "gone", scene.now()));
        scene.refuse(
                Refusal.CONFLICT,
                new ReportVanished(process, new Epoch(1), THIRD, "gone", scene.now()));
    }

    private ProcessId restoring(JobSpec spec) {
        var process = scene.running("heat", spec, HOME);
        scene.commit(process, 1, HOME, AWAY);
        scene.commit(process, 2, HOME, AWAY);
        scene.lose(HOME);
        scene.place(process, AWAY);
        return process;
    }

    private void failAllCheckpoints(ProcessId process) {
        for (var i = 0; i < 3; i++) {
            scene.failStart(process, "bad page");
            scene.place(process, AWAY);
        }
        scene.failStart(process, "bad page");
    }

    private Origin origin(ProcessId process) {
        return ((Phase.Waiting) scene.phase(process)).origin();
    }

    private Instant notBefore(ProcessId process) {
        return ((Phase.Waiting) scene.phase(process)).notBefore();
    }

    private Phase ended(Outcome outcome) {
        return new Phase.Ended(outcome, Optional.of(HOME), scene.now());
    }

    private ReportExit exit(ProcessId process, long epoch, NodeId node, int code) {
        return new ReportExit(
                process,
                new Epoch(epoch),
                node,
                new Outcome.Exited(code, Scene.USAGE),
                scene.now());
    }

    private ReportStartFailed permanent(ProcessId process, int code) {
        return new ReportStartFailed(
                process, new Epoch(1), HOME, "not executable", true, code, scene.now());
    }

    private ReportStartFailed startFailed(ProcessId process, long epoch, NodeId node) {
        return new ReportStartFailed(
                process, new Epoch(epoch), node, "no space", false, 125, scene.now());
    }

    private ReportVanished vanished(ProcessId process) {
        return new ReportVanished(
                process,
                scene.epoch(process),
                scene.host(process),
                "the machine restarted",
                scene.now());
    }
}
