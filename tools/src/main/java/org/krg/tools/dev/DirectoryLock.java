// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;

/// The right to change a dev cluster. It ends with the process that has it.
final class DirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes the lock of a directory that exists.
    ///
    /// @throws HostFailure CONFLICT if another command has it
    static DirectoryLock take(DevDirectory directory) throws IOException {
        var channel =
                FileChannel.open(
                        directory.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " is in use: another krg-admin is changing this dev cluster",
                    "wait until it is done, or give another --dir");
        }
        return new DirectoryLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }
}
