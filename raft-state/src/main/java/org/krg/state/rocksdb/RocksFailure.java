// SPDX-License-Identifier: Apache-2.0
package org.krg.state.rocksdb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.engine.StorageFailed;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// Says what a failure of RocksDB means: damage, a disk that is full or fails, or neither.
final class RocksFailure {
    /// How RocksDB names the file it found damaged.
    private static final Pattern TABLE = Pattern.compile("([0-9]{6,})\\.sst");

    private RocksFailure() {}

    static RuntimeException of(Path directory, String what, RocksDBException failed) {
        var status = failed.getStatus();
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new StorageDamaged(file(directory, failed), text(failed), failed);
        }
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
            return new DiskFailed(directory, DiskFailed.Fault.FULL, failed);
        }
        return DiskFailed.faultOf(failed)
                .<RuntimeException>map(fault -> new DiskFailed(directory, fault, failed))
                .orElseGet(() ->
                        new StorageFailed(what + " in " + directory + ": " + text(failed), failed));
    }

    private static Path file(Path directory, RocksDBException failed) {
        var name = TABLE.matcher(text(failed));
        if (name.find()) {
            var table = directory.resolve(name.group());
            return Files.exists(table) ? table : directory;
        }
        return directory;
    }

    private static String text(RocksDBException failed) {
        return String.valueOf(failed.getMessage());
    }
}
