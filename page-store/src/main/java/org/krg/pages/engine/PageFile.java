// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;

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
}
