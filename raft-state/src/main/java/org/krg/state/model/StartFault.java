// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Whose fault it is that a process could not be brought back from a checkpoint, as far as the node
/// that tried can tell.
public enum StartFault {
    /// The checkpoint's: it would fail anywhere.
    CHECKPOINT,
    /// The node's own: a file it lacks, its processor, its disk. Another node can do it, or this
    /// one later.
    NODE,
    /// Nobody knows. Where a second node fails too it is taken for the checkpoint's.
    UNKNOWN
}
