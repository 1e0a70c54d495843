// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// A kind of rows. The name in lower case is the name of its column family.
public enum Family {
    /// Where this replica is in the log: differs between replicas that agree.
    POSITION,
    /// How far the agreed state is in the log and in the history.
    META,
    /// Revision and next number.
    COUNTERS,
    /// One row a node.
    NODES,
    /// One row a job.
    JOBS,
    /// One row a process.
    PROCESSES,
    /// One row a generation.
    GENERATIONS,
    /// One row a lease.
    LEASES,
    /// Users, roles, tokens, void certificates.
    ACCESS,
    /// One row a migration.
    MIGRATIONS,
    /// One row a client's session.
    SESSIONS,
    /// One row a reply that may be asked for again.
    REPLIES,
    /// One row an event that is still kept.
    EVENTS;

    /// {@return whether replicas at the same log entry must have the same rows}
    public boolean isAgreed() {
        return this != POSITION;
    }
}
