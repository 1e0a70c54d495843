// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.history.Call;

/// The beginning of a call or its answer, in a list in the order of time. A call is taken out of
/// the list together with its answer, and put back in reverse order.
final class Moment {
    private final int number;
    private final boolean isCall;
    private @Nullable Moment answer;
    private @Nullable Moment previous;
    private @Nullable Moment next;

    private Moment(int number, boolean isCall) {
        this.number = number;
        this.isCall = isCall;
    }

    private record Timed(long time, Moment moment) {}

    /// {@return the head of a list of all beginnings and answers; it is neither itself, nor is the
    /// end that follows the last one} An answer that never came is not in the list.
    static Moment chain(List<Call> calls) {
        var moments = new ArrayList<Timed>();
        for (var number = 0; number < calls.size(); number++) {
            var call = calls.get(number);
            var beginning = new Moment(number, true);
            moments.add(new Timed(call.called(), beginning));
            if (!call.isUnknown()) {
                var answer = new Moment(number, false);
                beginning.answer = answer;
                moments.add(new Timed(call.returned(), answer));
            }
        }
        // At the same time a beginning comes first: the interval of a call has both its ends.
        moments.sort(
                Comparator.comparingLong(Timed::time)
                        .thenComparingInt(each -> each.moment.isCall ? 0 : 1));
        var head = new Moment(-1, false);
        var last = head;
        for (var each : moments) {
            last.follow(each.moment);
            last = each.moment;
        }
        // Behind calls without answers, where a search has to turn back.
        last.follow(new Moment(-1, false));
        return head;
    }

    private void follow(Moment moment) {
        next = moment;
        moment.previous = this;
    }

    int number() {
        return number;
    }

    boolean isCall() {
        return isCall;
    }

    Moment next() {
        return require(next);
    }

    /// Takes this call and its answer out.
    void remove() {
        unlink(this);
        if (answer != null) {
            unlink(answer);
        }
    }

    /// Puts this call and its answer back where they were.
    void restore() {
        if (answer != null) {
            link(answer);
        }
        link(this);
    }

    private static void unlink(Moment moment) {
        require(moment.previous).next = moment.next;
        require(moment.next).previous = moment.previous;
    }

    private static void link(Moment moment) {
        require(moment.previous).next = moment;
        require(moment.next).previous = moment;
    }

    private static Moment require(@Nullable Moment moment) {
        if (moment == null) {
            throw new IllegalStateException("the list of moments is broken");
        }
        return moment;
    }
}
