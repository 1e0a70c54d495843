// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Change;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;

/// Histories of clients of a store that is strictly serializable, or has one mistake.
final class SimulatedStore {
    private static final Span PAIRS = new Span("p0", "p9");

    private final RandomGenerator random;
    private final Mistake mistake;
    private final KeyState state = new KeyState();
    private final KeyState shown = new KeyState();
    private final List<Call> calls = new ArrayList<>();
    private final List<Change> log = new ArrayList<>();
    private final Map<String, Integer> values = new HashMap<>();
    private long revision;
    private boolean erred;

    /// What a store can do wrong, once in a history.
    enum Mistake {
        NONE,
        LOST_WRITE,
        STALE_READ,
        APPLIED_TWICE,
        DONE_BY_HALF,
        REFUSED_AND_DONE,
        ONE_REVISION_FOR_TWO
    }

    /// A history, and whether the mistake was made in it.
    record History(List<Call> calls, List<Change> log, boolean erred) {}

    private record Timed(int client, long called, long effect, long returned) {}

    private SimulatedStore(RandomGenerator random, Mistake mistake) {
        this.random = random;
        this.mistake = mistake;
    }

    static History run(RandomGenerator random, Mistake mistake, int clients, int callsOfEach) {
        var store = new SimulatedStore(random, mistake);
        store.times(clients, callsOfEach).forEach(store::take);
        return new History(List.copyOf(store.calls), List.copyOf(store.log), store.erred);
    }

    private List<Timed> times(int clients, int callsOfEach) {
        var times = new ArrayList<Timed>();
        for (var client = 0; client < clients; client++) {
            var now = (long) random.nextInt(50);
            for (var i = 0; i < callsOfEach; i++) {
                var effect = now + 1 + random.nextInt(50);
                var returned = effect + 1 + random.nextInt(50);
                times.add(new Timed(client, now, effect, returned));
                now = returned + random.nextInt(10);
            }
        }
        times.sort(Comparator.comparingLong(Timed::effect));
        return times;
    }

    private void take(Timed timed) {
        var transaction = transaction();
        var lot = random.nextInt(20);
        if (lot == 0) {
            add(timed, transaction, new Answer.Refused("no leader"));
        } else if (lot == 1) {
            if (random.nextBoolean()) {
                var _ = perform(transaction, Mistake.NONE);
            }
            add(timed, transaction, new Answer.Unknown("no answer"));
        } else {
            var before = revision;
            var answer = answer(transaction);
            // Who deleted a key cannot be told: another call may have.
            if (revision > before
                    && transaction.parts().anyMatch(Part.Write.class::isInstance)
                    && isTimeFor(Mistake.REFUSED_AND_DONE)) {
                erred = true;
                answer = new Answer.Refused("so it says");
            }
            add(timed, transaction, answer);
        }
    }

    private void add(Timed timed, Transaction transaction, Answer answer) {
        calls.add(
                new Call(
                        timed.client(),
                        transaction,
                        true,
                        timed.called(),
                        timed.returned(),
                        answer));
    }

    private Answer answer(Transaction transaction) {
        if (isTimeFor(Mistake.STALE_READ) && transaction.onlyReads()) {
            var then = shown.evaluate(transaction, revision);
            erred = !then.results().equals(state.evaluate(transaction, revision).results());
            return new Answer.Done(revision, then.succeeded(), then.results());
        }
        var answer = perform(transaction, mistake);
        if (isTimeFor(Mistake.APPLIED_TWICE)
                && !state.evaluate(transaction, revision + 1).changes().isEmpty()) {
            var _ = perform(transaction, Mistake.NONE);
            erred = true;
        }
        return answer;
    }

    private Answer perform(Transaction transaction, Mistake may) {
        var outcome = state.evaluate(transaction, revision + 1);
        if (outcome.changes().isEmpty()) {
            return new Answer.Done(revision, outcome.succeeded(), outcome.results());
        }
        if (may == Mistake.ONE_REVISION_FOR_TWO && isTimeFor(may) && revision > 0) {
            erred = true;
            outcome = state.evaluate(transaction, revision);
        } else {
            revision++;
        }
        var done = new Answer.Done(revision, outcome.succeeded(), outcome.results());
        if (may == Mistake.LOST_WRITE && isTimeFor(may)) {
            erred = true;
            return done;
        }
        var changes = outcome.changes();
        if (may == Mistake.DONE_BY_HALF && isTimeFor(may) && changes.size() > 1) {
            erred = true;
            changes = changes.subList(0, 1);
        }
        if (random.nextInt(4) == 0) {
            shown.apply(log);
        }
        log.addAll(changes);
        state.apply(changes);
        return done;
    }

    /// Not at once, so that there is something to lose.
    private boolean isTimeFor(Mistake candidate) {
        return candidate == mistake && !erred && revision > 5 && random.nextInt(3) == 0;
    }

    private Transaction transaction() {
        var key = "k" + random.nextInt(3);
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> Transaction.of(new Part.Write(key, value(key)));
            case 3, 4 -> Transaction.of(new Part.Read(Span.one(key)));
            case 5 -> swap(key);
            case 6 -> Transaction.of(new Part.Remove(Span.one(key)));
            case 7 -> Transaction.of(new Part.Read(PAIRS));
            default ->
                    Transaction.of(
                            new Part.Write("p1", value("p1")), new Part.Write("p2", value("p2")));
        };
    }

    private Transaction swap(String key) {
        return new Transaction(
                List.of(
                        state.find(key)
                                .<Comparison>map(it -> new Comparison.ValueIs(key, it.value()))
                                .orElse(new Comparison.VersionIs(key, 0))),
                List.of(new Part.Write(key, value(key))),
                List.of(new Part.Read(Span.one(key))));
    }

    private String value(String key) {
        return key + "." + values.merge(key, 1, Integer::sum);
    }
}
