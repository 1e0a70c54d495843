// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import org.krg.state.model.key.Bytes;

/// One change of a row. Keys are ordered as unsigned bytes.
public sealed interface RowWrite {
    /// Where the row is.
    Family family();

    /// The row has this value from now on.
    record Put(Family family, Bytes key, Bytes value) implements RowWrite {}

    /// The row is gone.
    record Delete(Family family, Bytes key) implements RowWrite {}

    /// The rows from `start` up to, without, `end` are gone.
    record DeleteRange(Family family, Bytes start, Bytes end) implements RowWrite {}

    /// {@return a put of bytes that nobody changes any more}
    static RowWrite put(Family family, byte[] key, byte[] value) {
        return new Put(family, Bytes.wrap(key), Bytes.wrap(value));
    }

    /// {@return a delete by a key that nobody changes any more}
    static RowWrite delete(Family family, byte[] key) {
        return new Delete(family, Bytes.wrap(key));
    }

    /// {@return a delete between keys that nobody changes any more}
    static RowWrite deleteRange(Family family, byte[] start, byte[] end) {
        return new DeleteRange(family, Bytes.wrap(start), Bytes.wrap(end));
    }
}
