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
    /// One row a segment.
    SEGMENTS,
    /// One row a block of a segment that has a home.
    BLOCKS,
    /// One row a page that has or had an owner.
    PAGE_OWNERS,
    /// One row an object that processes synchronise with.
    SYNC_OBJECTS,
    /// One row a thread that synchronises.
    SYNC_CALLERS,
    /// One row a version of a policy that users wrote, and one for which of them decides.
    POLICIES,
    /// One row a client's session.
    SESSIONS,
    /// One row a reply that may be asked for again.
    REPLIES,
    /// One row an event that is still kept.
    EVENTS,
    /// One row a key that exists: what it is now.
    KEYS,
    /// One row an older version of a key, or its deletion: by key, then newest first.
    KEY_VERSIONS,
    /// One row a change of a key: by revision, then by ordinal.
    KEY_CHANGES,
    /// One row a lease that has keys, and one more for each of them.
    LEASE_KEYS,
    /// One row a principal who holds keys or has a limit.
    KEY_ACCOUNTS;

    /// {@return whether replicas at the same log entry must have the same rows}
    public boolean isAgreed() {
        return this != POSITION;
    }
}
