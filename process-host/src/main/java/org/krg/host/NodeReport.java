// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.List;
import org.krg.state.model.Engine;

/// What a node can do and cannot, for `system doctor`.
///
/// @param notes what is missing or restricted, each with its remedy
/// @param limits whether cpu, memory and process limits hold, one sentence each
/// @param engines what the node can save and bring back, best first
/// @param criu the version that passed the self-test; empty when none did
/// @param selfTest what the self-test found, as a sentence
/// @param checkpointKey the number of the key that the checkpoints it keeps are encrypted with;
///   empty when they are not
public record NodeReport(
        List<String> notes,
        List<String> limits,
        List<Engine> engines,
        String criu,
        String selfTest,
        String checkpointKey) {
    public NodeReport {
        notes = List.copyOf(notes);
        limits = List.copyOf(limits);
        engines = List.copyOf(engines);
    }
}
