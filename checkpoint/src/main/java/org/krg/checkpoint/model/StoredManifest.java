// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Sha256;

/// What a node has of a generation. Of one number it may have several: what was taken and not
/// committed leaves its number to the next one.
///
/// @param digest of the manifest
public record StoredManifest(GenerationId id, Sha256 digest) {
    /// {@return what a node has that holds a copy}
    public static StoredManifest of(Generation generation) {
        return new StoredManifest(generation.id(), generation.manifest());
    }
}
