// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;

/// What processes synchronise with, and who does. Objects that are all zeros are not in it.
public record SyncState(Table<SyncId, SyncObject> objects, Table<Caller, CallerState> callers) {
    /// Nobody synchronises.
    public static final SyncState EMPTY = new SyncState(Table.empty(), Table.empty());
}
