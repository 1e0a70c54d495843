// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The part of a node in the quorum.
public enum Role {
    /// Votes in Raft.
    VOTER,
    /// Follows the log without a vote.
    LISTENER
}
