// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.util.SortedMap;

/// The file of a segment, on its node. Blocks. Safe for use from any thread.
public interface PageFile {
    /// Reads pages, as many as `target` holds; zeros behind the end of the file, in its last page.
    ///
    /// @throws FileFailed if that fails, or a page lies behind the end
    void read(int page, MemorySegment target) throws FileFailed;

    /// Writes a page, but for what lies behind the end of the file.
    ///
    /// @throws FileFailed if that fails, or the page lies behind the end
    void write(int page, MemorySegment content) throws FileFailed;

    /// Returns when all that was written survives a crash of the machine.
    ///
    /// @throws FileFailed if it may not
    void force() throws FileFailed;

    /// Marks which versions of pages the file has. The marks lie beside it, and survive a crash of
    /// the machine when this returns.
    ///
    /// @param versions by the number of the page; each replaces what was marked of its page
    /// @throws FileFailed if that fails: what is marked of these pages is as it was, or nothing
    void mark(SortedMap<Integer, Long> versions) throws FileFailed;

    /// {@return the versions that are marked, by the number of the page}
    ///
    /// @param end the first page that is not meant
    /// @throws FileFailed if they cannot be read
    SortedMap<Integer, Long> marks(int start, int end) throws FileFailed;
}
