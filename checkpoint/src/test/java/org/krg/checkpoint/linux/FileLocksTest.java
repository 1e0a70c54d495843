// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.checkpoint.model.OpenFile.Lock;

final class FileLocksTest {
    private static final String POSIX = "lock:\t1: POSIX  ADVISORY  WRITE 359 00:13:11691 2 4";
    private static final String FLOCK = "lock:\t1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF";
    private static final String SHARED = "lock:\t1: POSIX  ADVISORY  READ 359 00:13:11691 0 EOF";

    @TempDir private Path process;

    @BeforeEach
    void twoMounts() throws IOException {
        Files.writeString(
                process.resolve("mountinfo"),
                """
                25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                31 25 0:40 /export /data rw,relatime shared:9 - nfs4 server:/export rw,vers=4.2
                """);
    }

    @Test
    void anExclusiveLockIsKeptByTheKernelOrByTheNetwork() throws IOException {
        assertThat(lock(25, POSIX)).isEqualTo(Lock.LOCAL);
        assertThat(lock(25, FLOCK)).isEqualTo(Lock.LOCAL);
        assertThat(lock(31, POSIX)).isEqualTo(Lock.NETWORK);
    }

    @Test
    void aLockThatOthersCanHaveTooCountsForNone() throws IOException {
        assertThat(lock(25, SHARED)).isEqualTo(Lock.NONE);
        assertThat(FileLocks.of(process, List.of("pos:\t0", "mnt_id:\t25"))).isEqualTo(Lock.NONE);
    }

    @Test
    void aMountIsFoundByItsNumber() throws IOException {
        var mounts = Files.readString(process.resolve("mountinfo"));
        assertThat(FileLocks.type(mounts, "31")).contains("nfs4");
        assertThat(FileLocks.type(mounts, "1")).isEmpty();
    }

    private Lock lock(int mount, String line) throws IOException {
        return FileLocks.of(
                process, List.of("pos:\t0", "flags:\t0100002", "mnt_id:\t" + mount, line));
    }
}
