// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.ReportStartFailed;
import org.krg.state.command.ProcessCommand.ReportVanished;
import org.krg.state.command.Refusal;
import org.krg.state.event.ProcessEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.FailedStart;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Job;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.RestartPolicy;

/// Decides how an incarnation of a process ends, as the agent of its node reports it.
final class EndRules {
    /// `run --wait`'s exit codes for a program that never ran.
    private static final int FIRST_CODE = 125;

    private static final int LAST_CODE = 127;

    private EndRules() {}

    static Decision startFailed(
            ClusterImage image, HostedProcess process, ReportStartFailed report) {
        if (!(process.phase() instanceof Phase.Starting starting)
                || !isOf(process, report.epoch(), report.node())) {
            return ProcessRules.conflict(image, process, report.epoch());
        }
        if (report.permanent() && !isOfShell(report.code())) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "a program that cannot run anywhere ends with 125, 126 or 127, not "
                            + report.code());
        }
        var reason = Text.bounded(report.reason());
        var at = report.at();
        var failure = new FailedStart(report.node(), report.epoch(), starting.origin(), reason, at);
        var failed = Recovery.failed(process, failure);
        if (image.jobs().require(process.job()).stop().isPresent()) {
            var detail = "stopped while it was being started";
            return Decision.accept(Recovery.ended(failed, new Outcome.Cancelled(), detail, at));
        }
        if (report.permanent()) {
            var outcome = new Outcome.NotStarted(report.code(), reason);
            return Decision.accept(Recovery.ended(failed, outcome, reason, at));
        }
        return switch (starting.origin()) {
            case Origin.Beginning _ -> Decision.accept(startAgain(failed, reason, at));
            case Origin.Checkpoint from -> FailedRestores.decide(image, process, from, report);
        };
    }

    private static boolean isOfShell(int code) {
        return code >= FIRST_CODE && code <= LAST_CODE;
    }

    private static ProcessEvent startAgain(HostedProcess failed, String reason, Instant at) {
        var inARow = lastInARow(failed.failures());
        if (inARow >= HostedProcess.MAX_FAILURES) {
            var outcome = new Outcome.NotStarted(FIRST_CODE, reason);
            return Recovery.ended(
                    failed, outcome, "gave up after " + inARow + " attempts: " + reason, at);
        }
        var pause = Recovery.backOff(inARow);
        return new ProcessEvent(
                ProcessEvent.Kind.START_FAILED,
                failed.inPhase(new Phase.Waiting(new Origin.Beginning(), at, pause, reason)),
                reason);
    }

    static Decision exited(ClusterImage image, HostedProcess process, ReportExit report) {
        var outcome = report.outcome();
        var says =
                switch (outcome) {
                    // Its cell was seen alive before it could be executed.
                    case Outcome.NotStarted(var code, var reason) when isOfShell(code) ->
                            Optional.of(Text.bounded(reason));
                    case Outcome.Exited(var code, _) -> Optional.of("exited with " + code);
                    case Outcome.Signaled(var signal, _) ->
                            Optional.of("ended by signal " + signal);
                    case Outcome.NotStarted _, Outcome.LostForGood _, Outcome.Cancelled _ ->
                            Optional.<String>empty();
                };
        if (says.isEmpty()) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "a program ends by an exit status or a signal, or cannot be executed");
        }
        if (isRepeated(process, report)) {
            return Decision.accept();
        }
        if (!isOf(process, report.epoch(), report.node())) {
            return ProcessRules.conflict(image, process, report.epoch());
        }
        var job = image.jobs().require(process.job());
        var over = process.withFailures(List.of());
        if (job.stop().isPresent()
                || outcome instanceof Outcome.NotStarted
                || !restarts(job.spec().restart(), process, outcome)) {
            return Decision.accept(Recovery.ended(over, outcome, says.get(), report.at()));
        }
        return Decision.accept(restarted(job, over, says.get(), report.at()));
    }

    private static ProcessEvent restarted(Job job, HostedProcess over, String says, Instant at) {
        var wait = backOff(job.spec().restart(), over.restarts());
        var waiting = new Phase.Waiting(new Origin.Beginning(), at, wait, says);
        var count = over.restarts() + 1;
        return new ProcessEvent(
                ProcessEvent.Kind.RESTARTING,
                over.inPhase(waiting).withRestarts(count),
                says + "; restart " + count + " in " + wait);
    }

    static Decision vanished(ClusterImage image, HostedProcess process, ReportVanished report) {
        if (!isOf(process, report.epoch(), report.node())) {
            return ProcessRules.conflict(image, process, report.epoch());
        }
        var at = report.at();
        var reason = "its cell on " + report.node() + " vanished: " + Text.bounded(report.reason());
        var failed =
                Recovery.ranSteadily(process, at)
                        ? Recovery.settled(process, at)
                        : Recovery.failed(process, vanishedEarly(process, report, reason));
        var inARow = failed.failures().size();
        if (inARow >= HostedProcess.MAX_FAILURES) {
            return Decision.accept(
                    Recovery.lost(failed, reason + ", the last of " + inARow + " failures", at));
        }
        var wait = inARow > 1 ? Recovery.backOff(inARow - 1) : Duration.ZERO;
        return Decision.accept(Recovery.interrupted(image, failed, reason, at, wait));
    }

    private static FailedStart vanishedEarly(
            HostedProcess process, ReportVanished report, String reason) {
        return new FailedStart(
                report.node(), report.epoch(), origin(process.phase()), reason, report.at());
    }

    private static Origin origin(Phase phase) {
        return switch (phase) {
            case Phase.Waiting(var origin, _, _, _) -> origin;
            case Phase.Starting(_, var origin, _) -> origin;
            case Phase.Running(_, var origin, _) -> origin;
            case Phase.Ended _ -> new Origin.Beginning();
        };
    }

    private static boolean isOf(HostedProcess process, Epoch epoch, NodeId node) {
        return process.epoch().equals(epoch)
                && process.phase().host().filter(node::equals).isPresent();
    }

    /// Whether the process is over because of the same report: the agent did not see the reply.
    private static boolean isRepeated(HostedProcess process, ReportExit report) {
        return process.phase() instanceof Phase.Ended(var outcome, var node, _)
                && process.epoch().equals(report.epoch())
                && outcome.equals(report.outcome())
                && node.filter(report.node()::equals).isPresent();
    }

    private static boolean restarts(RestartPolicy policy, HostedProcess process, Outcome outcome) {
        var wanted =
                switch (policy.when()) {
                    case NEVER -> false;
                    case ON_FAILURE -> outcome.exitCode() != 0;
                    case ALWAYS -> true;
                };
        return wanted && process.restarts() < policy.maxRestarts();
    }

    private static Duration backOff(RestartPolicy policy, int restarts) {
        var wait = policy.backOff();
        if (wait.isZero()) {
            return wait;
        }
        for (var i = 0; i < restarts && wait.compareTo(RestartPolicy.MAX_BACK_OFF) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(RestartPolicy.MAX_BACK_OFF) < 0 ? wait : RestartPolicy.MAX_BACK_OFF;
    }

    /// Failed starts from the beginning since anything else happened.
    private static int lastInARow(List<FailedStart> failures) {
        var count = 0;
        for (var failure : failures.reversed()) {
            if (!(failure.origin() instanceof Origin.Beginning)) {
                return count;
            }
            count++;
        }
        return count;
    }
}
