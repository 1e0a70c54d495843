// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.Optional;

/// What one client asked for and what it was told.
///
/// @param client makes one call at a time
/// @param current whether the answer must be at least as new as every answer given before the call;
///   else it may be any state that was
/// @param called when, by the monotonic clock of the recorder, in nanoseconds
/// @param returned when the answer came; of no meaning when it is unknown
public record Call(
        int client, Transaction what, boolean current, long called, long returned, Answer answer) {

    /// {@return what was done, if that is known}
    public Optional<Answer.Done> done() {
        return answer instanceof Answer.Done done ? Optional.of(done) : Optional.empty();
    }

    public boolean isUnknown() {
        return answer instanceof Answer.Unknown;
    }

    /// {@return the same with another answer}
    public Call with(Answer other) {
        return new Call(client, what, current, called, returned, other);
    }
}
