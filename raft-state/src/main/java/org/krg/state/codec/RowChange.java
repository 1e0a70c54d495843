// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;

/// What an event does to one row.
public sealed interface RowChange {
    /// {@return the table of the row}
    RowTable table();

    /// {@return the key of the row}
    ByteString key();

    /// The row is this from now on. A row that is read from the store has the same form.
    record Put(RowTable table, ByteString key, ByteString value) implements RowChange {}

    /// The row is gone.
    record Delete(RowTable table, ByteString key) implements RowChange {}

    /// The rows from `key` on are gone, as many as there are.
    ///
    /// @param end the first key that is not meant
    record DeleteRange(RowTable table, ByteString key, ByteString end) implements RowChange {}
}
