// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// Memory of a request of which there is so much.
public final class LimitedMemory implements RequestMemory {
    private long free;

    public LimitedMemory(long bytes) {
        this.free = bytes;
    }

    /// {@return how much is left}
    public long free() {
        return free;
    }

    @Override
    public boolean take(long bytes) {
        if (bytes > free) {
            return false;
        }
        free -= bytes;
        return true;
    }

    @Override
    public void give(long bytes) {
        free += bytes;
    }
}
