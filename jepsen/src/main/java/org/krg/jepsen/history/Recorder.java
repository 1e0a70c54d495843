// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/// Notes the calls of clients with their times, all by one monotonic clock. For any thread.
public final class Recorder {
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    /// Has a call made and notes it.
    ///
    /// @param asked makes the call and waits for the answer; must not throw
    /// @return the answer
    public Answer record(int client, Transaction what, boolean current, Supplier<Answer> asked) {
        var called = System.nanoTime();
        var answer = asked.get();
        calls.add(new Call(client, what, current, called, System.nanoTime(), answer));
        return answer;
    }

    /// {@return the calls so far, in the order in which they were made}
    public List<Call> calls() {
        return calls.stream().sorted(Comparator.comparingLong(Call::called)).toList();
    }
}
