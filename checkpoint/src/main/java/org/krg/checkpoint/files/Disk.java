// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What a store asks of the disk it lies on.
@FunctionalInterface
public interface Disk {
    /// The disk of this machine. Not to be asked by a thread that may be interrupted: that counts
    /// as a failure.
    Disk REAL =
            file -> {
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            };

    /// Makes what is in a file durable.
    void force(Path file) throws IOException;
}
