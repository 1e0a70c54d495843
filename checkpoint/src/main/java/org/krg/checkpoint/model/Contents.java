// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;
import org.krg.state.model.GenerationId;

/// What a generation holds, for people and for whoever decides where it can be restored.
///
/// @param imageBytes all bytes it stands for
public record Contents(GenerationId id, Manifest manifest, long imageBytes) {
    /// {@return the images and files in it, in the manifest's order}
    public List<Manifest.Entry> entries() {
        return manifest.entries();
    }
}
