// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;

/// Memory that processes of all nodes share, page by page.
///
/// @param sizeBytes a multiple of the page size
/// @param owner whose processes may map it; root's may too
public record Segment(SegmentId id, String name, long sizeBytes, Identity owner, Instant created) {
    /// {@return how many blocks it has; the last one may be shorter}
    public int blocks() {
        return Math.toIntExact((sizeBytes + BlockId.BYTES - 1) / BlockId.BYTES);
    }
}
