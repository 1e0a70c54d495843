// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// What goes to a disk that others need more: it ends before it leaves them less than a reserve.
/// Others may write meanwhile, so the disk is looked at again and again.
final class SparingStream extends FilterOutputStream {
    /// The reserve is several times as large.
    private static final long LOOK_BYTES = 64L << 20;

    private final Disk disk;
    private final long reserveBytes;
    private long untilLook;

    /// The disk that is written to.
    interface Disk {
        /// {@return what is free}
        long freeBytes() throws IOException;
    }

    SparingStream(OutputStream out, Disk disk, long reserveBytes) {
        super(out);
        this.disk = disk;
        this.reserveBytes = reserveBytes;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        untilLook -= length;
        if (untilLook < 0) {
            untilLook = LOOK_BYTES;
            if (disk.freeBytes() < reserveBytes) {
                throw new IOException(
                        "less than %d MiB are free there".formatted(reserveBytes >> 20));
            }
        }
        out.write(bytes, offset, length);
    }
}
