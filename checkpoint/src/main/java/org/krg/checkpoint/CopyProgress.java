// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

/// Told how far a copy to another node is. Called by the thread that copies.
@FunctionalInterface
public interface CopyProgress {
    /// Tells nobody.
    CopyProgress NONE = (_, _) -> {};

    /// Takes it in.
    ///
    /// @param sentBytes that went to the node so far
    /// @param wholeBytes that the copy stands for; what the node has already is never sent
    void sent(long sentBytes, long wholeBytes);
}
