// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// Makes this node another key for the checkpoints that it keeps.
@FunctionalInterface
public interface CheckpointRekey {
    /// {@return the number of the new key, with which everything is encrypted that is taken from
    /// now on} What is there is written anew in the background; then the older keys are gone.
    ///
    /// @throws HostFailure if the node does not encrypt, or the key cannot be kept
    String rekey();
}
