// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import org.krg.checkpoint.model.Manifest;
import org.krg.state.model.Generation;
import org.krg.state.model.Sha256;

/// A generation that is on this node, before there are copies of it.
///
/// @param generation the record of it
/// @param bytes of the manifest
@SuppressWarnings("ArrayRecordComponent") // Handed from one step to the next.
record StoredGeneration(Generation generation, Manifest manifest, byte[] bytes) {
    Sha256 digest() {
        return generation.manifest();
    }
}
