// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// A position in the replicated log.
public record LogPosition(long term, long index) {
    /// Before the first entry.
    public static final LogPosition NONE = new LogPosition(0, -1);
}
