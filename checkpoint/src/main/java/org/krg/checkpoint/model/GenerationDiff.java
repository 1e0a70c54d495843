// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.state.model.GenerationId;

/// What one generation of a process has that another one has not.
///
/// @param parts those that are not the same, in the order of the later manifest, then those that
///   are gone
/// @param newChunks chunks of `to`, counted once for each place, that `from` does not have
/// @param newBytes their bytes
/// @param newPages those of them that are pages of memory
/// @param sharedChunks chunks of `to` that `from` has too
public record GenerationDiff(
        GenerationId from,
        GenerationId to,
        List<Part> parts,
        long newChunks,
        long newBytes,
        long newPages,
        long sharedChunks) {
    public GenerationDiff {
        parts = List.copyOf(parts);
    }

    /// What became of a part.
    public enum Change {
        ADDED,
        CHANGED,
        REMOVED
    }

    /// An image, a stream or a file.
    ///
    /// @param newChunks of it that `from` has nowhere
    public record Part(
            Kind kind, String name, Change change, long fromBytes, long toBytes, long newChunks) {}
}
