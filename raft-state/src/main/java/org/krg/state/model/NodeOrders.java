// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What an operator has ordered about a node, and has not taken back. It outlives the node's agent
/// and its storage.
///
/// @param cordoned whether it gets nothing new to host: it is to be emptied
/// @param demoted whether it is not to vote: the leader gives it no vote by itself while it has
///   another node to give it to
public record NodeOrders(boolean cordoned, boolean demoted) {
    /// About a node that may do whatever it can.
    public static final NodeOrders NONE = new NodeOrders(false, false);
}
