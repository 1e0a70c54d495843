// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What has to know of the next owner of a page before the page is theirs.
public enum OwnershipMode {
    /// Nothing: the log is told behind.
    ASYNC,
    /// Another node, in its memory; the log is told behind.
    SEMISYNC,
    /// The log: most nodes have stored it.
    SYNC;

    /// Of segments for which nobody has said.
    public static final OwnershipMode DEFAULT = ASYNC;
}
