// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.time.Instant;
import java.util.List;
import org.krg.state.model.Generation;

/// A generation that is stored and copied, ready to be committed.
///
/// @param generation the record to commit
/// @param refusals why nodes that were asked did not make a copy
/// @param sentBytes that went to other nodes for it
/// @param stopped when the program was stopped
public record Taken(Generation generation, List<String> refusals, long sentBytes, Instant stopped) {
    public Taken {
        refusals = List.copyOf(refusals);
    }
}
