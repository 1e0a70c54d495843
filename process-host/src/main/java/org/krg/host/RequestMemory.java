// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// What one request holds of an agent's memory, counted among what all requests of its sender may
/// hold. Whatever it holds at its end is given back then. Safe for use from any thread.
public interface RequestMemory {
    /// Counts bytes in.
    ///
    /// @return whether there was room for them; if not, none were counted
    boolean take(long bytes);

    /// Counts bytes out that were taken.
    void give(long bytes);
}
