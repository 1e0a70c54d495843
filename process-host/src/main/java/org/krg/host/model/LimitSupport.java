// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// Whether this node holds cells to a kind of limit, and through what or why not.
public sealed interface LimitSupport {
    /// {@return `cpu`, `memory` or `pids`}
    String resource();

    /// Limits on `resource` hold, through the controller at `where`.
    record InForce(String resource, String where) implements LimitSupport {}

    /// Limits on `resource` are off.
    record Off(String resource, String reason) implements LimitSupport {}
}
