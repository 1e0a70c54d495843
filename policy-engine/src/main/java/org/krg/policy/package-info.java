// SPDX-License-Identifier: Apache-2.0

/// Who should run where, and why.
///
/// A policy sees the agreed state and what was measured, and returns a
/// [org.krg.state.model.PlacementDecision]: a proposal with a verdict on every node. It never talks
/// to a node and never changes the state; a bad one can misplace work and can break nothing.
@NullMarked
package org.krg.policy;

import org.jspecify.annotations.NullMarked;
