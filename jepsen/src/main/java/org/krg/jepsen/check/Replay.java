// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Change;

/// Strict serializability, with the order that krg itself claims as the witness: all calls are done
/// again one after the other in the order of their revisions over the whole state, and each has to
/// give what the client was told. If that succeeds and the order agrees with the clocks of the
/// clients, the history is strictly serializable; the order is the proof. O(n log n).
///
/// The changes that a watch told are the log. Every one of them must be the doing of exactly one
/// call, and every call that was answered must be in it: nothing acknowledged is lost, nothing
/// refused or never asked for is there, nothing is done twice or by half. A call whose outcome is
/// unknown may have been done once.
public final class Replay {
    private final List<Call> calls;
    private final Map<Long, List<Change>> log = new TreeMap<>();
    private final Map<Long, List<Call>> writers = new HashMap<>();
    private final Map<Long, List<Call>> readers = new HashMap<>();
    private final List<Call> unknown = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    /// Calls whose outcome was found in the log, with the revision.
    private final List<Placed> placed = new ArrayList<>();

    private record Placed(Call call, long revision, boolean writes) {}

    private Replay(List<Call> calls, List<Change> changes) {
        // Of two unknown calls that may have made a change, the one that was made first.
        this.calls = calls.stream().sorted(Comparator.comparingLong(Call::called)).toList();
        changes.forEach(change ->
                log.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change));
        log.values().forEach(list -> list.sort(Comparator.comparing(Change::key)));
    }

    /// {@return what is wrong}
    ///
    /// @param changes all that happened to the keys that `calls` are about, from the beginning on
    public static List<String> violations(List<Call> calls, List<Change> changes) {
        var replay = new Replay(calls, changes);
        replay.sort();
        replay.run();
        replay.checkRealTime();
        return replay.violations;
    }

    private void sort() {
        for (var call : calls) {
            switch (call.answer()) {
                case Answer.Done done -> sort(call, done.revision());
                case Answer.Unknown _ -> unknown.add(call);
                // If it was done all the same, a change is left that nobody made.
                case Answer.Refused _ -> {}
            }
        }
    }

    private void sort(Call call, long revision) {
        // Whether it wrote is known when it is done again; until then it may have.
        (call.what().onlyReads() ? readers : writers)
                .computeIfAbsent(revision, _ -> new ArrayList<>())
                .add(call);
    }

    private void run() {
        var state = new KeyState();
        var revisions = new TreeSet<>(log.keySet());
        revisions.addAll(writers.keySet());
        revisions.addAll(readers.keySet());
        for (var revision : revisions) {
            var changes = log.getOrDefault(revision, List.of());
            var candidates = writers.getOrDefault(revision, List.of());
            var idle = explain(state, revision, changes, candidates);
            state.apply(changes);
            idle.forEach(call -> checkIdle(state, revision, call));
            for (var reader : readers.getOrDefault(revision, List.of())) {
                checkIdle(state, revision, reader);
            }
        }
    }

    /// {@return the candidates that did not make the changes}
    private List<Call> explain(
            KeyState before, long revision, List<Change> changes, List<Call> candidates) {
        if (changes.isEmpty()) {
            return candidates;
        }
        var able = candidates.stream().filter(call -> makes(before, call, changes)).toList();
        // Others at this revision can only have read what the one that wrote left.
        var maker =
                able.stream()
                        .filter(call -> isTold(call, before.evaluate(call.what(), revision)))
                        .findFirst()
                        .or(() -> findUnknown(before, changes))
                        .or(() -> able.stream().findFirst());
        maker.ifPresentOrElse(
                call -> place(call, revision, before),
                () ->
                        violations.add(
                                "nobody who may have done it made the changes at revision %d: %s"
                                        .formatted(revision, changes)));
        return candidates.stream().filter(call -> !maker.equals(Optional.of(call))).toList();
    }

    private Optional<Call> findUnknown(KeyState before, List<Change> changes) {
        return unknown.stream().filter(call -> makes(before, call, changes)).findFirst();
    }

    private static boolean makes(KeyState before, Call call, List<Change> changes) {
        var revision = changes.getFirst().revision();
        return isSame(before.evaluate(call.what(), revision).changes(), changes);
    }

    private void place(Call call, long revision, KeyState before) {
        placed.add(new Placed(call, revision, true));
        unknown.remove(call);
        if (!call.isUnknown()) {
            compare(call, revision, before.evaluate(call.what(), revision));
        }
    }

    private void checkIdle(KeyState state, long revision, Call call) {
        var outcome = state.evaluate(call.what(), revision + 1);
        if (!outcome.changes().isEmpty()) {
            violations.add(
                    "lost or done by half: %s says that it wrote at revision %d"
                            .formatted(call, revision));
            return;
        }
        placed.add(new Placed(call, revision, false));
        compare(call, revision, outcome);
    }

    private void compare(Call call, long revision, KeyState.Outcome outcome) {
        if (!isTold(call, outcome)) {
            violations.add(
                    "at revision %d the answer should be %s %s: %s"
                            .formatted(revision, outcome.succeeded(), outcome.results(), call));
        }
    }

    private static boolean isTold(Call call, KeyState.Outcome outcome) {
        var done = call.done().orElseThrow();
        return done.succeeded() == outcome.succeeded() && done.results().equals(outcome.results());
    }

    private static boolean isSame(List<Change> expected, List<Change> told) {
        return expected.stream()
                .map(Change::plain)
                .toList()
                .equals(told.stream().map(Change::plain).toList());
    }

    /// A call that was made after another one was answered comes after it; a write strictly.
    private void checkRealTime() {
        var current = placed.stream().filter(each -> each.call.current()).toList();
        var byCall = current.stream().sorted(Comparator.comparingLong(each -> each.call.called()));
        var byReturn =
                current.stream()
                        .filter(each -> !each.call.isUnknown())
                        .sorted(Comparator.comparingLong(each -> each.call.returned()))
                        .iterator();
        var answered = new ArrayList<Placed>();
        byReturn.forEachRemaining(answered::add);
        var next = 0;
        @Nullable Placed newest = null;
        for (var each : byCall.toList()) {
            while (next < answered.size()
                    && answered.get(next).call.returned() < each.call.called()) {
                var before = answered.get(next++);
                if (newest == null || before.revision > newest.revision) {
                    newest = before;
                }
            }
            if (newest != null
                    && (each.revision < newest.revision
                            || (each.writes && each.revision == newest.revision))) {
                violations.add(
                        "revision %d is older than what was answered before the call: %s after %s"
                                .formatted(each.revision, each.call, newest));
            }
        }
    }
}
