// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.ByteBuffer;

/// Numbers as bytes that sort like the numbers, for keys and fixed rows.
final class RowKey {
    /// Before every key.
    static final byte[] FIRST = {};

    private RowKey() {}

    static byte[] of(long... numbers) {
        var bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
        for (var number : numbers) {
            bytes.putLong(number);
        }
        return bytes.array();
    }

    /// {@return the number at position `at`}
    static long number(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getLong(at * Long.BYTES);
    }
}
