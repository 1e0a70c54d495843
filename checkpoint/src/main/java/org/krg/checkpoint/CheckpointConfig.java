// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Settings of the checkpoint module.
///
/// @param images the directory of chunks and manifests; made with mode 0700, since images hold what
///   a program has in memory. It must be visible in the cells, so it is mounted before they start
/// @param natives the directory of krg's native programs and libraries
/// @param criu the command that runs CRIU; default `criu`
/// @param ghostLimitBytes size of a deleted file that goes into the images, at most; default 256
///   MiB; larger if programs keep large unnamed temporary files
/// @param freezeLimit how long the tasks of a cell may take to stand still, as CRIU counts; default
///   30 s
/// @param dumpLimit after which CRIU is killed, and the process with it is no longer trusted; as
///   long the disk of another node may take for a copy that has arrived; default 10 min
/// @param peerLimit how long another node may be silent when it is asked; default 30 s
/// @param compressionLevel of zstd, 1 to 19; default 1, for which a disk is slower than a core
public record CheckpointConfig(
        Path images,
        Path natives,
        List<String> criu,
        long ghostLimitBytes,
        Duration freezeLimit,
        Duration dumpLimit,
        Duration peerLimit,
        int compressionLevel) {
    public CheckpointConfig {
        criu = List.copyOf(criu);
        require(images.isAbsolute(), "images is an absolute path, not " + images);
        require(!criu.isEmpty(), "criu is a command");
        require(ghostLimitBytes > 0, "ghostLimitBytes is more than nothing");
        require(freezeLimit.toSeconds() > 0, "freezeLimit is at least a second");
        require(dumpLimit.compareTo(freezeLimit) > 0, "dumpLimit is longer than freezeLimit");
        require(peerLimit.isPositive(), "peerLimit is longer than nothing");
        require(
                compressionLevel >= 1 && compressionLevel <= 19,
                "compressionLevel is 1 to 19, not " + compressionLevel);
    }

    /// {@return the defaults with images in `images`}
    public static CheckpointConfig defaults(Path images, Path natives) {
        return new CheckpointConfig(
                images,
                natives,
                List.of("criu"),
                256L << 20,
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                1);
    }

    /// {@return the same with another command for CRIU}
    public CheckpointConfig withCriu(List<String> command) {
        return new CheckpointConfig(
                images,
                natives,
                command,
                ghostLimitBytes,
                freezeLimit,
                dumpLimit,
                peerLimit,
                compressionLevel);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
