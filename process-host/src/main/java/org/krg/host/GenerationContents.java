// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.List;
import org.krg.state.model.GenerationId;

/// What a generation holds, for people.
///
/// @param engine which engine made it and can bring it back
/// @param stdoutBytes bytes of standard output that belong to it
/// @param stderrBytes bytes of standard error that belong to it
/// @param parts the images and files in it, in the manifest's order
/// @param facts further facts of the manifest: machine, versions, times
public record GenerationContents(
        GenerationId id,
        String engine,
        long stdoutBytes,
        long stderrBytes,
        List<Part> parts,
        List<Fact> facts) {
    public GenerationContents {
        parts = List.copyOf(parts);
        facts = List.copyOf(facts);
    }

    /// A file in a generation.
    ///
    /// @param kind `image`, `stream` (what the program wrote), `file` or `append`
    public record Part(String kind, String name, long bytes) {}

    /// One line of the description.
    public record Fact(String name, String value) {}
}
