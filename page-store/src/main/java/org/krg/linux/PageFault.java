// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

/// A thread that stands still because it touched a page it may not, `UFFD_EVENT_PAGEFAULT`.
///
/// @param address of the page, in its own address space
/// @param flags see [#isWrite]
public record PageFault(long address, long flags) {
    private static final long WRITE = 1;
    private static final long WRITE_PROTECTED = 2;

    /// {@return whether it was about to write}
    public boolean isWrite() {
        return (flags & (WRITE | WRITE_PROTECTED)) != 0;
    }
}
