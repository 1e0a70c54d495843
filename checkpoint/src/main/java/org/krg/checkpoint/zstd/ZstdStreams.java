// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.zstd;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.krg.checkpoint.engine.Compression;

/// Streams of zstd frames, RFC 8878.
///
/// @param level of zstd
public record ZstdStreams(int level) implements Compression {
    /// A frame that wants more memory than this to be expanded is refused: 8 MiB.
    private static final int MAX_WINDOW_BITS = 23;

    @Override
    public OutputStream compressed(OutputStream out) throws IOException {
        return new ZstdOutputStream(new StaysOpen(out), level)
                .setChecksum(true)
                .setCloseFrameOnFlush(false);
    }

    private static final class StaysOpen extends FilterOutputStream {
        StaysOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    @Override
    public InputStream expanded(InputStream in) throws IOException {
        return new ZstdInputStream(in).setLongMax(MAX_WINDOW_BITS);
    }

    // What does not become smaller goes into raw blocks of up to 128 KiB, three bytes before each.
    @Override
    public long mostBytes(long bytes) {
        return bytes + bytes / 1024 + 64 * 1024;
    }
}
