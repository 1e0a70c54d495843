// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/// The deadline up to which this node may run exclusive cells, in memory shared with every
/// `krg-init`: whoever maps the file sees a new deadline at once, and sees the old one when the
/// agent is gone.
///
/// 16 bytes, little endian: the deadline in nanoseconds of CLOCK_BOOTTIME (0: no lease yet, the
/// watchdogs do nothing), and a number that grows with every renewal. The file is never replaced:
/// the mappings hold on to this one. Owned by the thread that renews.
public final class LeaseFile implements AutoCloseable {
    private static final long DEADLINE_OFFSET = 0;
    private static final long SEQUENCE_OFFSET = 8;
    private static final long LENGTH_BYTES = 16;
    private static final VarHandle WORD =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final Arena arena;
    private final MemorySegment words;

    private LeaseFile(Arena arena, MemorySegment words) {
        this.arena = arena;
        this.words = words;
    }

    /// Opens the file; creates it without a lease if it is missing.
    public static LeaseFile open(Path file) {
        var arena = Arena.ofShared();
        try (var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            return new LeaseFile(arena, channel.map(MapMode.READ_WRITE, 0, LENGTH_BYTES, arena));
        } catch (IOException failure) {
            arena.close();
            throw new CellFailed("cannot map the lease file " + file, failure);
        }
    }

    /// Lets exclusive cells run until `deadline`.
    ///
    /// @param deadline on the clock of [Boottime]
    public void renew(Duration deadline) {
        WORD.setRelease(words, DEADLINE_OFFSET, deadline.toNanos());
        WORD.setRelease(words, SEQUENCE_OFFSET, sequence() + 1);
    }

    /// {@return the deadline on the clock of [Boottime]; empty before the first renewal}
    public Optional<Duration> findDeadline() {
        var nanos = (long) WORD.getAcquire(words, DEADLINE_OFFSET);
        return nanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /// {@return how often the lease was renewed since the file was made}
    public long sequence() {
        return (long) WORD.getAcquire(words, SEQUENCE_OFFSET);
    }

    /// Ends the mapping. The deadline stays in force for the cells.
    @Override
    public void close() {
        arena.close();
    }
}
