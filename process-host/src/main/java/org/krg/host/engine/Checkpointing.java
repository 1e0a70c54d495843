// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.Pace;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Scanned;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.Verified;
import org.krg.host.GenerationContents;
import org.krg.host.core.Afterwards;
import org.krg.host.model.CellId;
import org.krg.host.model.Footprint.NeededPath;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Substitute;

/// Takes checkpoints of cells and brings programs back from them. All methods block; they fail with
/// [org.krg.host.HostFailure], whose message says phase, cause and remedy.
public interface Checkpointing {
    /// What is to be taken.
    ///
    /// @param ready nodes that a copy may be sent to, this one not among them
    /// @param target the node among them that the program is about to move to, if it is: it gets
    ///   the first copy
    /// @param memoryFollows whether its memory goes there only when it runs there
    record Order(
            CellId cell,
            GenerationId generation,
            JobSpec spec,
            List<NodeId> ready,
            boolean pinned,
            Optional<NodeId> target,
            boolean memoryFollows) {
        public Order {
            ready = List.copyOf(ready);
        }
    }

    /// What was taken.
    ///
    /// @param copiesWanted nodes that should hold it; fewer may be had in a small cluster
    /// @param sentBytes that went to other nodes
    /// @param stopped since when the program stood still
    record Taken(Generation generation, int copiesWanted, long sentBytes, Instant stopped) {}

    /// What a program consists of.
    ///
    /// @param unsaved what keeps it from being saved
    /// @param bound what ties it to this node
    /// @param held files of which it cannot be on two nodes at one time
    /// @param files that it uses and only reads
    /// @param paths besides them that it has in use
    /// @param leastBytes that what is saved of it takes, before it is compressed
    /// @param segments that it has open
    record Survey(
            List<Obstacle> unsaved,
            List<Obstacle> bound,
            List<LoneFile> held,
            List<UsedFile> files,
            List<LonePath> paths,
            long leastBytes,
            List<SegmentId> segments,
            long residentBytes) {
        public Survey {
            unsaved = List.copyOf(unsaved);
            bound = List.copyOf(bound);
            held = List.copyOf(held);
            files = List.copyOf(files);
            paths = List.copyOf(paths);
            segments = List.copyOf(segments);
        }
    }

    /// A file that a program uses and only reads.
    ///
    /// @param mapped whether its content is part of the program's memory
    record UsedFile(String path, long sizeBytes, boolean mapped) {}

    /// A file that a program has alone.
    ///
    /// @param where who has it: `fd 7 of pid 300`
    /// @param kind `lock` or `fifo`
    /// @param device and inode: which file of this machine it is
    record LoneFile(String where, String path, String kind, long device, long inode) {}

    /// A path that a program has in use.
    ///
    /// @param where who has it: `fd 7 of pid 300`
    /// @param writable whether it was opened for writing
    /// @param device and inode: which file of this machine it has there
    record LonePath(
            String where,
            String path,
            NeededPath.Kind kind,
            boolean writable,
            long device,
            long inode) {}

    /// {@return the bytes that are free where checkpoints are kept}
    long freeBytes();

    /// {@return what a running program consists of} Nothing is frozen.
    Survey survey(CellId cell, JobSpec spec);

    /// Told how much of a checkpoint is copied; what it throws ends the copying.
    interface Progress {
        /// Takes it in.
        ///
        /// @param wholeBytes what the checkpoint stands for; what is there already is never sent
        void sent(long sentBytes, long wholeBytes);
    }

    /// Takes a checkpoint and has it copied; the program goes on afterwards.
    Taken take(Order order, Progress progress);

    /// What a rank of a parallel job and the others wait for while they are saved as one.
    interface Gate {
        /// Of a program that waits for nobody.
        Gate OPEN =
                new Gate() {
                    @Override
                    public void standsStill(List<Held> held) {}

                    @Override
                    public void keepPages(Keeper keeper) {}

                    @Override
                    public void awaitOthers() {}

                    @Override
                    public void requireWhole() {}
                };

        /// Called once the program stands still and can neither send nor receive.
        ///
        /// @param held its shared memory, in order of the segments
        void standsStill(List<Held> held);

        /// Called once the program is saved: keeps the pages of shared memory that are its to keep,
        /// when all others stand still too.
        void keepPages(Keeper keeper);

        /// Called before the program goes on; returns when no other rank can send to it what is not
        /// saved, or when that no longer matters.
        void awaitOthers();

        /// Called then, before what is saved is stored and copied.
        ///
        /// @throws org.krg.host.HostFailure if that is of no use, as others are not saved with it
        void requireWhole();
    }

    /// Keeps the pages of a segment beside what is saved of a program; blocks.
    interface Keeper {
        /// Keeps them all, as they are.
        void keep(SavedSegment segment);
    }

    /// Takes a checkpoint of a rank; the program goes on when the gate says so.
    Taken takeInCut(Order order, Gate gate, Progress progress);

    /// Takes a checkpoint with one copy, on the order's target, and without memory if that follows.
    /// The program stands still from then on, also after a failure.
    Taken takeAndHold(Order order, Progress progress);

    /// Makes a cell for the program of a generation and brings it back there. After a failure
    /// nothing of the cell is left.
    ///
    /// @param afterwards whether the program goes on there, or stands still without having run
    /// @param until up to when that may begin, if the program is exclusive, on the machine's
    ///   monotonic clock
    void restore(
            CellId cell,
            JobSpec spec,
            Generation generation,
            Afterwards afterwards,
            Duration until);

    /// Makes a cell for a program that arrives, whose memory follows from the source of its move.
    /// It stands still when this returns. After a failure nothing of the cell is left.
    ///
    /// @param until as for [#restore]
    FollowingMemory restoreFollowed(
            CellId cell, JobSpec spec, Generation generation, Migration migration, Duration until);

    /// {@return whether nothing brings memory to a cell any more} If its program lives, all is
    /// there.
    boolean isMemoryHere(CellId cell);

    /// {@return what this node has of generations}
    List<StoredManifest> stored();

    /// Removes what this node has of a generation; its bytes become free with the next [#sweep].
    void forget(StoredManifest stored);

    /// Frees what no generation of this node needs any more, as far as nobody is about to use it.
    void sweep();

    /// {@return what a generation holds, from this node's copy}
    GenerationContents inspect(Generation generation);

    /// {@return how the program of a generation would open files that are to take the place of
    /// others}
    List<Opening> openings(Generation generation, List<Substitute> substitutes);

    /// {@return why a user cannot open files of this node, a clause for each}
    List<String> unopenable(Identity user, List<Opening> openings);

    /// Reads every byte of this node's copy and puts right what is damaged.
    Verified verify(Generation generation);

    /// {@return what reading every byte of this node's copy gave, at a pace} Nothing is put right.
    Scanned scan(Generation generation, Pace pace);

    /// Writes a generation that is whole here as an archive; see [#verify].
    void export(Generation generation, ArchiveHead head, OutputStream out);

    /// {@return an archive that comes in, once it is known who has signed it}
    ///
    /// @param authority of another cluster, DER, that is believed for this once
    Arrival open(InputStream archive, Optional<byte[]> authority);

    /// {@return a generation of which this node has a copy, on its way to another process}
    ///
    /// @param head what is said of its job
    Arrival duplicate(Generation generation, ArchiveHead head);

    /// A generation that becomes one of another process: used by one thread, in this order.
    interface Arrival extends AutoCloseable {
        /// {@return what it says of the job}
        ArchiveHead head();

        /// Takes all of it in and verifies every byte.
        void receive();

        /// {@return it as a generation, which is to be committed}
        ///
        /// @param ready nodes that a copy may be sent to, this one not among them
        Taken keep(GenerationId id, List<NodeId> ready);

        /// Removes what was not kept.
        @Override
        void close();
    }

    /// {@return what `to` has that `from` has not, from this node's copies}
    GenerationDiff diff(Generation from, Generation to);
}
