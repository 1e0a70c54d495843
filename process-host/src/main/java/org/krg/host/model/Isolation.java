// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// What separates a cell from the rest of the machine.
public enum Isolation {
    /// Namespaces of its own and a cgroup; it can be frozen. Needs root.
    FULL,
    /// A session under a subreaper, with the agent's own user; at the end of the lease it is
    /// killed.
    PLAIN
}
