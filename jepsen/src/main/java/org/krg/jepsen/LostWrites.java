// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.disk.ForgetfulDisk;

/// A cluster each of whose nodes has its data on a disk that loses what was not synced. A strike
/// cuts the power of all of them at once.
public final class LostWrites implements AutoCloseable {
    private final Path scratch;
    private final List<ForgetfulDisk> disks = new ArrayList<>();
    private final Cluster cluster;

    private LostWrites(Path scratch, int nodes) {
        this.scratch = scratch;
        var program = ForgetfulDisk.compile(scratch);
        try {
            this.cluster =
                    Cluster.up(
                            nodes,
                            data -> disks.add(ForgetfulDisk.mount(program, data)),
                            () -> disks.forEach(ForgetfulDisk::close));
        } catch (RuntimeException failed) {
            remove();
            throw failed;
        }
    }

    /// Makes the cluster.
    public static LostWrites up(int nodes) {
        try {
            return new LostWrites(Files.createTempDirectory("krg-disks-"), nodes);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public Cluster cluster() {
        return cluster;
    }

    /// Kills all nodes at once, has their disks forget, and starts them again.
    ///
    /// @return what was lost, in words
    public String cutPower(Random unused) {
        cluster.nodes().parallelStream().forEach(cluster::killNode);
        disks.forEach(ForgetfulDisk::cutPower);
        cluster.startAll();
        return "power cut, lost so far: " + disks.stream().map(ForgetfulDisk::losses).toList();
    }

    /// {@return bytes that were written and lost}
    public long lostBytes() {
        return disks.stream().mapToLong(disk -> disk.losses().bytes()).sum();
    }

    @Override
    public void close() {
        try (var _ = cluster) {
            cluster.nodes().forEach(cluster::killNode);
            disks.forEach(ForgetfulDisk::close);
        } finally {
            remove();
        }
    }

    private void remove() {
        try (var paths = Files.walk(scratch)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
