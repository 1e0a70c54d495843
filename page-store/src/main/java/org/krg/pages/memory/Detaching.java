// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.krg.pages.codec.AttachRequest.Paused;
import org.krg.pages.memory.AttachPort.Group;

/// Takes the shared memory away from some processes. Used once, by one thread.
///
/// They are paused, then nothing may be held by a thread of theirs, then a gate keeps everybody
/// from connecting again, and they give back what they have.
final class Detaching {
    private static final Duration PAUSE_BETWEEN = Duration.ofMillis(20);

    /// Others of the group are called back at each try.
    private static final int MOST_PAUSES_BETWEEN = 16;

    /// System calls of a thread that is about to make them.
    private static final Duration A_MOMENT = Duration.ofMillis(1);

    /// libkrg gives up pausing after 5 s; callbacks of the program before that have 20 s.
    private static final Duration PAUSE_LIMIT = Duration.ofSeconds(25);

    /// Nothing but system calls of the processes.
    private static final Duration DETACH_LIMIT = Duration.ofSeconds(8);

    private static final Duration LOG_LIMIT = Duration.ofSeconds(10);
    private static final String TRY_AGAIN = "Try again";

    private final AttachPort port;
    private final Supplier<Set<Integer>> pids;
    private final Gate gate;
    private final Duration pauseLimit;
    private final Duration logLimit;

    /// What keeps processes from connecting again.
    interface Gate {
        void shut();

        void open();
    }

    Detaching(AttachPort port, Supplier<Set<Integer>> pids, Gate gate) {
        this(port, pids, gate, PAUSE_LIMIT, LOG_LIMIT);
    }

    /// @param pauseLimit how long a process has to stand still
    /// @param logLimit how long the cluster has to say what processes hold
    Detaching(
            AttachPort port,
            Supplier<Set<Integer>> pids,
            Gate gate,
            Duration pauseLimit,
            Duration logLimit) {
        this.port = port;
        this.pids = pids;
        this.gate = gate;
        this.pauseLimit = pauseLimit;
        this.logLimit = logLimit;
    }

    /// @param limit how long it is tried again after a refusal
    void run(Duration limit) throws DetachRefused {
        var until = System.nanoTime() + limit.toNanos();
        for (var pauses = 1; ; pauses = Math.min(2 * pauses, MOST_PAUSES_BETWEEN)) {
            try {
                attempt();
                return;
            } catch (DetachRefused refused) {
                if (System.nanoTime() > until || refused.isFinal()) {
                    throw refused;
                }
            }
            sleep(PAUSE_BETWEEN.multipliedBy(pauses));
        }
    }

    private void attempt() throws DetachRefused {
        var group = port.group(pids.get());
        requireNoStranger(group);
        if (group.attendants().isEmpty()) {
            return;
        }
        try {
            pause(group);
            requireNothingHeld();
            gate.shut();
        } catch (DetachRefused | RuntimeException failure) {
            resume(group);
            throw failure;
        }
        try {
            detach(group);
        } catch (DetachRefused | RuntimeException failure) {
            // Those that are detached come again.
            gate.open();
            resume(group);
            throw failure;
        }
    }

    private void resume(Group group) {
        port.perform(() -> group.attendants().forEach(Attendant::resume));
    }

    private static void requireNoStranger(Group group) throws DetachRefused {
        if (!group.strangers().isEmpty()) {
            throw new DetachRefused(
                    group.strangers().getFirst(),
                    "it is about to use shared memory, or does so by a libkrg that is older than the"
                            + " agent",
                    TRY_AGAIN);
        }
    }

    private void pause(Group group) throws DetachRefused {
        var answers = new ArrayList<CompletableFuture<Optional<Paused>>>();
        port.perform(() -> group.attendants().forEach(it -> answers.add(it.pause())));
        for (var i = 0; i < answers.size(); i++) {
            var pid = group.attendants().get(i).pid();
            var answer = await(pid, answers.get(i), pauseLimit);
            if (answer.isPresent() && answer.get().error() != 0) {
                throw refused(pid, answer.get());
            }
        }
    }

    private static DetachRefused refused(int pid, Paused answer) {
        return switch (answer.error()) {
            case Paused.IN_CALL ->
                    new DetachRefused(
                            pid,
                            "its thread %d waits in a call about shared memory, for a lock or the like"
                                    .formatted(answer.number()),
                            "Try again when it has got what it waits for");
            case Paused.NO_SIGNAL ->
                    new DetachRefused(
                            pid,
                            "its thread %d cannot be paused: it blocks the signal SIGRTMAX-2, or waits for"
                                            .formatted(answer.number())
                                    + " a disk",
                            "Have the program leave that signal to libkrg");
            case Paused.CRITICAL ->
                    new DetachRefused(
                            pid,
                            "it is in a critical section (krg_checkpoint_disable)",
                            "Try again when it has left the section by krg_checkpoint_enable");
            case Paused.REFUSED ->
                    DetachRefused.byProgram(
                            pid,
                            "a callback of the program refuses (krg_checkpoint_on), it returned "
                                    + (int) answer.number(),
                            "The program knows what the number means");
            case Paused.LOST ->
                    new DetachRefused(
                            pid,
                            "its shared memory was lost when the agent of the node ended",
                            "End the process: it stands still at the next touch");
            default ->
                    new DetachRefused(
                            pid, "it cannot be paused, error " + answer.error(), TRY_AGAIN);
        };
    }

    private void requireNothingHeld() throws DetachRefused {
        for (var held : port.held(pids.get())) {
            for (var it : await(0, held, logLimit)) {
                throw new DetachRefused(it.pid(), it.reason(), HeldObject.REMEDY);
            }
        }
    }

    private void detach(Group group) throws DetachRefused {
        var answers = new ArrayList<CompletableFuture<Boolean>>();
        port.perform(() -> group.attendants().forEach(it -> answers.add(it.detach())));
        for (var i = 0; i < answers.size(); i++) {
            var _ = await(group.attendants().get(i).pid(), answers.get(i), DETACH_LIMIT);
        }
        // What they have closed is heard of one by one.
        var until = System.nanoTime() + DETACH_LIMIT.toNanos();
        for (var left = port.group(pids.get()); !left.isEmpty(); left = port.group(pids.get())) {
            if (System.nanoTime() > until) {
                requireNoStranger(left);
                throw new DetachRefused(
                        left.attendants().getFirst().pid(),
                        "it has just begun to use shared memory",
                        TRY_AGAIN);
            }
            sleep(A_MOMENT);
        }
    }

    private static <T> T await(int pid, CompletableFuture<T> answer, Duration limit)
            throws DetachRefused {
        try {
            return answer.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException unanswered) {
            throw new DetachRefused(
                    pid,
                    pid == 0
                            ? "the cluster does not say what its processes hold"
                            : "it does not answer for %d s".formatted(limit.toSeconds()),
                    TRY_AGAIN);
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while detaching", stop);
        }
    }
}
