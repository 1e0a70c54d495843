// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/// The wall clock of a node's agent, which is the machine's with a difference that can be set while
/// the agent runs and stays when it starts again. The library, `own-clock.c`, is compiled where it
/// is used and preloaded; that takes a C compiler.
///
/// @param difference a file of eight bytes, nanoseconds in the machine's order, which the agent has
///   mapped
record OwnClock(Path difference) {
    private static final String SOURCE = "own-clock.c";

    /// Where the library looks for the difference, in the home of a node.
    private static final String FILE = "clock";

    /// {@return the library, compiled}
    ///
    /// @param directory gets it
    static Path compile(Path directory) {
        var source = Tool.source(OwnClock.class, SOURCE, directory);
        var library = directory.resolve("own-clock.so");
        var command = List.of("gcc", "-std=gnu17", "-O2", "-shared", "-fPIC", source.toString());
        Tool.run(command, "-o", library.toString());
        return library;
    }

    /// {@return the clock of a node}
    ///
    /// @param data the node's data directory, in its home
    static OwnClock of(Path data) {
        return new OwnClock(data.resolveSibling(FILE));
    }

    /// Makes the file, and the node's home, before the agent starts.
    void make() {
        try {
            Files.createDirectories(difference.resolveSibling("."));
            Files.createFile(difference);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        set(Duration.ZERO);
    }

    /// Sets the clock.
    ///
    /// @param ahead of the machine's; negative: behind
    void set(Duration ahead) {
        var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(ahead.toNanos());
        try {
            // All eight at once, and never a shorter file: the agent looks at any moment.
            Files.write(difference, bytes.array(), StandardOpenOption.WRITE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
