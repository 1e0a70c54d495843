// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

/// Where a node may be held up, as by FreeBSD's `fail(9)`.
public interface Failpoints {
    /// Nobody holds anything up.
    Failpoints NONE = _ -> {};

    /// Returns at once, unless somebody wants the node to stand there. From any thread.
    void reach(Failpoint point);
}
