// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import org.krg.state.model.Generation;

/// A generation that is stored and copied, ready to be committed.
///
/// @param generation the record to commit
/// @param refusals why nodes that were asked did not make a copy
public record Taken(Generation generation, List<String> refusals) {
    public Taken {
        refusals = List.copyOf(refusals);
    }
}
