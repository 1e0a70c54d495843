// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.HeldFile;
import org.krg.checkpoint.model.HeldFile.Kind;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.OpenFile.Lock;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreeProcess;

final class HeldFilesTest {
    @Test
    void exclusiveLocksAndFifosWithNamesAreHeldAlone() {
        var held =
                HeldFiles.of(
                        tree(
                                file(3, "/data/db", OpenFile.Type.REGULAR, Lock.LOCAL),
                                file(4, "/nfs/db", OpenFile.Type.REGULAR, Lock.NETWORK),
                                file(5, "/tmp/fifo", OpenFile.Type.PIPE, Lock.NONE)));

        assertThat(held)
                .containsExactly(
                        new HeldFile(300, 3, "/data/db", Kind.LOCK, 1, 7),
                        new HeldFile(300, 4, "/nfs/db", Kind.NETWORK_LOCK, 1, 7),
                        new HeldFile(300, 5, "/tmp/fifo", Kind.FIFO, 1, 7));
    }

    @Test
    void pipesWithoutNamesAndFilesWithoutLocksAreNot() {
        assertThat(
                        HeldFiles.of(
                                tree(
                                        file(3, "pipe:[77]", OpenFile.Type.PIPE, Lock.NONE),
                                        file(4, "/data/log", OpenFile.Type.REGULAR, Lock.NONE))))
                .isEmpty();
    }

    private static ProcessTree tree(OpenFile... files) {
        var process =
                new TreeProcess(
                        300,
                        10_300,
                        1,
                        "a.out",
                        1,
                        false,
                        0,
                        0,
                        List.of(files),
                        List.of(),
                        List.of());
        return new ProcessTree(300, List.of(process), List.of(), List.of(), Optional.empty());
    }

    private static OpenFile file(int fd, String target, OpenFile.Type type, Lock lock) {
        var facts = new FileFacts(1, 7, 1, 0644, 0, 0, 0, Instant.EPOCH);
        return new OpenFile(fd, target, type, true, true, false, lock, facts);
    }
}
