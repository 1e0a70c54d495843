// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.ClusterStore.StateHash;
import org.krg.state.model.Revision;

/// What the rows of a replica that does not run say of themselves.
public record StoredRows(LogPosition position, Revision revision, StateHash hash) {
    /// Reads all rows.
    public static StoredRows of(RowStore rows) {
        return rows.read(view ->
                new StoredRows(
                        StoredState.readPosition(view),
                        ImageRows.loadCounters(view).revision(),
                        StoredState.hash(view)));
    }
}
