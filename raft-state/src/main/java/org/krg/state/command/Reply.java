// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Revision;
import org.krg.state.model.SyncAnswer;

/// What became of an operation: definite, the same on every replica and for every retry.
public sealed interface Reply {
    /// {@return the bytes of memory that the keys and values in it take, about}
    default long weight() {
        return switch (this) {
            case Transacted(_, _, var results) ->
                    results.stream().mapToLong(KeyResult::weight).sum();
            case Accepted _, Synchronised _, Refused _ -> 0;
        };
    }

    /// It took effect at `revision`. `created` is the number of the job or lease it made, or which
    /// start of its agent a node registered; else 0.
    record Accepted(Revision revision, long created) implements Reply {}

    /// A transaction on keys was done. `revision` is the one it wrote at, or that it read when it
    /// wrote nothing; `succeeded` whether its comparisons held.
    record Transacted(Revision revision, boolean succeeded, List<KeyResult> results)
            implements Reply {
        public Transacted {
            results = List.copyOf(results);
        }
    }

    /// A thread's request was taken: answered, or the thread waits. `revision` is the state it was
    /// taken at; it makes none of its own.
    record Synchronised(Revision revision, Optional<SyncAnswer> answer) implements Reply {}

    /// It changed nothing. `revision` is the state it was judged against.
    record Refused(Revision revision, Refusal refusal, String detail) implements Reply {}
}
