// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// The page table of a process as the kernel shows it, `/proc/PID/pagemap`: 8 bytes for each page,
/// bit 63 for one that is mapped, bit 57 for one whose stores stop at a userfaultfd.
public final class PageMap {
    private static final int PAGE_BYTES = 4_096;
    private static final long PRESENT = 1L << 63;
    private static final long WRITE_PROTECTED = 1L << 57;

    private PageMap() {}

    /// What a process does with a page without anybody being told.
    public enum Entry {
        ABSENT,
        READABLE,
        WRITABLE
    }

    /// {@return an entry for each page; none if the process has ended, or is not to be looked at}
    public static List<Entry> read(int pid, long address, int pages) {
        var entries = ByteBuffer.allocate(pages * Long.BYTES).order(ByteOrder.nativeOrder());
        var file = Path.of("/proc", "" + pid, "pagemap");
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var start = address / PAGE_BYTES * Long.BYTES;
            while (entries.hasRemaining()) {
                if (channel.read(entries, start + entries.position()) <= 0) {
                    return List.of();
                }
            }
        } catch (IOException _) {
            return List.of();
        }
        var found = new ArrayList<Entry>();
        for (entries.flip(); entries.hasRemaining(); ) {
            found.add(of(entries.getLong()));
        }
        return found;
    }

    private static Entry of(long entry) {
        if ((entry & PRESENT) == 0) {
            return Entry.ABSENT;
        }
        return (entry & WRITE_PROTECTED) == 0 ? Entry.WRITABLE : Entry.READABLE;
    }
}
