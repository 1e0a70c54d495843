// SPDX-License-Identifier: Apache-2.0
package org.krg.state.rocksdb;

import java.util.Arrays;
import org.krg.state.engine.RowWrite;
import org.krg.state.model.key.Bytes;

/// Changes of rows in the form that RocksDB gives a write batch (`db/write_batch.cc`, also that of
/// its log and therefore stable): made here, they cross into C++ in one call instead of one a row.
/// Owned by one thread.
final class BatchBytes {
    /// A sequence number, which RocksDB fills in, and the count of records, least byte first.
    private static final int HEAD_BYTES = 12;

    private static final int COUNT_AT = 8;

    /// `kTypeColumnFamilyDeletion`, `kTypeColumnFamilyValue`, `kTypeColumnFamilyRangeDeletion`
    private static final byte DELETION = 0x4;

    private static final byte VALUE = 0x5;
    private static final byte RANGE_DELETION = 0xE;

    /// The longest number of 32 bits in groups of 7.
    private static final int NUMBER_BYTES = 5;

    private byte[] bytes = new byte[1 << 12];
    private int end = HEAD_BYTES;
    private int count;

    /// Adds a change of a row in the column family of that number.
    void add(int family, RowWrite change) {
        count++;
        switch (change) {
            case RowWrite.Put(var _, var key, var value) -> record(VALUE, family, key, value);
            case RowWrite.Delete(var _, var key) -> {
                start(DELETION, family, key.size());
                append(key);
            }
            case RowWrite.DeleteRange(var _, var first, var last) ->
                    record(RANGE_DELETION, family, first, last);
        }
    }

    private void record(byte kind, int family, Bytes first, Bytes second) {
        start(kind, family, first.size() + second.size());
        append(first);
        append(second);
    }

    private void start(byte kind, int family, int contentBytes) {
        var needed = end + 1 + 3 * NUMBER_BYTES + contentBytes;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
        bytes[end] = kind;
        end++;
        number(family);
    }

    private void append(Bytes content) {
        number(content.size());
        System.arraycopy(content.unsafe(), 0, bytes, end, content.size());
        end += content.size();
    }

    private void number(int value) {
        var rest = value;
        while (rest >= 0x80) {
            bytes[end] = (byte) ((rest & 0x7f) | 0x80);
            end++;
            rest >>>= 7;
        }
        bytes[end] = (byte) rest;
        end++;
    }

    /// {@return the whole batch}
    byte[] toBytes() {
        for (var i = 0; i < Integer.BYTES; i++) {
            bytes[COUNT_AT + i] = (byte) (count >>> (8 * i));
        }
        return Arrays.copyOf(bytes, end);
    }
}
