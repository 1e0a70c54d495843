// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Bytes as an agent takes them for a segment: the opposite of [DumpedPages]. Read by one thread.
final class LoadedPages extends InputStream {
    private static final byte[] ZEROS = new byte[DumpedPages.PAGE_BYTES];

    private final InputStream bytes;
    private ByteBuffer record = ByteBuffer.allocate(0);
    private int page;
    private long length;
    private boolean isAtEnd;

    LoadedPages(InputStream bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
        while (!record.hasRemaining()) {
            if (isAtEnd) {
                return -1;
            }
            next();
        }
        var count = Math.min(most, record.remaining());
        record.get(into, offset, count);
        return count;
    }

    private void next() throws IOException {
        var content = bytes.readNBytes(DumpedPages.PAGE_BYTES);
        length += content.length;
        if (content.length < DumpedPages.PAGE_BYTES) {
            isAtEnd = true;
        }
        var whole = Arrays.copyOf(content, DumpedPages.PAGE_BYTES);
        var isStored = !Arrays.equals(whole, ZEROS);
        record = ByteBuffer.allocate(2 * (Integer.BYTES + DumpedPages.PAGE_BYTES));
        if (isStored) {
            record.putInt(page).put(whole);
        }
        if (isAtEnd) {
            record.putInt(DumpedPages.END).putLong(length);
        }
        record.flip();
        page = Math.incrementExact(page);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
