// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.checkpoint.CopyProgress;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.state.model.Generation;
import org.krg.state.model.NodeId;

/// Has nodes make copies of a generation of this one, until there are as many as asked for.
record Copying(Copies copies) {
    /// Blocks until the copies are whole, verified and durable. Where too few can be made those
    /// that were, and the one here, stay.
    ///
    /// @param stopped since when the program stood still
    Taken copy(
            StoredGeneration stored, TakeOptions options, CopyProgress progress, Instant stopped) {
        var generation = stored.generation();
        var holders = new ArrayList<>(generation.copies());
        var refusals = new ArrayList<String>();
        var sent = new AtomicLong();
        for (var node : options.candidates()) {
            if (holders.size() >= options.copies()) {
                break;
            }
            try {
                copies.keep(
                        node,
                        generation.id(),
                        stored.bytes(),
                        options.moving() && node.equals(options.candidates().getFirst()),
                        bytes -> progress.sent(sent.addAndGet(bytes), generation.imageBytes()));
                holders.add(node);
            } catch (IOException failure) {
                refusals.add(node + ": " + failure.getMessage());
            }
        }
        if (holders.size() < options.copies()) {
            throw Failures.of(
                    Phase.COPY,
                    Code.TOO_FEW_COPIES,
                    "%d of %d copies could be made%s"
                            .formatted(
                                    holders.size(),
                                    options.copies(),
                                    refusals.isEmpty() ? "" : "; " + String.join("; ", refusals)),
                    "Bring more nodes up, or ask for fewer copies");
        }
        return new Taken(withCopies(generation, holders), refusals, sent.get(), stopped);
    }

    private static Generation withCopies(Generation it, List<NodeId> copies) {
        return new Generation(
                it.id(),
                it.epoch(),
                it.manifest(),
                copies,
                it.imageBytes(),
                it.storedBytes(),
                it.frozen(),
                it.taken(),
                it.restoreFailures(),
                it.pinned());
    }
}
