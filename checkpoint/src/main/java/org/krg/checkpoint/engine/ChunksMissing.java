// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;

/// Chunks that nobody who was asked has, or has undamaged.
public final class ChunksMissing extends IOException {
    private static final long serialVersionUID = 1;

    public ChunksMissing(String message) {
        super(message);
    }
}
