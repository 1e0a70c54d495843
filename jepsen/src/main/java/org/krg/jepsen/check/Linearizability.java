// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.krg.jepsen.check.Values.Valued;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Result;

/// Linearizability of a history, without a look at the revisions: whatever krg claims about its
/// order, there must be one in which every call takes effect between its beginning and its answer.
///
/// The algorithm of Wing and Gong ("Testing and verifying concurrent objects", 1993) with Lowe's
/// memory of configurations that were tried ("Testing for linearizability", 2017), applied to parts
/// that have no key in common. A call whose outcome is unknown may take effect at any time after it
/// was made, or never.
public final class Linearizability {
    /// Configurations of one part: more than a history of a campaign needs, less than the heap.
    private static final int LIMIT = 300_000;

    private final List<Call> calls;
    private final Moment first;
    private final BitSet done = new BitSet();
    private final Set<Configuration> tried = new HashSet<>();
    private int answered;

    /// What was found about one part of a history.
    private enum Verdict {
        LEGAL,
        ILLEGAL,
        UNDECIDED
    }

    private record Configuration(BitSet done, Map<String, Valued> values) {}

    private record Taken(Moment call, NavigableMap<String, Valued> before) {}

    private Linearizability(List<Call> calls) {
        this.calls = calls;
        this.first = Moment.chain(calls);
        this.answered = (int) calls.stream().filter(call -> !call.isUnknown()).count();
    }

    /// {@return what is wrong: for each part of the history that is not linearizable, or too large
    /// to be judged, a sentence}
    public static List<String> violations(List<Call> history) {
        var judged =
                history.stream()
                        .filter(Call::current)
                        .filter(call -> !(call.answer() instanceof Answer.Refused))
                        .filter(call -> !(call.isUnknown() && call.what().onlyReads()))
                        .toList();
        var violations = new ArrayList<String>();
        for (var part : Components.of(judged)) {
            switch (new Linearizability(part).search()) {
                case LEGAL -> {}
                case ILLEGAL -> violations.add("no order explains " + text(part));
                case UNDECIDED ->
                        violations.add("not judged, too many orders are possible: " + text(part));
            }
        }
        return violations;
    }

    private Verdict search() {
        NavigableMap<String, Valued> values = new TreeMap<>();
        var path = new ArrayList<Taken>();
        var here = first.next();
        while (answered > 0) {
            if (here.isCall()) {
                var after = step(values, calls.get(here.number()));
                if (after.isPresent() && isNew(here, after.get())) {
                    path.add(new Taken(here, values));
                    take(here);
                    values = after.get();
                    here = first.next();
                } else {
                    here = here.next();
                }
                if (tried.size() > LIMIT) {
                    return Verdict.UNDECIDED;
                }
            } else {
                // The answer of a call that could not take effect before: try another order.
                if (path.isEmpty()) {
                    return Verdict.ILLEGAL;
                }
                var last = path.removeLast();
                values = last.before;
                putBack(last.call);
                here = last.call.next();
            }
        }
        return Verdict.LEGAL;
    }

    private boolean isNew(Moment call, Map<String, Valued> values) {
        var after = (BitSet) done.clone();
        after.set(call.number());
        return tried.add(new Configuration(after, values));
    }

    private void take(Moment call) {
        done.set(call.number());
        call.remove();
        answered -= calls.get(call.number()).isUnknown() ? 0 : 1;
    }

    private void putBack(Moment call) {
        done.clear(call.number());
        call.restore();
        answered += calls.get(call.number()).isUnknown() ? 0 : 1;
    }

    /// {@return the values after a call, if it could give its answer}
    private static Optional<NavigableMap<String, Valued>> step(
            NavigableMap<String, Valued> values, Call call) {
        var outcome = Values.evaluate(values, call.what());
        var fits = call.done().map(done -> isTold(outcome, done)).orElse(true);
        return fits ? Optional.of(outcome.after()) : Optional.empty();
    }

    private static boolean isTold(Values.Outcome outcome, Answer.Done done) {
        return done.succeeded() == outcome.succeeded()
                && done.results().stream()
                        .map(Linearizability::plain)
                        .toList()
                        .equals(outcome.results());
    }

    private static Object plain(Result result) {
        return switch (result) {
            case Result.Found(var entries) -> entries.stream().map(Linearizability::plain).toList();
            case Result.Written() -> "written";
            case Result.Removed(var count) -> count;
        };
    }

    private static String plain(Entry entry) {
        return entry.key() + "=" + entry.value();
    }

    private static String text(List<Call> part) {
        var lines = part.stream().limit(40).map(Call::toString).toList();
        return part.size() + " calls, the first ones:\n  " + String.join("\n  ", lines);
    }
}
