// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// An image of CRIU: what it begins with, and its entries, each as it is encoded.
///
/// @param head two words that tell what it is
record ImageEntries(long head, List<byte[]> entries) {
    /// `IMG_COMMON_MAGIC`, the first word of every image since CRIU 1.6.
    private static final int COMMON = 0x54564319;

    ImageEntries {
        entries = List.copyOf(entries);
    }

    /// {@return the entries of an image}
    ///
    /// @param name for the message of a [MalformedImage]
    static ImageEntries decode(String name, byte[] image) {
        var left = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (left.remaining() < Long.BYTES || left.getInt(0) != COMMON) {
            throw new MalformedImage(name + " does not begin as an image of CRIU does");
        }
        var head = left.getLong();
        var entries = new ArrayList<byte[]>();
        while (left.hasRemaining()) {
            entries.add(entry(name, left));
        }
        return new ImageEntries(head, entries);
    }

    private static byte[] entry(String name, ByteBuffer left) {
        var length = left.remaining() < Integer.BYTES ? -1 : left.getInt();
        if (length < 0 || length > left.remaining()) {
            throw new MalformedImage(name + " ends in the middle of an entry");
        }
        var entry = new byte[length];
        left.get(entry);
        return entry;
    }

    byte[] encode() {
        var bytes = Long.BYTES;
        for (var entry : entries) {
            bytes += Integer.BYTES + entry.length;
        }
        var image = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(head);
        for (var entry : entries) {
            image.putInt(entry.length).put(entry);
        }
        return image.array();
    }
}
