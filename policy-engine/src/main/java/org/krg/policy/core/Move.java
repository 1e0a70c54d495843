// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import org.krg.state.model.NodeId;

/// What a policy would have moved.
///
/// @param why as a clause for people
public record Move(NodeId to, String why) {}
