// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.file.Path;

/// Where the rows of a replica are kept. At most one [RowStore] is open at a time.
public interface Storage {
    /// {@return the rows; none when there is nothing yet}
    RowStore open();

    /// {@return the rows in a copy, to be read only} Several may be open.
    RowStore openCopy(Path checkpoint);

    /// Replaces the rows, which must be closed, by a copy of a [RowStore#checkpoint]; a crash
    /// leaves the old rows, the new ones, or none.
    void replaceBy(Path checkpoint);

    /// Removes the rows, which must be closed: they belong to a log that is no longer there.
    void clear();

    /// Reads a table file of rows or of a copy and compares it with the checksums that were written
    /// with it. Throws [org.krg.state.StorageDamaged].
    void verifyTable(Path table);
}
