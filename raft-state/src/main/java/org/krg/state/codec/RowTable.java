// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

/// Where a row of the cluster state stands. Keys of each table are ordered, as unsigned bytes, like
/// the identities they stand for.
public enum RowTable {
    /// One row: revision and next number.
    COUNTERS,
    /// By name.
    NODES,
    /// By number.
    JOBS,
    /// By number.
    PROCESSES,
    /// By number of the process, then of the generation.
    GENERATIONS,
    /// By number.
    LEASES,
    /// Users, roles, tokens and void certificates: by kind, then by name.
    ACCESS,
    /// By number.
    MIGRATIONS,
    /// By number.
    SEGMENTS,
    /// Homes: by number of the segment, then of the block.
    BLOCKS,
    /// What processes synchronise with: by number of the segment, then of the object.
    SYNC_OBJECTS,
    /// Who synchronises: by name of the node, run of its agent, process, thread.
    SYNC_CALLERS,
    /// Those that users wrote, by name, then by version; before them which one decides.
    POLICIES
}
