// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.segment;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;

/// Takes what a segment holds as an agent sends it: `u32 page, 4096 bytes` for each page that is
/// not zeros, then `u32 -1, u64 bytes`; or `u32 -2, u32 exit code` and two texts where it cannot go
/// on. Written to by one thread; the count may be asked for by any.
final class DumpedPages extends OutputStream {
    static final int PAGE_BYTES = 4_096;
    static final int END = -1;

    private static final int FAILED = -2;
    private static final int PAGE_RECORD = Integer.BYTES + PAGE_BYTES;
    private static final int END_RECORD = Integer.BYTES + Long.BYTES;

    /// More than the longest failure has.
    private static final int MOST_WAITING = 160 << 10;

    private final Target target;
    private final ByteBuffer waiting = ByteBuffer.allocate(MOST_WAITING);
    private final AtomicLong count = new AtomicLong();
    private boolean isWhole;

    /// Where pages go, in order.
    interface Target {
        void page(long offset, byte[] bytes) throws IOException;

        /// All have come.
        void end(long length) throws IOException;
    }

    DumpedPages(Target target) {
        this.target = target;
    }

    /// {@return how many pages have come}
    long count() {
        return count.get();
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int many) throws IOException {
        var from = ByteBuffer.wrap(bytes, offset, many);
        while (from.hasRemaining()) {
            var piece = Math.min(from.remaining(), waiting.remaining());
            waiting.put(from.slice().limit(piece));
            from.position(from.position() + piece);
            waiting.flip();
            while (takeOne()) {
                // The next one.
            }
            waiting.compact();
        }
    }

    private boolean takeOne() throws IOException {
        if (waiting.remaining() < Integer.BYTES) {
            return false;
        }
        var page = waiting.getInt(waiting.position());
        var isEnd = page == END;
        if (page == FAILED || waiting.remaining() < (isEnd ? END_RECORD : PAGE_RECORD)) {
            return false;
        }
        waiting.getInt();
        if (isEnd) {
            target.end(waiting.getLong());
            isWhole = true;
        } else {
            var bytes = new byte[PAGE_BYTES];
            waiting.get(bytes);
            target.page((long) page * PAGE_BYTES, bytes);
            count.incrementAndGet();
        }
        return true;
    }

    /// Throws [VerbFailed] unless all has come.
    void requireWhole() throws IOException {
        if (isWhole) {
            return;
        }
        waiting.flip();
        if (waiting.remaining() < Integer.BYTES || waiting.getInt() != FAILED) {
            throw new VerbFailed(ExitCode.FAILED, "not all has come", "dump it again");
        }
        var rest = new byte[waiting.remaining()];
        waiting.get(rest);
        var in = new DataInputStream(new ByteArrayInputStream(rest));
        throw new VerbFailed(in.readInt(), in.readUTF(), in.readUTF());
    }
}
