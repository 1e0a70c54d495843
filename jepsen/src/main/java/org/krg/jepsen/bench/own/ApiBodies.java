// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.own;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;

/// Builds the bytes of transactions, as docs/api.md has them. Owned by one thread.
final class ApiBodies {
    /// Random bytes that values are cut from: a store that compresses gains nothing.
    private static final int POOL_BYTES = 1 << 20;

    private static final String KEY = "bench/";
    private static final String MARK = "watch/";
    private static final int DIGITS = 10;
    private static final byte[] BEGIN = ascii("{\"then\":[");
    private static final byte[] PUT = ascii("{\"put\":{\"key\":\"");
    private static final byte[] VALUE = ascii("\",\"valueBase64\":\"");
    private static final byte[] PUT_END = ascii("\"}}");
    private static final byte[] END = ascii("]}");

    private final SplittableRandom random = new SplittableRandom();
    private final byte[] pool = new byte[POOL_BYTES];
    private final int valueBytes;

    ApiBodies(int valueBytes) {
        this.valueBytes = valueBytes;
        random.nextBytes(pool);
    }

    /// {@return the path that reads a key}
    static String get(long key) {
        return "/v1/keys?key=" + name(KEY, key);
    }

    /// {@return the path that watches all keys that are marked}
    static String watch() {
        return "/v1/keys/watch?prefix=" + MARK;
    }

    /// {@return what is shown of a key that is marked, up to its number}
    static String marked() {
        return "\"key\":\"" + MARK;
    }

    /// A transaction of one put.
    void put(ByteBuf out, long key) {
        out.writeBytes(BEGIN);
        put(out, KEY, key);
        out.writeBytes(END);
    }

    /// The same of a key that is watched.
    void mark(ByteBuf out, int key) {
        out.writeBytes(BEGIN);
        put(out, MARK, key);
        out.writeBytes(END);
    }

    /// A transaction of many puts.
    void create(ByteBuf out, long first, int count) {
        out.writeBytes(BEGIN);
        for (var i = 0; i < count; i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            put(out, KEY, first + i);
        }
        out.writeBytes(END);
    }

    private void put(ByteBuf out, String prefix, long key) {
        out.writeBytes(PUT);
        out.writeBytes(ascii(name(prefix, key)));
        out.writeBytes(VALUE);
        out.writeBytes(value());
        out.writeBytes(PUT_END);
    }

    private byte[] value() {
        var start = random.nextInt(POOL_BYTES - valueBytes);
        return Base64.getEncoder().encode(Arrays.copyOfRange(pool, start, start + valueBytes));
    }

    private static String name(String prefix, long key) {
        var number = Long.toString(key);
        return prefix + "0".repeat(DIGITS - number.length()) + number;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
