// SPDX-License-Identifier: Apache-2.0
package org.krg.state.rocksdb;

import java.util.List;
import java.util.function.ToIntFunction;
import org.krg.state.engine.Family;
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

    private final ToIntFunction<Family> numbers;
    private final byte[] bytes;
    private int end = HEAD_BYTES;

    private BatchBytes(ToIntFunction<Family> numbers, int size) {
        this.numbers = numbers;
        this.bytes = new byte[size];
    }

    /// {@return the batch of all changes, made without a copy: a large one is felt}
    ///
    /// @param numbers of the column families
    static byte[] of(List<RowWrite> changes, ToIntFunction<Family> numbers) {
        var size = (long) HEAD_BYTES;
        for (var change : changes) {
            size += 1 + size(numbers.applyAsInt(change.family())) + size(change);
        }
        var batch = new BatchBytes(numbers, Math.toIntExact(size));
        changes.forEach(batch::add);
        batch.count(changes.size());
        return batch.bytes;
    }

    private static long size(RowWrite change) {
        return switch (change) {
            case RowWrite.Put(var _, var key, var value) -> size(key) + size(value);
            case RowWrite.Delete(var _, var key) -> size(key);
            case RowWrite.DeleteRange(var _, var first, var last) -> size(first) + size(last);
        };
    }

    private static long size(Bytes content) {
        return (long) size(content.size()) + content.size();
    }

    /// {@return how many groups of 7 bits a number has}
    private static int size(int number) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(number | 1) + 6) / 7;
    }

    private void add(RowWrite change) {
        switch (change) {
            case RowWrite.Put(var family, var key, var value) -> record(VALUE, family, key, value);
            case RowWrite.Delete(var family, var key) -> {
                start(DELETION, family);
                append(key);
            }
            case RowWrite.DeleteRange(var family, var first, var last) ->
                    record(RANGE_DELETION, family, first, last);
        }
    }

    private void record(byte kind, Family family, Bytes first, Bytes second) {
        start(kind, family);
        append(first);
        append(second);
    }

    private void start(byte kind, Family family) {
        bytes[end] = kind;
        end++;
        number(numbers.applyAsInt(family));
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

    private void count(int records) {
        for (var i = 0; i < Integer.BYTES; i++) {
            bytes[COUNT_AT + i] = (byte) (records >>> (8 * i));
        }
    }
}
