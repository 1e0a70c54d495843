// SPDX-License-Identifier: Apache-2.0

/// The loops of the agent.
///
/// [HostEngine] owns the cells of the node: one thread, one inbox, it compares the agreed state
/// with what it sees and closes the gap. [LeaseHolder] keeps the node's lease. [LeaderDuties] does
/// what only the leader may do, as long as it leads. What they need from outside are the interfaces
/// [Machine], [Checkpointing], [Programs], [Probes], [Renewals] and the cluster's store.
@NullMarked
package org.krg.host.engine;

import org.jspecify.annotations.NullMarked;
