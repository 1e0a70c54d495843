// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// Pages of a process, one after the other.
///
/// @param pid in its cell
/// @param address of the first
/// @param pages of 4 KiB
public record Stretch(int pid, long address, long pages) {
    /// Bytes of a page.
    public static final int PAGE_BYTES = 4096;

    /// {@return the first address behind it}
    public long end() {
        return address + pages * PAGE_BYTES;
    }
}
