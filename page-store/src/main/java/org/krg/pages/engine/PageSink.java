// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;

/// Takes pages of a segment.
public interface PageSink {
    /// Takes one.
    ///
    /// @param copy its bytes, the caller's again afterwards
    void page(int page, MemorySegment copy);
}
