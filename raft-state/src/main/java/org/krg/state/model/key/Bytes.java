// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable sequence of bytes, ordered as unsigned bytes.
public final class Bytes implements Comparable<Bytes> {
    /// No bytes.
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /// {@return a view of bytes that nobody changes any more}
    public static Bytes wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes);
    }

    /// {@return the text in UTF-8}
    public static Bytes of(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /// {@return the content; the caller must not change it}
    public byte[] unsafe() {
        return content;
    }

    public int size() {
        return content.length;
    }

    public boolean isEmpty() {
        return content.length == 0;
    }

    public boolean startsWith(Bytes prefix) {
        return content.length >= prefix.content.length
                && Arrays.equals(
                        content,
                        0,
                        prefix.content.length,
                        prefix.content,
                        0,
                        prefix.content.length);
    }

    /// {@return the smallest sequence that is larger than this one}
    public Bytes successor() {
        return new Bytes(Arrays.copyOf(content, content.length + 1));
    }

    /// {@return the smallest sequence that is larger than each one that starts with this one; empty
    /// when there is none}
    public Bytes prefixEnd() {
        for (var last = content.length - 1; last >= 0; last--) {
            if (content[last] != (byte) 0xff) {
                var end = Arrays.copyOf(content, last + 1);
                end[last]++;
                return new Bytes(end);
            }
        }
        return EMPTY;
    }

    /// {@return the content for people: what is printable in ASCII as it is, other bytes as `\xNN`}
    public String text() {
        var text = new StringBuilder();
        for (var each : content) {
            if (each > ' ' && each < 0x7f && each != '\\') {
                text.append((char) each);
            } else {
                text.append("\\x").append(HexFormat.of().toHexDigits(each));
            }
        }
        return text.toString();
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /// {@return the content in hexadecimal}
    @Override
    public String toString() {
        return HexFormat.of().formatHex(content);
    }
}
