// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The rows of one replica, in storage. Written by one thread, read by any.
///
/// What [#write] has written may be lost when the process dies, but always a whole suffix of the
/// calls; [#checkpoint] and [#close] make everything before them durable.
public interface RowStore extends AutoCloseable {
    /// Makes all changes or none.
    void write(List<RowWrite> changes);

    /// {@return what `reader` makes of the rows as they are at one moment}
    <T> T read(Function<View, T> reader);

    /// Writes a durable copy of all rows into `directory`, which must not exist.
    void checkpoint(Path directory);

    /// Reads everything and compares checksums. Throws [org.krg.state.StorageDamaged].
    void verify();

    @Override
    void close();

    /// The rows at one moment; valid during the call it is handed to.
    interface View {
        /// {@return the value of a row}
        Optional<byte[]> find(Family family, byte[] key);

        /// {@return how many rows a family has from `start` up to, without, `end`; an empty `end`
        /// is no bound}
        long count(Family family, byte[] start, byte[] end);

        /// Shows the rows of a family from `start` on, in the order of their keys, until `visitor`
        /// answers false.
        void scan(Family family, byte[] start, Visitor visitor);

        /// {@return a place in the rows of a family, for whoever goes from one to another far
        /// ahead}
        Cursor cursor(Family family);
    }

    /// A place in the rows of a family; before any of them at first. Not safe for threads.
    interface Cursor extends AutoCloseable {
        /// {@return whether there is a row from `key` on} Goes to the first of them.
        boolean seek(byte[] key);

        /// {@return the key of the row}
        byte[] key();

        /// {@return its value}
        byte[] value();

        @Override
        void close();
    }

    /// Is shown rows.
    interface Visitor {
        /// {@return whether to go on}
        boolean visit(byte[] key, byte[] value);
    }
}
