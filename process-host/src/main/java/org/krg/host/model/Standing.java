// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// What a node is to its cluster.
public enum Standing {
    /// It takes part.
    MEMBER,
    /// The node takes part, but not as the member that it was: another incarnation of it does, or a
    /// voter took its place.
    REPLACED,
    /// The node was removed. Its certificates are void for good.
    REMOVED
}
