// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.image.ClusterImage;

/// What a replica has agreed to. Immutable.
///
/// @param lastEntry log index of the last entry of ours in it
/// @param compacted events up to and with this revision are no longer kept
record ReplicaState(ClusterImage image, long lastEntry, long compacted) {
    static final ReplicaState EMPTY =
            new ReplicaState(ClusterImage.EMPTY, LogPosition.NONE.index(), 0);
}
