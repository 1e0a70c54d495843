// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/// Builds the bytes of etcd's requests (`rpc.proto`, `kv.proto` of etcd v3), each behind the five
/// bytes of gRPC that tell its length. Owned by one thread.
final class EtcdFrames {
    /// Random bytes that values are cut from: a store that compresses gains nothing.
    private static final int POOL_BYTES = 1 << 20;

    private static final int GRPC_BYTES = 5;
    private static final int KEY_BYTES = 16;
    private static final byte[] KEY = "bench/0000000000".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARK = "watch/0000000000".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARKS = "watch/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARKS_END = "watch0".getBytes(StandardCharsets.US_ASCII);

    /// Tags of fields that hold bytes or a message.
    private static final int FIELD_1 = (1 << 3) | 2;

    private static final int FIELD_2 = (2 << 3) | 2;

    private final SplittableRandom random = new SplittableRandom();
    private final byte[] pool = new byte[POOL_BYTES];
    private final int valueBytes;

    EtcdFrames(int valueBytes) {
        this.valueBytes = valueBytes;
        random.nextBytes(pool);
    }

    /// `PutRequest { key = 1, value = 2 }`
    void put(ByteBuf out, long key) {
        begin(out, putBytes());
        putBody(out, KEY, key);
    }

    /// The same of a key that is watched.
    void mark(ByteBuf out, int key) {
        begin(out, putBytes());
        putBody(out, MARK, key);
    }

    /// `RangeRequest { key = 1 }`, which is linearizable unless it says otherwise.
    void get(ByteBuf out, long key) {
        begin(out, 2 + KEY_BYTES);
        key(out, KEY, key);
    }

    /// `TxnRequest { success = 2: RequestOp { request_put = 2 } }`, without conditions.
    void create(ByteBuf out, long first, int count) {
        var put = putBytes();
        var operation = 1 + size(put) + put;
        begin(out, count * (1 + size(operation) + operation));
        for (var i = 0; i < count; i++) {
            field(out, FIELD_2, operation);
            field(out, FIELD_2, put);
            putBody(out, KEY, first + i);
        }
    }

    /// `WatchRequest { create_request = 1: WatchCreateRequest { key = 1, range_end = 2 } }`
    void watch(ByteBuf out) {
        var create = 4 + MARKS.length + MARKS_END.length;
        begin(out, 2 + create);
        field(out, FIELD_1, create);
        bytes(out, FIELD_1, MARKS);
        bytes(out, FIELD_2, MARKS_END);
    }

    /// A request without fields.
    void empty(ByteBuf out) {
        begin(out, 0);
    }

    private int putBytes() {
        return 2 + KEY_BYTES + 1 + size(valueBytes) + valueBytes;
    }

    private void putBody(ByteBuf out, byte[] template, long key) {
        key(out, template, key);
        field(out, FIELD_2, valueBytes);
        out.writeBytes(pool, random.nextInt(POOL_BYTES - valueBytes), valueBytes);
    }

    private static void key(ByteBuf out, byte[] template, long key) {
        bytes(out, FIELD_1, template);
        var rest = key;
        for (var at = out.writerIndex() - 1; rest > 0; at--) {
            out.setByte(at, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    private static void begin(ByteBuf out, int lengthBytes) {
        out.ensureWritable(GRPC_BYTES + lengthBytes);
        out.writeByte(0);
        out.writeInt(lengthBytes);
    }

    private static void bytes(ByteBuf out, int tag, byte[] value) {
        field(out, tag, value.length);
        out.writeBytes(value);
    }

    private static void field(ByteBuf out, int tag, int lengthBytes) {
        out.writeByte(tag);
        var rest = lengthBytes;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int size(int number) {
        return (38 - Integer.numberOfLeadingZeros(number | 1)) / 7;
    }
}
