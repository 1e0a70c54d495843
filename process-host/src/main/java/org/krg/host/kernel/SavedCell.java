// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.host.engine.Checkpointing;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Epoch;
import org.krg.state.model.Identity;
import org.krg.state.model.ProcessId;
import org.krg.state.model.SavedSegment;

/// A cell as the checkpoint module sees it.
///
/// @param user who the program runs as
/// @param shared what its processes may have of the cluster's shared memory
/// @param hasTerminal whether the program has one of its own
/// @param ownDirectory of the job, in the cell
/// @param gate what is waited for before the program goes on
/// @param returning shared memory whose pages are among the images of what is brought back
record SavedCell(
        Cell cell,
        Identity user,
        SharedPrograms shared,
        boolean hasTerminal,
        Optional<String> ownDirectory,
        Checkpointing.Gate gate,
        List<SavedSegment> returning)
        implements CellView {
    /// Tasks in a long system call stand still when it ends; disks that hang are the longest.
    private static final Duration FREEZE_LIMIT = Duration.ofSeconds(20);

    /// krg-init makes it first on the cell's own `/dev/pts`.
    private static final String TERMINAL = "/dev/pts/0";

    private static final String TYPED = "krg-typed.img";

    /// A cell whose program waits for nobody.
    SavedCell(
            Cell cell,
            Identity user,
            SharedPrograms shared,
            boolean hasTerminal,
            Optional<String> ownDirectory) {
        this(cell, user, shared, hasTerminal, ownDirectory, Checkpointing.Gate.OPEN, List.of());
    }

    /// {@return the same cell, whose program goes on when `other` says so}
    SavedCell waitingAt(Checkpointing.Gate other) {
        return new SavedCell(cell, user, shared, hasTerminal, ownDirectory, other, returning);
    }

    /// {@return the same cell, into which a program with that shared memory comes back}
    SavedCell returning(List<SavedSegment> segments) {
        return new SavedCell(cell, user, shared, hasTerminal, ownDirectory, gate, segments);
    }

    @Override
    public ProcessId process() {
        return new ProcessId(cell.id().process());
    }

    @Override
    public Epoch epoch() {
        return new Epoch(cell.id().epoch());
    }

    @Override
    public int rootPid() {
        return cell.rootPid();
    }

    @Override
    public long initPid() {
        return cell.findInitPid()
                .orElseThrow(() -> new CellFailed("the krg-init of cell " + cell.id() + " ended"));
    }

    @Override
    public Path appCgroup() {
        return cell.findFreezer()
                .orElseThrow(() -> new CellFailed("cell " + cell.id() + " has no cgroup"));
    }

    @Override
    public Path initCgroup() {
        return cell.findInitCgroup()
                .orElseThrow(() -> new CellFailed("cell " + cell.id() + " has no cgroup"));
    }

    @Override
    public Path stdout() {
        return cell.stdout();
    }

    @Override
    public Path stderr() {
        return cell.stderr();
    }

    @Override
    public List<String> inside(Place place, List<String> command) {
        var group =
                switch (place) {
                    case INIT -> Cell.Place.INIT;
                    case APP -> Cell.Place.APP;
                };
        return cell.inside(group, command);
    }

    @Override
    public Optional<String> terminal() {
        return hasTerminal ? Optional.of(TERMINAL) : Optional.empty();
    }

    @Override
    public boolean hasOwnAddress() {
        return cell.findAddress().isPresent();
    }

    @Override
    public Sharing sharing() {
        var own = cell.pids();
        own.retainAll(shared.processes());
        return own.isEmpty()
                ? Sharing.NONE
                : new Sharing(own.stream().map(Integer::longValue).toList(), ProcFs.ownSockets());
    }

    @Override
    public boolean hasAgreed() {
        return shared.haveAgreed(cell.pids());
    }

    @Override
    public void begin() {
        cell.begin();
    }

    @Override
    public void freeze() {
        var tie = shared.detach(cell::pids, cell.still());
        if (tie.isPresent()) {
            throw new CheckpointFailed(
                    new Failure(
                            Failure.Phase.FREEZE,
                            Failure.Code.BLOCKED,
                            told(tie.get()),
                            tie.get().remedy(),
                            "",
                            ""));
        }
        cell.freeze(FREEZE_LIMIT);
        cell.cut();
    }

    /// {@return what its processes hold of shared memory that cannot be saved} Blocks for a while
    /// if there is something.
    List<Obstacle> ties() {
        return shared.ties(cell::pids).stream()
                .map(tie -> new Obstacle(where(tie), tie.what(), tie.remedy()))
                .toList();
    }

    private static String told(SharedPrograms.Tie tie) {
        return "%s: %s".formatted(where(tie), tie.what());
    }

    /// A user knows a process by its number in the cell.
    private static String where(SharedPrograms.Tie tie) {
        var numbers = ProcFs.findStatus(tie.pid(), "NSpid").orElse("").split("\\s+", -1);
        return "pid " + numbers[numbers.length - 1];
    }

    @Override
    public void standing() {
        gate.standsStill(shared.held(cell.pids()));
    }

    @Override
    public void saved(Path images) {
        if (hasTerminal) {
            cell.keepTerminal(images.resolve(TYPED));
        }
        gate.keepPages(segment ->
                shared.keepPages(segment, image(images, segment))
                        .ifPresent(why -> fail(Failure.Phase.DUMP, segment, why)));
    }

    @Override
    public void storing() {
        gate.requireWhole();
    }

    @Override
    public void restoring(Path images) {
        if (hasTerminal) {
            cell.giveTerminal(images.resolve(TYPED));
        }
        for (var segment : returning) {
            shared.putBack(segment, image(images, segment))
                    .ifPresent(why -> fail(Failure.Phase.RESTORE, segment, why));
        }
    }

    private static Path image(Path images, SavedSegment saved) {
        return images.resolve("krg-segment-" + saved.segment().id() + ".img");
    }

    private static void fail(Failure.Phase phase, SavedSegment saved, String why) {
        throw new CheckpointFailed(
                new Failure(
                        phase,
                        Failure.Code.BLOCKED,
                        "shared memory %s: %s".formatted(saved.segment().name(), why),
                        "",
                        "",
                        ""));
    }

    @Override
    public boolean isHeld() {
        return cell.isHeld();
    }

    @Override
    public void thaw() {
        gate.awaitOthers();
        cell.connect();
        if (!cell.isHeld()) {
            cell.thaw();
        }
    }

    @Override
    public StreamSizes sync() {
        var offsets = cell.sync();
        return new StreamSizes(offsets.stdoutBytes(), offsets.stderrBytes());
    }
}
