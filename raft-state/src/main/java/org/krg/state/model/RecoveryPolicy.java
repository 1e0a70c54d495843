// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What follows when a program's node is lost, or its checkpoint cannot be restored anywhere. For a
/// node that can restore it is waited.
public enum RecoveryPolicy {
    /// The newest good generation; an older one if that fails and it is its own fault; from the
    /// beginning if there is none.
    CHECKPOINT_THEN_START,
    /// A good generation or nothing: without one the process has ended as lost.
    CHECKPOINT_ONLY,
    /// Nothing: the process has ended as lost.
    NONE
}
