// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.krg.jepsen.check.SimulatedStore.Mistake;
import org.krg.jepsen.check.Values.Valued;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.testkit.Seeds;

/// The search against a try of all orders, and against histories whose verdict is known.
class LinearizabilityTest {
    private static final Span X = Span.one("x");

    @Test
    void theSearchAgreesWithATryOfAllOrders() {
        var legal = new AtomicInteger();
        Seeds.run(
                3_000,
                random -> {
                    var calls =
                            swapAnswers(
                                    random, SimulatedStore.run(random, Mistake.NONE, 3, 2).calls());
                    var expected = isLegal(calls, new TreeMap<>());
                    legal.addAndGet(expected ? 1 : 0);

                    assertThat(Linearizability.violations(calls).isEmpty()).isEqualTo(expected);
                });
        assertThat(legal.get()).as("both verdicts occur").isBetween(300, 2_750);
    }

    @Test
    void aReadMayNotBeOlderThanAWriteThatWasAnsweredBefore() {
        assertThat(Linearizability.violations(List.of(write("a", 0, 1), read("", 2, 3))))
                .hasSize(1);
    }

    @Test
    void aReadDuringAWriteMayBeOldOrNew() {
        assertThat(Linearizability.violations(List.of(write("a", 0, 4), read("", 1, 2)))).isEmpty();
        assertThat(Linearizability.violations(List.of(write("a", 0, 4), read("a", 1, 2))))
                .isEmpty();
    }

    @Test
    void readsDuringAWriteDoNotGoBack() {
        var calls = List.of(write("a", 0, 9), read("a", 1, 2), read("", 3, 4));

        assertThat(Linearizability.violations(calls)).hasSize(1);
    }

    @Test
    void aWriteWithoutAnswerMayTakeEffectLateOrNever() {
        var unknown = write("a", 0, 1).with(new Answer.Unknown("no answer"));

        assertThat(
                        Linearizability.violations(
                                List.of(unknown, read("", 2, 3), read("a", 4, 5), read("a", 6, 7))))
                .isEmpty();
        assertThat(Linearizability.violations(List.of(unknown, read("a", 2, 3), read("", 4, 5))))
                .hasSize(1);
    }

    @Test
    void callsThatTouchAtTheirEndsOverlap() {
        assertThat(Linearizability.violations(List.of(write("a", 0, 2), read("", 2, 3)))).isEmpty();
    }

    @Test
    void nobodyReadsWhatNobodyWrote() {
        assertThat(Linearizability.violations(List.of(read("b", 0, 1)))).hasSize(1);
    }

    private static List<Call> swapAnswers(RandomGenerator random, List<Call> calls) {
        var swapped = new ArrayList<>(calls);
        var reads =
                calls.stream()
                        .filter(call -> call.what().onlyReads() && call.done().isPresent())
                        .toList();
        if (reads.size() > 1) {
            var one = reads.get(random.nextInt(reads.size()));
            var other = reads.get(random.nextInt(reads.size()));
            if (one.what().equals(other.what())) {
                swapped.set(calls.indexOf(one), one.with(other.answer()));
                swapped.set(calls.indexOf(other), other.with(one.answer()));
            }
        }
        return random.nextInt(3) > 0 ? without(random, swapped) : swapped;
    }

    /// Whoever read the value of a call that is taken out read what nobody wrote.
    private static List<Call> without(RandomGenerator random, List<Call> calls) {
        var left = new ArrayList<>(calls);
        left.remove(random.nextInt(left.size()));
        return left;
    }

    /// Takes each call that may be first, and then the rest in all orders.
    private static boolean isLegal(List<Call> left, NavigableMap<String, Valued> values) {
        if (left.stream().allMatch(call -> call.done().isEmpty())) {
            return true;
        }
        for (var call : left) {
            if (mayBeFirst(call, left)) {
                var outcome = Values.evaluate(values, call.what());
                var rest = left.stream().filter(each -> !each.equals(call)).toList();
                if (isTold(call, outcome) && isLegal(rest, outcome.after())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mayBeFirst(Call call, List<Call> left) {
        return !(call.answer() instanceof Answer.Refused)
                && left.stream()
                        .filter(each -> each.done().isPresent())
                        .allMatch(each -> each.returned() >= call.called());
    }

    private static boolean isTold(Call call, Values.Outcome outcome) {
        return call.done()
                .map(done ->
                        done.succeeded() == outcome.succeeded()
                                && texts(done.results()).equals(outcome.results()))
                .orElse(true);
    }

    private static List<Object> texts(List<Result> results) {
        return results.stream()
                .<Object>map(result ->
                        switch (result) {
                            case Result.Found(var found) ->
                                    found.stream().map(it -> it.key() + "=" + it.value()).toList();
                            case Result.Written() -> "written";
                            case Result.Removed(var count) -> count;
                        })
                .toList();
    }

    private static Call write(String value, long called, long returned) {
        var answer = new Answer.Done(0, true, List.of(new Result.Written()));
        return new Call(
                (int) called,
                Transaction.of(new Part.Write("x", value)),
                true,
                called,
                returned,
                answer);
    }

    private static Call read(String value, long called, long returned) {
        var found = value.isEmpty() ? List.<Entry>of() : List.of(Entry.made("x", value, 1));
        var answer = new Answer.Done(0, true, List.of(new Result.Found(found)));
        return new Call(
                (int) called, Transaction.of(new Part.Read(X)), true, called, returned, answer);
    }
}
