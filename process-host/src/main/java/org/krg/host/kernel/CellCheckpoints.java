// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.model.Contents;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.host.GenerationContents;
import org.krg.host.GenerationContents.Fact;
import org.krg.host.GenerationContents.Part;
import org.krg.host.HostFailure;
import org.krg.host.RestartMark;
import org.krg.host.engine.Checkpointing;
import org.krg.host.model.CellId;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// The [Checkpointing] of the engine: generations of the cells of this machine. Safe for use by
/// several threads.
public final class CellCheckpoints implements Checkpointing {
    private final Cells cells;
    private final KernelMachine machine;
    private final Checkpoints checkpoints;

    public CellCheckpoints(Cells cells, KernelMachine machine, Checkpoints checkpoints) {
        this.cells = cells;
        this.machine = machine;
        this.checkpoints = checkpoints;
    }

    @Override
    public Taken take(Order order) {
        var cell = cells.find(order.cell()).orElseThrow(() -> gone(order.cell()));
        var checkpoint = order.spec().checkpoint();
        var copies = copies(checkpoint.copies(), order.ready().size());
        var options =
                new TakeOptions(
                        order.generation().number(),
                        checkpoint.engine(),
                        copies,
                        candidates(order.generation().process(), order.ready()),
                        checkpoint.fileLimitBytes(),
                        order.pinned());
        return attempt(() -> {
            var taken = checkpoints.take(new SavedCell(cell, order.spec().runAs()), options);
            return new Taken(taken.generation(), copies);
        });
    }

    @Override
    public void restore(CellId id, JobSpec spec, Generation generation) {
        try {
            attempt(() -> {
                bringBack(id, spec, generation);
                return id;
            });
        } catch (HostFailure failure) {
            machine.discard(id);
            throw failure;
        }
    }

    private void bringBack(CellId id, JobSpec spec, Generation generation) {
        var directory = cells.makeDirectory(id);
        var prepared =
                checkpoints.prepare(
                        generation, directory.resolve("stdout"), directory.resolve("stderr"));
        var mark = mark(generation, prepared);
        var cell = machine.beginRestore(id, spec, prepared.rootPid(), mark);
        checkpoints.restore(generation, new SavedCell(cell, spec.runAs()));
        machine.finishRestore(id, mark);
        if (prepared.inputEnded() && spec.program().stdinOpen()) {
            cell.endStdin();
        }
    }

    @Override
    public List<GenerationId> stored() {
        return attempt(checkpoints::stored);
    }

    @Override
    public void forget(GenerationId generation) {
        attempt(() -> {
            checkpoints.discard(generation);
            return generation;
        });
    }

    @Override
    public GenerationContents inspect(Generation generation) {
        return contents(attempt(() -> checkpoints.inspect(generation)));
    }

    private static RestartMark mark(Generation generation, Prepared prepared) {
        var streams = prepared.streams();
        return new RestartMark(
                generation.id().number(), streams.stdoutBytes(), streams.stderrBytes());
    }

    /// A cluster with one node keeps one copy; elsewhere two are the least.
    private static int copies(int asked, int others) {
        return others == 0 ? 1 : Math.min(Math.max(asked, 2), others + 1);
    }

    /// The nodes in an order of the process' own, the same each time: copies of many processes go
    /// to many nodes, and those of one to where most of it is already.
    private static List<NodeId> candidates(ProcessId process, List<NodeId> ready) {
        var turned = new ArrayList<>(ready);
        if (!turned.isEmpty()) {
            Collections.rotate(turned, (int) (process.value() % turned.size()));
        }
        return turned;
    }

    private static GenerationContents contents(Contents contents) {
        var manifest = contents.manifest();
        var origin = manifest.origin();
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("taken", manifest.taken().toString()));
        facts.add(new Fact("engine", origin.engineVersion()));
        facts.add(new Fact("kernel", origin.kernel()));
        facts.add(new Fact("architecture", origin.architecture()));
        facts.add(new Fact("cpu", origin.cpu()));
        manifest.tasks().forEach(task -> facts.add(fact(task)));
        manifest.needs().forEach(need -> facts.add(new Fact("needs", need.path())));
        return new GenerationContents(
                contents.id(),
                origin.engine().name().toLowerCase(Locale.ROOT),
                manifest.streams().stdoutBytes(),
                manifest.streams().stderrBytes(),
                manifest.entries().stream().map(CellCheckpoints::part).toList(),
                facts);
    }

    private static Fact fact(Manifest.Task task) {
        return new Fact(
                "process",
                "%d %s, threads=%d, residentBytes=%d"
                        .formatted(task.pid(), task.name(), task.threads(), task.residentBytes()));
    }

    private static Part part(Manifest.Entry entry) {
        var kind =
                switch (entry.kind()) {
                    case IMAGE -> "image";
                    case STDOUT, STDERR -> "stream";
                    case FILE -> "file";
                    case APPENDED -> "append";
                };
        return new Part(kind, entry.name(), entry.content().sizeBytes());
    }

    private static HostFailure gone(CellId id) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "incarnation " + id + " does not run on this node any more",
                "`krg-admin ps` shows where the process is");
    }

    /// What went wrong becomes a failure that a user can read.
    private static <T> T attempt(Supplier<T> work) {
        try {
            return work.get();
        } catch (CheckpointFailed failed) {
            var failure = failed.failure();
            throw new HostFailure(code(failure.code()), told(failure), failure.remedy(), failed);
        } catch (CellFailed failed) {
            throw new HostFailure(
                    HostFailure.Code.FAILED, String.valueOf(failed.getMessage()), "", failed);
        }
    }

    private static String told(Failure failure) {
        var text = new StringBuilder(failure.phase().name().toLowerCase(Locale.ROOT));
        text.append(" failed: ").append(failure.cause());
        if (!failure.next().isEmpty()) {
            text.append(". ").append(failure.next());
        }
        if (!failure.log().isEmpty()) {
            text.append(". CRIU's log is kept in ").append(failure.log());
        }
        return text.toString();
    }

    private static HostFailure.Code code(Failure.Code code) {
        return switch (code) {
            case BLOCKED,
                    NO_ENGINE,
                    TERMINAL,
                    TCP,
                    UNIX_PEER,
                    DESCRIPTOR,
                    GHOST_LIMIT,
                    FILE_LIMIT ->
                    HostFailure.Code.NOT_CHECKPOINTABLE;
            case CORRUPT -> HostFailure.Code.CORRUPT;
            case NOT_FOUND -> HostFailure.Code.NOT_FOUND;
            case CRIU_TOO_OLD,
                    CRIU_KERNEL,
                    PID_BUSY,
                    NAMESPACES,
                    ADDRESS,
                    FILE_MISMATCH,
                    FREEZE_TIMEOUT,
                    CPU_MISMATCH,
                    PRIVILEGE,
                    DISK_FULL,
                    TOO_FEW_COPIES,
                    SUSPECT,
                    OTHER ->
                    HostFailure.Code.FAILED;
        };
    }
}
