// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.tools.render.Amounts;

/// How far a file is sent. Written by one thread, read by any.
public final class Upload {
    private final String afterwards;
    private final String unknown;
    private final String undone;
    private final AtomicLong sentBytes = new AtomicLong();
    private volatile long wholeBytes;
    private volatile boolean whole;

    /// @param afterwards what the cluster does when it has all of it, as a clause
    /// @param unknown what becomes of it if nobody waits for that, behind "all was sent and"
    /// @param undone what is so if not all was sent, as a clause
    public Upload(String afterwards, String unknown, String undone) {
        this.afterwards = afterwards;
        this.unknown = unknown;
        this.undone = undone;
    }

    /// {@return the bytes of `in`, counted from the first on}
    ///
    /// @param size in bytes; 0 if it is not known
    public InputStream of(InputStream in, long size) {
        sentBytes.set(0);
        wholeBytes = size;
        whole = false;
        return new Counted(in);
    }

    /// {@return how far it is, for whoever waits}
    public String progress() {
        var sent = sentBytes.get();
        if (whole) {
            return "all %s sent, %s".formatted(Amounts.bytes(sent), afterwards);
        }
        return wholeBytes == 0
                ? "%s sent".formatted(Amounts.bytes(sent))
                : "%s of %s sent, %d %%"
                        .formatted(
                                Amounts.bytes(sent),
                                Amounts.bytes(wholeBytes),
                                100 * sent / wholeBytes);
    }

    /// {@return what is so when nobody waits any more}
    public String farewell() {
        return whole
                ? "all was sent and " + unknown
                : "given up after %s; %s".formatted(Amounts.bytes(sentBytes.get()), undone);
    }

    private final class Counted extends FilterInputStream {
        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = super.read();
            count(one < 0 ? -1 : 1);
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var many = super.read(bytes, offset, length);
            count(many);
            return many;
        }

        private void count(int many) {
            if (many < 0) {
                whole = true;
            } else {
                sentBytes.addAndGet(many);
            }
        }
    }
}
