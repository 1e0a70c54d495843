// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import java.time.Duration;
import java.util.function.IntConsumer;

/// A connection to one server, which many clients share. It runs tasks and calls back one at a
/// time; all but [#execute], [#executeAfter] and [#close] is called from there only.
public interface Connection extends AutoCloseable {
    /// Runs a task soon.
    void execute(Runnable task);

    /// Runs a task after a pause.
    void executeAfter(Duration pause, Runnable task);

    /// Gives a key a new random value.
    void put(long key, Done done);

    /// Reads a key's value linearizably. A key without a value is a failure.
    void get(long key, Done done);

    /// Makes `count` keys from `first` on, all in one transaction.
    void create(long first, int count, Done done);

    /// Changes a key that is watched.
    void mark(int key, Done done);

    /// Watches all keys that are marked, with a watcher of its own.
    ///
    /// @param seen is told of each change
    /// @param done when the watch is established
    void watch(IntConsumer seen, Done done);

    /// Ends it; what is under way fails.
    @Override
    void close();
}
