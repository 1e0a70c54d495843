// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.krg.host.HostFailure;
import org.krg.host.OutputChunk;
import org.krg.host.OutputStreamName;
import org.krg.host.RestartMark;
import org.krg.host.core.CellSpecs;
import org.krg.host.core.ObservedCell;
import org.krg.host.engine.Machine;
import org.krg.host.kernel.RestoreNote.Stage;
import org.krg.host.model.CellId;
import org.krg.host.model.CellSpec;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobSpec;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Usage;

/// The [Machine] of the engine: the cells of this Linux machine.
public final class KernelMachine implements Machine {
    /// A task in a long system call stands still later; the next look finds it so.
    private static final Duration FREEZE_LIMIT = Duration.ofMillis(500);

    /// A program that does not read its input for so long keeps nobody waiting longer: less than
    /// its move waits for those who write to it.
    private static final Duration STDIN_LIMIT = Duration.ofSeconds(3);

    private final Cells cells;
    private final Function<ProcessId, CellSpecs.Own> own;

    /// @param own what a process has of its own
    public KernelMachine(Cells cells, Function<ProcessId, CellSpecs.Own> own) {
        this.cells = cells;
        this.own = own;
    }

    @Override
    public List<CellId> cells() {
        return attempt(() -> cells.list().stream().map(Cell::id).toList());
    }

    @Override
    public ObservedCell.State look(CellId id) {
        return attempt(() ->
                cells.find(id)
                        .map(KernelMachine::look)
                        .orElseGet(ObservedCell.State.Unfinished::new));
    }

    @Override
    public void start(CellId id, JobSpec spec, Duration until) {
        attempt(() -> cells.start(id, cellSpec(id, spec).startingBy(until)));
    }

    @Override
    public void prepare(CellId id, JobSpec spec) {
        attempt(() -> {
            RestoreNote.empty(Stage.AHEAD).write(cells.makeDirectory(id));
            try {
                return cells.prepareRestore(id, cellSpec(id, spec));
            } catch (CellFailed failure) {
                // It is not tried again before the restore, which begins with nothing.
                RestoreNote.empty(Stage.BEGUN).write(cells.makeDirectory(id));
                throw failure;
            }
        });
    }

    /// Removes a cell that was made ahead if no program can come back in it: the node's lease was
    /// over meanwhile, and the watchdog has frozen it.
    void settle(CellId id) {
        cells.find(id)
                .filter(KernelMachine::isAhead)
                .filter(cell -> !cell.isAlive() || cell.isFrozen())
                .ifPresent(_ -> cells.destroy(id));
    }

    /// Makes the cell for a program of a checkpoint that is about to be restored in it, unless it
    /// was made ahead. The output of the program so far is in its directory.
    ///
    /// @param mark where the output of the program goes on
    /// @param until up to when it may begin, if it is exclusive
    Cell beginRestore(CellId id, JobSpec spec, int rootPid, RestartMark mark, Duration until) {
        return attempt(() -> {
            var ahead = cells.find(id).filter(KernelMachine::isAhead);
            new RestoreNote(mark, Stage.BEGUN).write(cells.makeDirectory(id));
            var wanted = cellSpec(id, spec).startingBy(until);
            var cell = ahead.orElseGet(() -> cells.prepareRestore(id, wanted));
            cell.expect(rootPid);
            return cell;
        });
    }

    /// {@return the addresses of the ranks that go back together with a process, if there are any}
    List<Ipv4Address> partners(CellId id) {
        return own.apply(new ProcessId(id.process())).partners();
    }

    private CellSpec cellSpec(CellId id, JobSpec spec) {
        return CellSpecs.of(spec, own.apply(new ProcessId(id.process())));
    }

    /// Makes the restored program the program of its cell.
    public void finishRestore(CellId id, RestartMark mark) {
        attempt(() -> {
            var cell = require(id);
            cell.confirmRestored();
            new RestoreNote(mark, Stage.DONE).write(cell.directory());
            return cell;
        });
    }

    @Override
    public void kill(CellId id) {
        attempt(() -> {
            cells.find(id).ifPresent(Cell::kill);
            return id;
        });
    }

    @Override
    public void fence(CellId id) {
        attempt(() -> {
            cells.find(id).ifPresent(Cell::fence);
            return id;
        });
    }

    @Override
    public void release(CellId id) {
        attempt(() -> {
            cells.release(id);
            return id;
        });
    }

    @Override
    public void discard(CellId id) {
        attempt(() -> {
            cells.destroy(id);
            return id;
        });
    }

    @Override
    public void freeze(CellId id) {
        attempt(() -> {
            requireAlive(id).hold(FREEZE_LIMIT);
            return id;
        });
    }

    @Override
    public void thaw(CellId id, Duration until) {
        attempt(() -> {
            var cell = require(id);
            if (cell.isBeingDumped()) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "a dump of cell " + id + " is still under way",
                        "");
            }
            cell.connect();
            cell.release(until);
            return id;
        });
    }

    @Override
    public void signal(CellId id, int signal, boolean all) {
        attempt(() -> {
            var cell = requireAlive(id);
            if (all) {
                cell.signalAll(signal);
            } else {
                cell.signal(signal);
            }
            return id;
        });
    }

    @Override
    public CompletableFuture<?> ended(CellId id) {
        return attempt(() -> require(id).exit());
    }

    @Override
    public OutputChunk output(CellId id, OutputStreamName stream, long offset, int maxBytes) {
        return attempt(() -> {
            var cell = require(id);
            var over = !cell.isAlive();
            var file =
                    switch (stream) {
                        case STDOUT -> cell.stdout();
                        case STDERR -> cell.stderr();
                    };
            return read(file, offset, maxBytes, over);
        });
    }

    @Override
    public List<RestartMark> restartMarks(CellId id) {
        return attempt(() ->
                RestoreNote.find(require(id).directory())
                        .filter(note -> note.is(Stage.DONE))
                        .map(RestoreNote::mark)
                        .stream()
                        .toList());
    }

    @Override
    public int writeStdin(CellId id, byte[] bytes, boolean end) {
        return attempt(() -> {
            var cell = requireAlive(id);
            var deadline = System.nanoTime() + STDIN_LIMIT.toNanos();
            for (var from = 0; from < bytes.length; from += Cell.MOST_STDIN_BYTES) {
                var to = Math.min(bytes.length, from + Cell.MOST_STDIN_BYTES);
                var left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                var taken = cell.writeStdin(Arrays.copyOfRange(bytes, from, to), left);
                if (from + taken < to) {
                    return from + taken;
                }
            }
            if (end) {
                cell.endStdin();
            }
            return bytes.length;
        });
    }

    @Override
    public void resize(CellId id, int rows, int columns) {
        attempt(() -> {
            requireAlive(id).resize(rows, columns);
            return id;
        });
    }

    private static ObservedCell.State look(Cell cell) {
        var alive = cell.isAlive();
        if (alive && isAhead(cell)) {
            return new ObservedCell.State.Prepared();
        }
        var unfinished =
                RestoreNote.find(cell.directory()).filter(note -> !note.is(Stage.DONE)).isPresent()
                        || InitProcess.find(cell.directory()).isEmpty();
        if (unfinished) {
            return new ObservedCell.State.Unfinished();
        }
        if (alive) {
            var frozen = cell.isFrozen();
            return new ObservedCell.State.Alive(frozen, frozen || cell.isHalted());
        }
        var used = cell.usage();
        return cell.findExit()
                .<ObservedCell.State>map(exit ->
                        new ObservedCell.State.Over(
                                exit,
                                new Usage(used.cpu(), used.memoryBytes()),
                                changed(cell.directory())))
                .orElseGet(() -> new ObservedCell.State.Alive(false));
    }

    private static boolean isAhead(Cell cell) {
        return RestoreNote.find(cell.directory()).filter(note -> note.is(Stage.AHEAD)).isPresent();
    }

    private static Instant changed(Path directory) {
        try {
            return Files.getLastModifiedTime(directory).toInstant();
        } catch (IOException gone) {
            return Instant.EPOCH;
        }
    }

    private static OutputChunk read(Path file, long offset, int maxBytes, boolean over) {
        try (var channel = FileChannel.open(file)) {
            var size = channel.size();
            var from = Math.min(offset, size);
            var bytes = ByteBuffer.allocate((int) Math.min(maxBytes, size - from));
            while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
                // A read may be short.
            }
            return new OutputChunk(from, bytes.flip(), size, over);
        } catch (NoSuchFileException nothing) {
            return new OutputChunk(0, ByteBuffer.allocate(0), 0, over);
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + file, failure);
        }
    }

    private Cell requireAlive(CellId id) {
        var cell = require(id);
        if (!cell.isAlive()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "incarnation " + id + " has ended",
                    "`krg-admin ps` shows what runs");
        }
        return cell;
    }

    private Cell require(CellId id) {
        return cells.find(id)
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                "this node has nothing of incarnation " + id,
                                "a node keeps what the newest hundred of its ended"
                                        + " processes wrote"));
    }

    /// What the machine did not do becomes a failure that a user can read.
    private static <T> T attempt(Supplier<T> work) {
        try {
            return work.get();
        } catch (CellFailed failure) {
            throw new HostFailure(
                    HostFailure.Code.FAILED, String.valueOf(failure.getMessage()), "", failure);
        }
    }
}
