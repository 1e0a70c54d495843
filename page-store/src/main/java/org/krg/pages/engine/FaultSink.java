// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

/// Who is told of the faults of one segment's processes.
public interface FaultSink {
    /// A thread stands still until the page is installed, upgraded, resumed or poisoned. May be
    /// told again of the same page meanwhile: each thread of each process is told of once.
    void fault(int page, boolean write);
}
