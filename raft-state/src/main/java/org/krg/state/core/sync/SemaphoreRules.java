// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.krg.state.core.sync.SyncDraft.with;
import static org.krg.state.core.sync.SyncDraft.without;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.state.model.Caller;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Semaphore;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncResult;
import org.krg.state.model.Undo;

/// Semaphores, as semop(2) has them: a request changes several at once or waits, in the list of the
/// one that is in its way, and is tried again when that one changes.
final class SemaphoreRules {
    private static final int MOST_COUNTED = 65_535;

    private SemaphoreRules() {}

    /// How far a request gets.
    private sealed interface Attempt {
        /// All the way: what each semaphore becomes.
        record Done(SortedMap<SyncId, Semaphore> changed) implements Attempt {}

        /// Up to a step.
        record Blocked(Step by) implements Attempt {}

        /// It can never be done.
        record Failed(SyncResult why) implements Attempt {}
    }

    private static Optional<Semaphore> find(SyncDraft draft, SyncId id) {
        return draft.find(id, Semaphore.ZERO, Semaphore.class);
    }

    static void adjust(SyncDraft draft, Caller caller, Adjust request) {
        switch (attempt(draft, caller, request)) {
            case Attempt.Done(var changed) -> {
                perform(draft, caller, changed);
                serve(draft, List.copyOf(changed.keySet()));
            }
            case Attempt.Blocked(var by) when by.waits() ->
                    enqueue(draft, caller, request, by.semaphore());
            case Attempt.Blocked _ -> draft.answer(caller, SyncResult.BUSY);
            case Attempt.Failed(var why) -> draft.answer(caller, why);
        }
    }

    private static void enqueue(SyncDraft draft, Caller caller, Adjust request, SyncId id) {
        var semaphore = find(draft, id).orElseThrow();
        draft.put(id, waiting(semaphore, with(semaphore.waiting(), caller)));
        draft.await(caller, request, id, SyncResult.DONE);
    }

    private static Semaphore waiting(Semaphore semaphore, List<Caller> waiting) {
        return new Semaphore(semaphore.value(), semaphore.undo(), waiting);
    }

    private static Attempt attempt(SyncDraft draft, Caller caller, Adjust request) {
        var changed = new TreeMap<SyncId, Semaphore>();
        for (var step : request.steps()) {
            var id = step.semaphore();
            var known = Optional.ofNullable(changed.get(id)).or(() -> find(draft, id));
            if (known.isEmpty()) {
                return new Attempt.Failed(SyncResult.INVALID);
            }
            var semaphore = known.get();
            var value = (long) semaphore.value() + step.amount();
            if (value < 0 || (step.amount() == 0 && semaphore.value() != 0)) {
                return new Attempt.Blocked(step);
            }
            var undo = step.undone() ? undo(semaphore, caller, step.amount()) : semaphore.undo();
            if (value > Semaphore.MOST || undo.stream().anyMatch(SemaphoreRules::isTooMuch)) {
                return new Attempt.Failed(SyncResult.RANGE);
            }
            changed.put(id, new Semaphore((int) value, undo, semaphore.waiting()));
        }
        return new Attempt.Done(changed);
    }

    private static boolean isTooMuch(Undo undo) {
        return undo.amount() > Semaphore.MOST || undo.amount() < -Semaphore.MOST;
    }

    private static List<Undo> undo(Semaphore semaphore, Caller caller, int amount) {
        var process = caller.whole();
        var others = new ArrayList<>(semaphore.undo());
        others.removeIf(undo -> undo.process().equals(process));
        var owed = owed(semaphore, process) - amount;
        if (owed != 0) {
            others.add(new Undo(process, owed));
        }
        return others;
    }

    private static int owed(Semaphore semaphore, Caller process) {
        return semaphore.undo().stream()
                .filter(undo -> undo.process().equals(process))
                .mapToInt(Undo::amount)
                .sum();
    }

    private static void perform(
            SyncDraft draft, Caller caller, SortedMap<SyncId, Semaphore> changed) {
        var process = caller.whole();
        changed.forEach((id, semaphore) -> {
            draft.put(id, semaphore);
            if (owed(semaphore, process) != 0) {
                draft.hold(process, id);
            } else {
                draft.release(process, id);
            }
        });
        draft.answer(caller, SyncResult.DONE);
    }

    /// Tries again what waits for semaphores that have changed, and for those that change by it.
    private static void serve(SyncDraft draft, List<SyncId> changed) {
        var open = new ArrayDeque<>(changed);
        while (!open.isEmpty()) {
            var id = open.remove();
            for (var caller : find(draft, id).orElseThrow().waiting()) {
                open.addAll(retry(draft, id, caller));
            }
        }
    }

    /// {@return the semaphores that changed by it}
    private static List<SyncId> retry(SyncDraft draft, SyncId id, Caller caller) {
        var request = (Adjust) draft.waiting(caller).request();
        return switch (attempt(draft, caller, request)) {
            case Attempt.Done _ -> {
                stopWaiting(draft, caller, id);
                var changed = ((Attempt.Done) attempt(draft, caller, request)).changed();
                perform(draft, caller, changed);
                yield List.copyOf(changed.keySet());
            }
            case Attempt.Blocked(var by) -> {
                if (!by.waits()) {
                    stopWaiting(draft, caller, id);
                    draft.answer(caller, SyncResult.BUSY);
                } else if (!by.semaphore().equals(id)) {
                    stopWaiting(draft, caller, id);
                    enqueue(draft, caller, request, by.semaphore());
                }
                yield List.of();
            }
            case Attempt.Failed(var why) -> {
                stopWaiting(draft, caller, id);
                draft.answer(caller, why);
                yield List.of();
            }
        };
    }

    static void stopWaiting(SyncDraft draft, Caller caller, SyncId id) {
        var semaphore = find(draft, id).orElseThrow();
        draft.put(id, waiting(semaphore, without(semaphore.waiting(), caller)));
    }

    static void set(SyncDraft draft, Caller caller, SyncId id, int value) {
        var found = find(draft, id);
        if (found.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
        } else if (value < 0 || value > Semaphore.MOST) {
            draft.answer(caller, SyncResult.RANGE);
        } else {
            found.get().undo().forEach(undo -> draft.release(undo.process(), id));
            draft.put(id, new Semaphore(value, List.of(), found.get().waiting()));
            draft.answer(caller, SyncResult.DONE);
            serve(draft, List.of(id));
        }
    }

    static void read(SyncDraft draft, Caller caller, SyncId id) {
        var found = find(draft, id);
        if (found.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var forZero = 0;
        var forMore = 0;
        for (var waiting : found.get().waiting()) {
            if (waitsForZero(draft, waiting, id)) {
                forZero++;
            } else {
                forMore++;
            }
        }
        var value =
                found.get().value()
                        | ((long) Math.min(forMore, MOST_COUNTED) << 16)
                        | ((long) forZero << 32);
        draft.answer(caller, new SyncAnswer(SyncResult.DONE, value));
    }

    private static boolean waitsForZero(SyncDraft draft, Caller caller, SyncId id) {
        var request = (Adjust) draft.waiting(caller).request();
        return attempt(draft, caller, request) instanceof Attempt.Blocked(var by)
                && by.semaphore().equals(id)
                && by.amount() == 0;
    }

    /// The process is over: what it owes is added, as far as the semaphore can hold it.
    static void undo(SyncDraft draft, Caller process, SyncId id) {
        var semaphore = find(draft, id).orElseThrow();
        var value =
                Math.clamp((long) semaphore.value() + owed(semaphore, process), 0, Semaphore.MOST);
        var undo = semaphore.undo().stream().filter(it -> !it.process().equals(process)).toList();
        draft.put(id, new Semaphore(value, undo, semaphore.waiting()));
        draft.release(process, id);
        serve(draft, List.of(id));
    }
}
