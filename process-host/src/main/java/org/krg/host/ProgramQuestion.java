// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.List;
import org.krg.state.model.Identity;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Sha256;

/// Whether a node has a program, the same one, and could run it as a user, and how much it has of
/// the memory that the program shares.
///
/// @param segments that a running program has open; none of one that is to be started
public record ProgramQuestion(
        String executable,
        Sha256 digest,
        String workingDirectory,
        Identity user,
        List<SegmentId> segments) {
    public ProgramQuestion {
        segments = List.copyOf(segments);
    }

    /// A question about a program that shares no memory yet.
    public ProgramQuestion(
            String executable, Sha256 digest, String workingDirectory, Identity user) {
        this(executable, digest, workingDirectory, user, List.of());
    }
}
