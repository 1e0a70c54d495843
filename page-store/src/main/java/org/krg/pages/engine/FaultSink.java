// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import org.krg.pages.coherence.Advice;

/// Who is told of the faults of one segment's processes.
public interface FaultSink {
    /// A thread stands still until the page is installed, upgraded, resumed or poisoned. May be
    /// told again of the same page meanwhile: each thread of each process is told of once.
    void fault(int page, boolean write);

    /// A program says how it is going to read pages; the last one is not included. Advice is kept
    /// by block.
    default void advise(int start, int end, Advice advice) {}

    /// A program is going to read pages soon; the last one is not included.
    default void willNeed(int start, int end) {}
}
