// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.image.ClusterImage;
import org.krg.state.image.KeyState;

/// What a replica has agreed to, but for users' keys, which are rows. Immutable.
///
/// @param lastEntry log index of the last entry of ours in it
/// @param compacted events up to and with this revision are no longer kept
/// @param events how many are kept
record ReplicaState(
        ClusterImage image, KeyState keys, long lastEntry, long compacted, long events) {
    static final ReplicaState EMPTY =
            new ReplicaState(ClusterImage.EMPTY, KeyState.EMPTY, LogPosition.NONE.index(), 0, 0);
}
