// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;

/// How far a node is with reading its copies of checkpoints: in a round each is read once, in the
/// order of their numbers; a round begins when the period since the last one began is over, and no
/// earlier than that one has ended.
///
/// @param began the present round, or the last one
/// @param last what was read last in it; empty if nothing was
public record ScrubRound(Instant began, Optional<GenerationId> last) {
    /// Of a node that has never read anything.
    public static final ScrubRound NEVER = new ScrubRound(Instant.EPOCH, Optional.empty());

    /// What is to be done now.
    public sealed interface Step {
        /// Read a generation.
        ///
        /// @param after how far the round is when that is done
        record Read(GenerationId generation, ScrubRound after) implements Step {}

        /// Nothing, until the next round begins.
        record Wait(Instant until) implements Step {}
    }

    /// {@return what is to be done}
    ///
    /// @param held of what this node has copies, in order. What was taken since a round began was
    ///   verified when it was written, and is not read in it
    public Step next(List<Generation> held, Instant now, Duration every) {
        var left =
                held.stream()
                        .filter(generation -> !generation.taken().isAfter(began))
                        .map(Generation::id)
                        .filter(this::isAhead)
                        .findFirst();
        if (left.isPresent()) {
            return new Step.Read(left.get(), new ScrubRound(began, left));
        }
        var due = began.plus(every);
        // A clock that was set back would put the next round off for as long.
        if (now.isBefore(due) && !began.isAfter(now)) {
            return new Step.Wait(due);
        }
        if (held.isEmpty()) {
            return new Step.Wait(now.plus(every));
        }
        var first = held.getFirst().id();
        return new Step.Read(first, new ScrubRound(now, Optional.of(first)));
    }

    private boolean isAhead(GenerationId generation) {
        return last.isEmpty() || generation.compareTo(last.get()) > 0;
    }
}
