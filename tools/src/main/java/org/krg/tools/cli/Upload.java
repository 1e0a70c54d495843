// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.tools.render.Amounts;

/// How far an archive is sent. Written by one thread, read by any.
final class Upload {
    private final AtomicLong sentBytes = new AtomicLong();
    private volatile long wholeBytes;
    private volatile boolean whole;

    /// {@return the bytes of `in`, counted from the first on}
    ///
    /// @param size in bytes; 0 if it is not known
    InputStream of(InputStream in, long size) {
        sentBytes.set(0);
        wholeBytes = size;
        whole = false;
        return new Counted(in);
    }

    /// {@return how far it is, for whoever waits}
    String progress() {
        var sent = sentBytes.get();
        if (whole) {
            return "all %s sent, the cluster checks and copies them".formatted(Amounts.bytes(sent));
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
    String farewell() {
        return whole
                ? "all was sent and may still become a job; krg-admin job list shows it"
                : "given up after %s; nothing of it stays in the cluster"
                        .formatted(Amounts.bytes(sentBytes.get()));
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
