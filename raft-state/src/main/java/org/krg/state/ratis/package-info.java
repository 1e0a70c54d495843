// SPDX-License-Identifier: Apache-2.0

/// Runs the Raft group on Apache Ratis: settings, server, state machine callbacks, snapshots,
/// membership, and the [org.krg.state.ratis.RatisClusterStore] that puts the store together.
///
/// Nothing here decides what an operation does; callbacks are translated for
/// [org.krg.state.engine.StateEngine]. Where Ratis is wrong or dangerous the way around it is here,
/// in one place each: [org.krg.state.ratis.RatisSettings], [org.krg.state.ratis.LeadershipRounds].
@NullMarked
package org.krg.state.ratis;

import org.jspecify.annotations.NullMarked;
