// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.clock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.Tool;

/// The wall clock of a node's agent, which is the machine's with a difference that can be set while
/// the agent runs and stays when it starts again. The library, `own-clock.c`, is compiled where it
/// is used and preloaded; that takes a C compiler.
///
/// @param difference a file of eight bytes, nanoseconds in the machine's order, which the agent has
///   mapped
public record OwnClock(Path difference) {
    private static final String SOURCE = "own-clock.c";

    /// Where the library looks for the difference, in the home of a node.
    private static final String FILE = "clock";

    /// {@return the library, compiled}
    ///
    /// @param directory gets it
    public static Path compile(Path directory) {
        var source = Tool.source(OwnClock.class, SOURCE, directory);
        var library = directory.resolve("own-clock.so");
        var command = List.of("gcc", "-std=gnu17", "-O2", "-shared", "-fPIC", source.toString());
        Tool.run(command, "-o", library.toString());
        return library;
    }

    /// {@return the clock of a node}
    ///
    /// @param home of the node
    public static OwnClock of(Path home) {
        return new OwnClock(home.resolve(FILE));
    }

    /// Makes the file, without a difference, before the agent starts.
    public void make() {
        try {
            Files.createDirectories(difference.getParent());
            Files.write(difference, new byte[Long.BYTES]);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Sets the clock.
    ///
    /// @param ahead of the machine's; negative: behind
    public void set(Duration ahead) {
        var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(ahead.toNanos()).flip();
        try (var file = FileChannel.open(difference, StandardOpenOption.WRITE)) {
            var _ = file.write(bytes, 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
